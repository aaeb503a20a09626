import type { FileSystem } from "../../engine/contract/fileSystem.js";
import {
  allGroups,
  type BytesRead,
  type GroupRange,
  type RecordedLayout,
  type SnapshotSource,
  type StateChanges,
  type StateSchema,
  type StateStore,
} from "../../engine/contract/state.js";
import type { Json } from "../../engine/contract/json.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { loadArrow } from "./arrowEdge.js";
import { findChain, openDelta } from "./chain.js";
import { purgeStateFiles } from "./purge.js";
import { readTables } from "./readTables.js";
import { SnapshotWriter, type SnapshotChunks } from "./snapshotWriter.js";
import type { SnapshotBase } from "./stateFileIndex.js";
import { formatStateFileName } from "./stateFileName.js";
import type { StateFileReader } from "./stateFile.js";
import { StateFolder } from "./stateFolder.js";
import { recordedLayout, recordMigration, registerStateSchemas, type CommittedState } from "./stateSchemas.js";
import { TableSections } from "./tableSections.js";

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
  /** The newest commit; null before the first. */
  readonly lastCommit: () => Promise<CommittedState | null>;
  /** How many deltas there are at least between two snapshots. */
  readonly minDeltasForSnapshot: number;
  readonly warn: (message: string) => void;
  readonly chunks: SnapshotChunks;
}

/** What reading a delta costs, however small it is, in bytes of a snapshot. */
const deltaCostBytes = 64 * 1024;

/** A snapshot takes slices as fast as deltas grow, times this: so it ends before as much again has to be read behind it. */
const snapshotPace = 2;

/**
 * State as files of changes: a delta for each batch, a snapshot now and then.
 *
 * Deltas are a chain: each names the one before it, the commit log names its head. What a run left that did not commit is in no chain, so a stalled
 * former owner can spoil nothing. A snapshot is taken of committed versions only, slice by slice while batches go on; until it is complete it does not count.
 */
export class FileStateStore implements StateStore {
  private readonly folder: StateFolder;
  /** The end of the chain: the version in memory. */
  private head: { readonly version: number; readonly name: string | null } = { version: 0, name: null };
  /** The deltas that a restart would read behind the newest snapshot. */
  private deltas: { readonly version: number; readonly sizeBytes: number }[] = [];
  private snapshotBytes = 0;
  /** Below this version no other snapshot is begun: the last one could not be written. */
  private retryVersion = 0;
  /** The number that commits name the layout by, and whether no delta is in it yet. */
  private layout: { readonly number: number | null; readonly isNew: boolean } = { number: null, isNew: false };
  private snapshot: SnapshotWriter | null = null;
  /** A snapshot that has all its slices and is made durable; gives what went wrong with it. */
  private finishing: { readonly name: string; readonly done: Promise<unknown> } | null = null;
  /** Snapshots that are complete and durable, with the version of their newest slices. */
  private readonly complete = new Map<string, number>();

  constructor(private readonly options: StateStoreOptions) {
    this.folder = new StateFolder(options.files, options.folder, options.startedMs);
  }

  /** The names in the folder. */
  names(): Promise<ReadonlySet<string>> {
    return this.folder.listing();
  }

  /** Whether a state file is on disk. */
  async isThere(name: string): Promise<boolean> {
    return (await this.options.files.status(this.folder.pathOf(name))) !== null;
  }

  async recorded(): Promise<RecordedLayout> {
    return recordedLayout(this.options, await this.folder.listing(), await this.options.lastCommit());
  }

  async registerSchemas(schemas: readonly StateSchema[]): Promise<void> {
    const commit = await this.options.lastCommit();
    await registerStateSchemas(this.options, await this.folder.listing(), schemas, commit);
    this.layout = { number: commit?.stateSchema ?? null, isNew: false };
    if (schemas.length > 0) await loadArrow();
  }

  async migrate(schemas: readonly StateSchema[], operators: Json): Promise<void> {
    const number = await recordMigration(this.options, await this.folder.listing(), schemas, operators);
    this.layout = { number, isNew: true };
    if (schemas.length > 0) await loadArrow();
  }

  get schemaNumber(): number | null {
    return this.layout.number;
  }

  get wantsWhole(): boolean {
    return this.layout.isNew;
  }

  beginAt(version: number): void {
    this.deltas = [];
    this.snapshotBytes = 0;
    this.head = { version, name: null };
  }

  async *restore(
    version: number,
    groups: GroupRange = allGroups,
    told: (read: BytesRead) => void = () => undefined,
  ): AsyncGenerator<StateChanges> {
    this.beginAt(version);
    if (version === 0) return;
    const { location, stateFileOf, warn } = this.options;
    const name = await stateFileOf(version);
    const { snapshot, deltas } = await findChain({ folder: this.folder, location, version, head: name, warn });
    this.snapshotBytes = snapshot?.sizeBytes ?? 0;
    const totalBytes = deltas.reduce((sum, { sizeBytes }) => sum + sizeBytes, this.snapshotBytes);
    let before = 0;
    const chunksOf = async function* (reader: StateFileReader): AsyncGenerator<StateChanges> {
      for await (const chunk of readTables(reader, groups)) {
        told({ doneBytes: before + reader.bytesRead, totalBytes });
        yield chunk;
      }
      before += reader.sizeBytes;
    };
    if (snapshot !== null) yield* chunksOf(snapshot);
    for (const [i, { name: delta, sizeBytes }] of deltas.entries()) {
      this.deltas.push({ version: version - deltas.length + 1 + i, sizeBytes });
      yield* chunksOf(await openDelta(this.folder, delta));
    }
    this.head = { version, name };
  }

