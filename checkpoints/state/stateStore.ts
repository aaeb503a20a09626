import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { allGroups, type SnapshotSource, type StateChanges, type StateSchema, type StateStore } from "../../engine/contract/state.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { settleFolder } from "../folder.js";
import { corrupt } from "../logText.js";
import { loadArrow, readTables, writeTables } from "./changes.js";
import { StateFileReader, StateFileWriter, type StateFileIndex } from "./stateFile.js";
import { formatStateFileName, parseStateFileName, type StateFileName } from "./stateFileName.js";
import { registerStateSchemas } from "./stateSchemas.js";

export interface StateStoreOptions {
  readonly files: FileSystem;
  /** `state/` of the checkpoint. */
  readonly folder: string;
  /** The checkpoint, as conditions name it. */
  readonly location: string;
  readonly runId: string;
  /** When this run opened the checkpoint. */
  readonly startedMs: number;
  /** The file that the commit log names for a version; null when it names none. */
  readonly stateFileOf: (version: number) => Promise<string | null>;
  readonly hasCommits: () => Promise<boolean>;
  /** How many deltas there are at least between two snapshots. */
  readonly minDeltasForSnapshot: number;
  readonly warn: (message: string) => void;
}

/** A snapshot is due after this many times the least number of deltas, however small they are. */
const longestChain = 10;

/**
 * State as files of changes: a delta for each batch, a snapshot now and then.
 *
 * Deltas are a chain: each names the one before it, the commit log names its head. What a run left that did not commit is in no chain, so a stalled
 * former owner can spoil nothing. A snapshot holds the state of the delta with its version and run, and is written only when that is committed.
 */
export class FileStateStore implements StateStore {
  /** The end of the chain: the version in memory. */
  private head: { readonly version: number; readonly name: string | null } = { version: 0, name: null };
  private deltas = 0;
  private deltaBytes = 0;
  private snapshotBytes = 0;
  private names: Promise<Set<string>> | null = null;
  /** Snapshots whose completeness was seen by this run. */
  private readonly complete = new Set<string>();

  constructor(private readonly options: StateStoreOptions) {}

  async registerSchemas(schemas: readonly StateSchema[]): Promise<void> {
    await registerStateSchemas(this.options, await this.listing(), schemas, this.options.hasCommits);
    if (schemas.length > 0) await loadArrow();
  }

  async *restore(version: number): AsyncGenerator<StateChanges> {
    const chain = version === 0 ? { snapshot: null, deltas: [] } : await this.chainOf(version);
    this.deltas = 0;
    this.deltaBytes = 0;
    this.snapshotBytes = 0;
    if (chain.snapshot !== null) {
      this.snapshotBytes = chain.snapshot.sizeBytes;
      yield* readAndClose(chain.snapshot);
    }
    for (const name of chain.deltas) {
      const reader = await this.openDelta(name);
      this.deltas++;
      this.deltaBytes += reader.sizeBytes;
      yield* readAndClose(reader);
    }
    this.head = { version, name: chain.deltas.at(-1) ?? chain.snapshot?.index.previous ?? null };
  }

  async writeDelta(version: number, changes: Iterable<StateChanges>): Promise<string> {
    assert(version === this.head.version + 1, `delta ${version} behind version ${this.head.version}`);
    const name = formatStateFileName({ version, runId: this.options.runId, kind: "delta" });
    const size = await this.write(name, changes, { kind: "delta", version, runId: this.options.runId, previous: this.head.name });
    this.head = { version, name };
    this.deltas++;
    this.deltaBytes += size;
    return name;
  }

  /** When the deltas have grown to the last snapshot's size: then a restart reads at most twice the state, and snapshots cost at most as much as deltas. */
  private snapshotDue(): boolean {
    const { minDeltasForSnapshot } = this.options;
    return (
      this.deltas >= minDeltasForSnapshot && (this.deltaBytes >= this.snapshotBytes || this.deltas >= minDeltasForSnapshot * longestChain)
    );
  }

  /** Only of a version that is committed: a snapshot is never of a batch that somebody may run again. */
  async advanceSnapshot(version: number, sources: readonly SnapshotSource[]): Promise<boolean> {
    assert(version === this.head.version, `version ${version} is not in memory, ${this.head.version} is`);
    if (!this.snapshotDue()) return false;
    const { runId, stateFileOf } = this.options;
    const committed = await stateFileOf(version);
    assert(version === this.head.version && committed === this.head.name, `a snapshot of version ${version}, which is not committed`);
    const name = formatStateFileName({ version, runId: this.runOf(this.head.name!), kind: "snapshot" });
    const tables = sources.flatMap((source) => [...source.snapshot(allGroups)]);
    this.snapshotBytes = await this.write(name, tables, { kind: "snapshot", version, runId, previous: this.head.name });
    this.complete.add(name);
    this.deltas = 0;
    this.deltaBytes = 0;
    return false;
  }

  async close(): Promise<void> {}

