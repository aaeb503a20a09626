/** How finely state files are cut. A test makes them small. */
export interface StateFileSizes {
  /** Rows in a piece of a section: what a reader holds at once. */
  readonly pieceRows: number;
  /** Rows in a slice of a snapshot: what is taken between two batches, without a pause. About 2 ms' work. */
  readonly sliceRows: number;
}

export const stateFileSizes: StateFileSizes = { pieceRows: 32_768, sliceRows: 16_384 };
