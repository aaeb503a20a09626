import type { FileSystem } from "../engine/contract/fileSystem.js";
import { idsOf } from "./folder.js";
import { FileSourceLog } from "./sourceLog.js";

export interface SourceLogsOptions {
  readonly files: FileSystem;
  /** The checkpoint's folder. */
  readonly root: string;
  readonly startedMs: number;
  readonly checkOwnership: () => Promise<void>;
}

/** `sources/`: a log for each source that keeps one. */
export class SourceLogs {
  private readonly logs = new Map<number, FileSourceLog>();

  constructor(private readonly options: SourceLogsOptions) {}

  of(ordinal: number): FileSourceLog {
    let log = this.logs.get(ordinal);
    if (log === undefined) {
      const { root, ...options } = this.options;
      this.logs.set(ordinal, (log = new FileSourceLog({ ...options, location: `${root}/sources/${ordinal}` })));
    }
    return log;
  }

  /** Compares what is there with what the last commit says, by ordinal and name. @throws CHECKPOINT_FILE_MISSING, CHECKPOINT_CORRUPT */
  async verify(sums: ReadonlyMap<number, ReadonlyMap<string, number>>): Promise<void> {
    const { files, root } = this.options;
    const there = idsOf((await files.list(`${root}/sources`)).map(({ name }) => name));
    for (const ordinal of new Set([...sums.keys(), ...there])) await this.of(ordinal).verify(sums.get(ordinal) ?? new Map());
  }

  /** What a commit says of the logs: sums of entries, as `<ordinal>/<name>`. */
  get currentSums(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.logs].flatMap(([ordinal, log]) => Object.entries(log.currentSums).map(([name, sum]) => [`${ordinal}/${name}`, sum])),
    );
  }
}