  /** Keeps the two newest snapshots that the oldest retained version can start from, so that damage to one of them ends nothing. */
  async purge(oldestRetainedVersion: number): Promise<void> {
    const names = await this.listing();
    const parsed = [...names].map((name) => ({ name, file: parseStateFileName(name) }));
    const stateFiles = parsed.filter((entry): entry is { name: string; file: StateFileName } => entry.file !== null);
    const candidates = stateFiles
      .filter(({ file }) => file.kind === "snapshot" && file.version <= oldestRetainedVersion)
      .toSorted((a, b) => b.file.version - a.file.version);
    let found = 0;
    for (const { name, file } of candidates) {
      if (!(await this.isComplete(name)) || ++found < 2) continue;
      const outdated = stateFiles.filter((other) => other.file.version < file.version).toSorted((a, b) => a.file.version - b.file.version);
      for (const { name: old } of outdated) {
        await this.options.files.remove(this.pathOf(old));
        names.delete(old);
      }
      return;
    }
  }

  /** The newest usable snapshot at or below `version`, opened and checked, and the names of the deltas behind it. */
  private async chainOf(version: number): Promise<{ snapshot: StateFileReader | null; deltas: string[] }> {
    const { location, stateFileOf } = this.options;
    let name = await stateFileOf(version);
    if (name === null) throw new StreamingError("CHECKPOINT_STATE_NOT_OURS", { location, batchId: String(version - 1) });
    const deltas: string[] = [];
    let damage: StreamingError | null = null;
    for (let at = version; name !== null; at--) {
      try {
        const snapshot = await this.openSnapshot(at, name);
        if (snapshot !== null) return { snapshot, deltas: deltas.toReversed() };
      } catch (error) {
        if (!isDamage(error)) throw error;
        damage ??= error;
        this.options.warn(`A snapshot of the state cannot be used, an older one and the changes since are: ${error.message}`);
      }
      const index: StateFileIndex = await this.indexOf(name, at, damage);
      deltas.push(name);
      name = index.previous;
    }
    return { snapshot: null, deltas: deltas.toReversed() };
  }

  private async openSnapshot(version: number, delta: string): Promise<StateFileReader | null> {
    const name = formatStateFileName({ version, runId: this.runOf(delta), kind: "snapshot" });
    if (!(await this.listing()).has(name)) return null;
    const reader = await StateFileReader.open(this.options.files, this.pathOf(name));
    if (reader === null) return null;
    try {
      if (reader.index.kind !== "snapshot" || reader.index.previous !== delta)
        throw corrupt(reader.path, "it is a snapshot of something else");
      await reader.verify();
    } catch (error) {
      await reader.close();
      throw error;
    }
    this.complete.add(name);
    return reader;
  }

  /** What a delta says of itself. `damage` is why it is needed, when a snapshot that would have made it needless is damaged. */
  private async indexOf(name: string, version: number, damage: StreamingError | null): Promise<StateFileIndex> {
    const reader = await this.openDelta(name, damage);
    await reader.close();
    if (reader.index.kind !== "delta" || reader.index.version !== version)
      throw corrupt(reader.path, `it is not the delta of version ${version}`);
    return reader.index;
  }

  private async openDelta(name: string, damage: StreamingError | null = null): Promise<StateFileReader> {
    const path = this.pathOf(name);
    const reader = await StateFileReader.open(this.options.files, path);
    if (reader !== null) return reader;
    throw damage ?? new StreamingError("CHECKPOINT_FILE_MISSING", { path, reason: "the state cannot be restored without it" });
  }

  /** Writes a file that does not exist; durable, with its name, when it resolves. Leaves nothing when it fails. */
  private async write(name: string, changes: Iterable<StateChanges>, header: Omit<StateFileIndex, "tables">): Promise<number> {
    const { files, folder } = this.options;
    const writer = await StateFileWriter.create(files, this.pathOf(name));
    (await this.listing()).add(name);
    try {
      const size = await writer.finish({ ...header, tables: await writeTables(writer, changes) });
      await writer.close();
      await files.syncDirectory(folder);
      return size;
    } catch (error) {
      await this.discard(name, writer);
      throw error;
    }
  }

  /** Of a file that could not be written; that failure is the one to report. */
  private async discard(name: string, writer: StateFileWriter): Promise<void> {
    await Promise.allSettled([writer.close(), this.options.files.remove(this.pathOf(name))]);
    (await this.listing()).delete(name);
  }

  private async isComplete(name: string): Promise<boolean> {
    if (this.complete.has(name)) return true;
    try {
      const reader = await StateFileReader.open(this.options.files, this.pathOf(name));
      if (reader === null) return false;
      await reader.close();
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
    this.complete.add(name);
    return true;
  }

  private runOf(name: string): string {
    const parsed = parseStateFileName(name);
    if (parsed === null) throw corrupt(this.pathOf(name), "the commit log names it as a state file, but this is no name of one");
    return parsed.runId;
  }

  /** What is in the folder. Only the owner adds and removes, so it is listed once. */
  private listing(): Promise<Set<string>> {
    const { files, folder, startedMs } = this.options;
    return (this.names ??= settleFolder(files, folder, startedMs).then((names) => new Set(names)));
  }

  private pathOf(name: string): string {
    return `${this.options.folder}/${name}`;
  }
}

function isDamage(error: unknown): error is StreamingError {
  return error instanceof StreamingError && error.condition === "CHECKPOINT_CORRUPT";
}

async function* readAndClose(reader: StateFileReader): AsyncGenerator<StateChanges> {
  try {
    yield* readTables(reader);
  } finally {
    await reader.close();
  }
}
