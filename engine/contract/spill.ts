/** Room on disk for what one query cannot hold in memory. Its files have no name, or lose it, when the process ends. */
export interface SpillSpace {
  open(): Promise<SpillFile>;
  /** A file that is read and written in the midst of a step. @throws SPILL_FAILED */
  openPages(): SpillPages;
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

/** The same for many small reads at once, of bytes that lie mostly in the system's memory: to wait for each would take longer than to read it. */
export interface SpillPages {
  /** Puts bytes at a place, over what is there. @throws SPILL_FAILED */
  write(at: number, bytes: Uint8Array): void;
  /** Fills `into` with the bytes from `at` on; there must be as many. */
  read(at: number, into: Uint8Array): void;
  /** Gives back the room of what lies from `at` on; nothing of it is wanted. @throws SPILL_FAILED */
  truncate(at: number): void;
  /** Gives the room back. */
  close(): void;
}
