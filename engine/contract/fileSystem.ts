/** What a listing knows of an entry. */
export interface FileStatus {
  /** Absolute, with `/` as separator. */
  readonly path: string;
  readonly name: string;
  readonly directory: boolean;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** What it is when nobody can read it to an end: a named pipe, a socket, a device; or an entry that cannot be named. */
  readonly unreadable?: string;
}

export interface ReadableFile {
  readonly sizeBytes: number;
  /** Reads at `position` into `into`; returns the bytes read, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** What was written by whoever wrote it is durable when it resolves: it may have died before it synced. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface WritableFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Durable when it resolves (fsync). */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * All file I/O of checkpoints, sources and sinks goes through this, so that a simulation can stand in for the disk.
 *
 * A missing file is `null` (or `false`), never an exception; everything else that fails rejects with the system's error (`code` kept).
 * Durability is explicit: nothing survives a crash but what was synced, and a new name only after its folder was synced.
 */
export interface FileSystem {
  read(path: string): Promise<Uint8Array | null>;
  open(path: string): Promise<ReadableFile | null>;
  status(path: string): Promise<FileStatus | null>;
  /** The path without links, `.` and `..`; what is not there (yet) stays as it is written. Where two paths mean one place, this is the same. */
  realPath(path: string): Promise<string>;
  /** Entries of a folder in name order; empty when there is no such folder. */
  list(directory: string): Promise<FileStatus[]>;
  /**
   * The names alone, in any order: for a caller who knows most of the entries and would not have each looked at. Optional; `list` is what stands in.
   */
  listNames?(directory: string): Promise<readonly string[]>;
  /** A new file for streaming writes; fails with EEXIST when it exists. Makes missing folders. */
  create(path: string): Promise<WritableFile>;
  /**
   * The atomic add of the logs: writes a temporary file, syncs it, gives it its name only if the name is free (`link`), syncs the folder.
   * False when the name is taken; then nothing has changed. Makes missing folders.
   */
  addNew(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Replaces a file atomically and durably (temporary file, fsync, rename, folder fsync). Never for logs. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Makes the folder (and its parents), durably. */
  makeDirectory(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** The same files under the configuration that `conf` gives whenever somebody asks: it says how object stores are reached. Absent where there are none. */
  under?(conf: () => Readonly<Record<string, string>>): FileSystem;
  /** Removes a file; false when it was not there, where that is known without asking. */
  remove(path: string): Promise<boolean>;
  /** Removes a folder with all that is in it; false when it was not there. */
  removeTree(path: string): Promise<boolean>;
}
