/**
 * How much goes at once. They decide about speed and memory, never about an answer: tests run with sizes of one, two and three as well. Plain data.
 */
export interface ChunkSizes {
  /** Bytes that are read into a decoder's buffer at once, at most. */
  readonly readBytes: number;
  /** Rows of its input that a plan works on at once, at most: what a decoder, a source's reader or a table in memory gives. */
  readonly inputRows: number;
  /** Rows that an operator gives at once, at most, when they are those it has kept, or several for one that came in. */
  readonly emittedRows: number;
  /** Rows of a chunk of state on its way to a file, at most. */
  readonly stateRows: number;
  /** Rows in a piece of a state file: what a reader of one holds at once. */
  readonly pieceRows: number;
  /** Rows in a slice of a snapshot: what is taken between two batches without a pause. About 2 ms' work. */
  readonly sliceRows: number;
  /** Candidate pairs that a join looks at together; those of one row stay together however many they are. */
  readonly joinPairs: number;
  /** Bytes that an operator holds before it writes them to disk, where it can; the budget of the query's memory counts as well. */
  readonly spillBytes: number;
}

export const defaultChunkSizes: ChunkSizes = {
  readBytes: Infinity,
  inputRows: 65_536,
  emittedRows: 65_536,
  stateRows: 32_768,
  pieceRows: 32_768,
  sliceRows: 16_384,
  joinPairs: 131_072,
  spillBytes: Infinity,
};
