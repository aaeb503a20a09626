import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { listFolder, settleFolder } from "../folder.js";
import { StateFileReader, StateFileWriter } from "./stateFile.js";
import { parseStateFileName, type StateFileName } from "./stateFileName.js";

/** `state/` of a checkpoint. Only the owner adds and removes, so it is listed once; whoever only looks does not tidy it up. */
export class StateFolder {
  private names: Promise<Set<string>> | null = null;

  constructor(
    readonly files: FileSystem,
    readonly path: string,
    /** When the owner opened the checkpoint; null for whoever is not the owner. */
    private readonly startedMs: number | null,
  ) {}

  listing(): Promise<Set<string>> {
    const { files, path, startedMs } = this;
    return (this.names ??= (startedMs === null ? listFolder(files, path) : settleFolder(files, path, startedMs)).then(
      (names) => new Set(names),
    ));
  }

  /** The state files, with what their names say. */
  async stateFiles(): Promise<{ readonly name: string; readonly file: StateFileName }[]> {
    return [...(await this.listing())].flatMap((name) => {
      const file = parseStateFileName(name);
      return file === null ? [] : [{ name, file }];
    });
  }

  pathOf(name: string): string {
    return `${this.path}/${name}`;
  }

  /** A new file; it is in the listing from its first byte on. */
  async create(name: string): Promise<StateFileWriter> {
    const writer = await StateFileWriter.create(this.files, this.pathOf(name));
    (await this.listing()).add(name);
    return writer;
  }

  /** Null when there is none. @throws CHECKPOINT_CORRUPT, CHECKPOINT_FORMAT_UNKNOWN */
  open(name: string): Promise<StateFileReader | null> {
    return StateFileReader.open(this.files, this.pathOf(name));
  }

  async remove(name: string): Promise<void> {
    await this.files.remove(this.pathOf(name));
    (await this.listing()).delete(name);
  }

  sync(): Promise<void> {
    return this.files.syncDirectory(this.path);
  }

  /** Takes away a file that could not be written; that failure is the one to report. */
  async discard(name: string, writer: StateFileWriter): Promise<void> {
    await Promise.allSettled([writer.close(), this.files.remove(this.pathOf(name))]);
    (await this.listing()).delete(name);
  }
}

export function isDamage(error: unknown): error is StreamingError {
  return error instanceof StreamingError && error.condition === "CHECKPOINT_CORRUPT";
}
