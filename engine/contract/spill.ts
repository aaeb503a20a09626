/** Room on disk for what one query cannot hold in memory. Its files have no name, or lose it, when the process ends. */
export interface SpillSpace {
  open(): Promise<SpillFile>;
}

/** Bytes that this process alone writes and reads. */
export interface SpillFile {
  /** Adds the parts one behind the other at the end; gives where they begin. */
  append(parts: readonly Uint8Array[]): Promise<number>;
  /** Fills `into` with the bytes from `at` on; there must be as many. */
  read(at: number, into: Uint8Array): Promise<void>;
  /** Gives the room back. */
  close(): Promise<void>;
}
