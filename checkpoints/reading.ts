import type { LoggedBatch } from "../engine/contract/checkpoint.js";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import type { Json } from "../engine/contract/json.js";
import type { Runtime } from "../engine/contract/runtime.js";
import { allGroups, type RecordedLayout, type StateChanges, type StateSchema } from "../engine/contract/state.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { auditLogs } from "./audit.js";
import type { BatchLogs } from "./checkedLogs.js";
import { commitLogCodec } from "./commitLog.js";
import { placeOf } from "./location.js";
import { FileMetadataLog } from "./metadataLog.js";
import { offsetLogCodec } from "./offsetLog.js";
import { readQueryId, readQueryShape, readTold } from "./queryFiles.js";
import { findChain, openDelta } from "./state/chain.js";
import { readTables } from "./state/readTables.js";
import { StateFolder } from "./state/stateFolder.js";
import { recordedLayout } from "./state/stateSchemas.js";

/** As many batches as a log of Spark's, which does not say how far back it reaches, keeps at least. */
const retainedBySpark = 100;

/** A state file that cannot be used. */
export interface StateDamage {
  readonly error: StreamingError;
  /** Whether a batch is lost with it. A snapshot is not needed: a restart passes over it, and over one that a run has not finished. */
  readonly isNeeded: boolean;
}

/** A checkpoint, looked at by somebody who does not own it: nothing is changed, and its query may run meanwhile. */
export interface CheckpointReading {
  readonly location: string;
  /** Null where no query of ours has started yet. */
  readonly queryId: string | null;
  /** What kind of query it belongs to; null in a checkpoint of Spark's. */
  readonly shape: Json;
  /** The batches that the logs still have, oldest first. */
  readonly batches: readonly LoggedBatch[];
  /** How the state is laid out behind the last commit; empty where there is none. */
  readonly schemas: readonly StateSchema[];
  /** The same behind a batch, which a migration may have followed. */
  schemasAfter(batchId: number): Promise<readonly StateSchema[]>;
  /** What each operator is, by id, since a migration; null where `shape` says it. */
  readonly operators: Json;
  /** The chunks that give the state as a committed batch left it. @throws CHECKPOINT_FILE_MISSING where they are purged */
  stateAfter(batchId: number): AsyncIterable<StateChanges>;
  /** What a committed batch changed. @throws CHECKPOINT_FILE_MISSING where it is purged */
  changesOf(batchId: number): AsyncIterable<StateChanges>;
  /** Reads every state file that a commit names, and every snapshot, to its end; gives how many there were. */
  verifyState(damaged: (damage: StateDamage) => void): Promise<number>;
}

/**
 * Looks into a checkpoint: its logs are held against each other, its state can be read batch by batch.
 *
 * @throws CHECKPOINT_NOT_FOUND; CHECKPOINT_CORRUPT, CHECKPOINT_FILE_MISSING naming the file; CHECKPOINT_INCONSISTENT
 */
export async function readCheckpoint(location: string, runtime: Runtime, warn: (message: string) => void): Promise<CheckpointReading> {
  const { files, root } = placeOf(location, runtime);
  const told = await readTold(files, root);
  const last = told.resetTo ?? Infinity;
  const logs: BatchLogs = {
    offsets: await FileMetadataLog.look(files, `${root}/offsets`, offsetLogCodec, last),
    commits: await FileMetadataLog.look(files, `${root}/commits`, commitLogCodec, last),
    oldestBatchId: 0,
  };
  const queryId = await readQueryId(files, root);
  if (queryId === null && logs.offsets.latest === null) throw new StreamingError("CHECKPOINT_NOT_FOUND", { location: root });
  const folder = new StateFolder(files, `${root}/state`, null);
  const stateFiles = (): Promise<ReadonlySet<string>> => folder.listing();
  const hasStateFile = async (name: string): Promise<boolean> => (await files.status(folder.pathOf(name))) !== null;
  const batches = await auditLogs({
    logs,
    location: root,
    retained: retainedBySpark,
    prunedBefore: told.oldestBatchId,
    stateFiles,
    hasStateFile,
  });
  const state = new StateReading(folder, root, new Map(batches.map((batch) => [batch.batchId, batch])), warn);
  const layout = await layoutIn(
    files,
    folder,
    batches.findLast(({ commit }) => commit !== null),
  );
  return {
    location: root,
    queryId,
    shape: await readQueryShape(files, root),
    batches,
    schemas: layout.schemas,
    operators: layout.operators,
    schemasAfter: async (batchId) =>
      (
        await layoutIn(
          files,
          folder,
          batches.find((batch) => batch.batchId === batchId),
        )
      ).schemas,
    stateAfter: (batchId) => state.after(batchId),
    changesOf: (batchId) => state.changesOf(batchId),
    verifyState: (damaged) => state.verify(damaged),
  };
}

async function layoutIn(files: FileSystem, folder: StateFolder, batch: LoggedBatch | undefined): Promise<RecordedLayout> {
  return recordedLayout({ files, folder: folder.path }, await folder.listing(), batch?.commit ?? null);
}

/** The state files of a checkpoint, for whoever looks. */
class StateReading {
  constructor(
    private readonly folder: StateFolder,
    private readonly location: string,
    private readonly batches: ReadonlyMap<number, LoggedBatch>,
    private readonly warn: (message: string) => void,
  ) {}

  async *after(batchId: number): AsyncGenerator<StateChanges> {
    const { folder, location, warn } = this;
    const { snapshot, deltas } = await findChain({ folder, location, version: batchId + 1, head: this.fileOf(batchId), warn });
    if (snapshot !== null) yield* readTables(snapshot, allGroups);
    for (const { name } of deltas) yield* readTables(await openDelta(folder, name), allGroups);
  }

  async *changesOf(batchId: number): AsyncGenerator<StateChanges> {
    const name = this.fileOf(batchId);
    if (name === null) throw new StreamingError("CHECKPOINT_STATE_NOT_OURS", { location: this.location, batchId: String(batchId) });
    yield* readTables(await openDelta(this.folder, name), allGroups);
  }

  async verify(damaged: (damage: StateDamage) => void): Promise<number> {
    let count = 0;
    for (const { name, file } of await this.folder.stateFiles()) {
      const isNeeded = file.kind === "delta";
      // What a run wrote that did not commit is of no batch.
      if (isNeeded && this.fileOf(file.version - 1) !== name) continue;
      count++;
      try {
        const reader = await openDelta(this.folder, name);
        try {
          await reader.verify();
        } finally {
          await reader.close();
        }
      } catch (error) {
        if (!(error instanceof StreamingError)) throw error;
        damaged({ error, isNeeded });
      }
    }
    return count;
  }

  private fileOf(batchId: number): string | null {
    return this.batches.get(batchId)?.commit?.stateFile ?? null;
  }
}