  async writeDelta(version: number, changes: Iterable<StateChanges>): Promise<string> {
    assert(version === this.head.version + 1, `delta ${version} behind version ${this.head.version}`);
    const { runId } = this.options;
    const isWhole = this.layout.isNew;
    const name = formatStateFileName({ version, runId, kind: "delta" });
    const sections = new TableSections(await loadArrow(), this.options.chunks.pieceRows);
    const writer = await this.folder.create(name);
    try {
      for (const chunk of changes) {
        sections.add(chunk);
        await sections.write(writer);
      }
      sections.flush();
      await sections.write(writer);
      await writer.finish({ kind: "delta", version, runId, previous: this.head.name, isWhole, base: null, tables: sections.index() });
      await writer.close();
      await this.folder.sync();
    } catch (error) {
      await this.folder.discard(name, writer);
      throw error;
    }
    // Nothing before a delta of all of the state is read at a restart.
    if (isWhole) this.beginAt(version);
    this.head = { version, name };
    this.layout = { ...this.layout, isNew: false };
    this.deltas.push({ version, sizeBytes: writer.sizeBytes });
    return name;
  }

  async advanceSnapshot(version: number, sources: readonly SnapshotSource[]): Promise<boolean> {
    assert(version === this.head.version, `version ${version} is not in memory, ${this.head.version} is`);
    // What memory holds is laid out in a way that no commit names yet.
    if (this.layout.isNew) return false;
    if (this.snapshot === null && (this.finishing !== null || !this.isDue())) return false;
    const file = await this.options.stateFileOf(version);
    // A snapshot is never of a batch that somebody may run again.
    assert(file !== null && file === this.head.name, `a snapshot of version ${version}, which is not committed`);
    try {
      return await this.takeSlices({ version, file }, sources);
    } catch (error) {
      await this.giveUp(error);
      return false;
    }
  }

  purge(oldestRetainedVersion: number): Promise<void> {
    const underWay = this.snapshot?.name ?? this.finishing?.name ?? null;
    return purgeStateFiles(this.folder, this.complete, oldestRetainedVersion, underWay);
  }

  async close(): Promise<void> {
    const { snapshot } = this;
    this.snapshot = null;
    await snapshot?.discard();
    await this.finishing?.done;
  }

  /** When reading the deltas at a restart costs as much as reading the last snapshot: so a restart reads at most twice the state, or a few deltas. */
  private isDue(): boolean {
    if (this.deltas.length < this.options.minDeltasForSnapshot || this.head.version < this.retryVersion) return false;
    return this.deltas.reduce((sum, { sizeBytes }) => sum + Math.max(sizeBytes, deltaCostBytes), 0) >= this.snapshotBytes;
  }

  private async takeSlices(at: SnapshotBase, sources: readonly SnapshotSource[]): Promise<boolean> {
    const snapshot = (this.snapshot ??= await SnapshotWriter.begin(this.folder, at, this.options.runId, this.options.chunks));
    if (await snapshot.advance(at, sources, snapshotPace * this.bytesBehind(snapshot.base.version))) return true;
    this.snapshot = null;
    this.finishing = { name: snapshot.name, done: this.finish(snapshot, at.version) };
    return false;
  }

  /** How large the deltas are that a restart reads behind a snapshot with this base. */
  private bytesBehind(version: number): number {
    return this.deltas.reduce((sum, delta) => (delta.version > version ? sum + delta.sizeBytes : sum), 0);
  }

  /** Makes a snapshot durable; batches go on meanwhile. Never rejects. */
  private async finish(snapshot: SnapshotWriter, version: number): Promise<void> {
    try {
      await snapshot.finish();
      this.complete.set(snapshot.name, version);
      this.snapshotBytes = snapshot.sizeBytes;
      this.deltas = this.deltas.filter((delta) => delta.version > snapshot.base.version);
    } catch (error) {
      await snapshot.discard();
      this.postpone(error);
    }
    this.finishing = null;
  }

  /** A snapshot that cannot be written costs time at the next start, nothing else. */
  private async giveUp(error: unknown): Promise<void> {
    const { snapshot } = this;
    this.snapshot = null;
    await snapshot?.discard();
    if (!(error instanceof StreamingError) || !error.condition.startsWith("CHECKPOINT_WRITE_FAILED")) throw error;
    this.postpone(error);
  }

  private postpone(error: unknown): void {
    this.retryVersion = this.head.version + this.options.minDeltasForSnapshot;
    const message = error instanceof Error ? error.message : String(error);
    this.options.warn(`A snapshot of the state could not be written and is tried again later; restarts take longer until then: ${message}`);
  }
}
