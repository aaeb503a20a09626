import type { Checkpoint } from "../engine/contract/checkpoint.js";
import type { Json } from "../engine/contract/json.js";
import { Options, type OptionSpec } from "../engine/contract/options.js";
import type { Runtime } from "../engine/contract/runtime.js";
import type { SourceLog } from "../engine/contract/source.js";
import { commitLogCodec } from "./commitLog.js";
import { Epoch } from "./epoch.js";
import { makeDurableFolder, settleFolder } from "./folder.js";
import { placeOf } from "./location.js";
import { FileMetadataLog } from "./metadataLog.js";
import { offsetLogCodec } from "./offsetLog.js";
import { readOrMakeQueryId, readQueryShape, writeQueryShape } from "./queryFiles.js";
import { FileSourceLog } from "./sourceLog.js";
import { FileStateStore } from "./state/stateStore.js";

/** Configuration that checkpoints read. */
export const checkpointConf: readonly OptionSpec[] = [
  {
    name: "spark.sql.streaming.stateStore.minDeltasForSnapshot",
    doc: "How many batches there are at least between two snapshots of the state.",
    kind: "integer",
    default: "10",
  },
  {
    name: "spark.tidemark.checkpoint.takeOver",
    doc: "Take a checkpoint over from an owner on another host of whom nobody can tell whether it still lives.",
    kind: "boolean",
    default: "false",
  },
];

export interface OpenCheckpointOptions {
  /** The `checkpointLocation`: a path or a `file:` URL. */
  readonly location: string;
  readonly runtime: Runtime;
  /** Of this start; a new one when absent. */
  readonly runId?: string;
  /** Session configuration, full names; keys that are not `checkpointConf`'s are others' affair. */
  readonly conf?: Readonly<Record<string, string>>;
  /** Tells the user something that is no error. */
  readonly warn?: (message: string) => void;
}

/**
 * Opens a checkpoint, making it where there is none, and becomes its owner. One that Spark wrote opens as well.
 *
 * @throws CHECKPOINT_IN_USE, CHECKPOINT_OWNER_UNKNOWN naming the owner; CHECKPOINT_WRITE_FAILED.*, CHECKPOINT_READ_FAILED.* naming the path
 */
export async function openCheckpoint({
  location,
  runtime,
  conf = {},
  warn = () => undefined,
  ...rest
}: OpenCheckpointOptions): Promise<Checkpoint> {
  const settings = settingsOf(conf);
  const runId = rest.runId ?? runtime.uuid();
  const startedMs = runtime.clock.nowMs();
  const { files, root } = placeOf(location, runtime);
  await makeDurableFolder(files, root);
  const epoch = await Epoch.acquire({ files, root, runtime, runId, takeOver: settings.boolean("spark.tidemark.checkpoint.takeOver") });
  try {
    await settleFolder(files, root, startedMs);
    const queryId = await readOrMakeQueryId(files, root, () => runtime.uuid());
    const offsetLog = await FileMetadataLog.open(files, `${root}/offsets`, offsetLogCodec, startedMs);
    const commitLog = await FileMetadataLog.open(files, `${root}/commits`, commitLogCodec, startedMs);
    const state = new FileStateStore({
      files,
      folder: `${root}/state`,
      location: root,
      runId,
      startedMs,
      stateFileOf: async (version) => (await commitLog.get(version - 1))?.stateFile ?? null,
      hasCommits: async () => (await commitLog.latestId()) !== null,
      minDeltasForSnapshot: settings.integer("spark.sql.streaming.stateStore.minDeltasForSnapshot")!,
      warn,
    });
    const sourceLogs = new Map<number, SourceLog>();
    return {
      queryId,
      runId,
      location: root,
      offsetLog,
      commitLog,
      state,
      sourceLog: (ordinal) => {
        const log = sourceLogs.get(ordinal) ?? new FileSourceLog(files, `${root}/sources/${ordinal}`, startedMs, () => epoch.check());
        sourceLogs.set(ordinal, log);
        return log;
      },
      readQueryShape: () => readQueryShape(files, root),
      writeQueryShape: (shape) => writeQueryShape(files, root, shape),
      checkOwnership: () => epoch.check(),
      release: async () => {
        await state.close();
        await epoch.release();
      },
    };
  } catch (error) {
    // What was wrong counts, not what letting go met on top of it.
    await Promise.allSettled([epoch.release()]);
    throw error;
  }
}

/** What a checkpoint remembers of its query, for a look before it is opened: null where there is none. Changes nothing. */
export function peekQueryShape(location: string, runtime: Runtime): Promise<Json> {
  const { files, root } = placeOf(location, runtime);
  return readQueryShape(files, root);
}

function settingsOf(conf: Readonly<Record<string, string>>): Options {
  const names = new Set(checkpointConf.map((spec) => spec.name));
  const ours = Object.fromEntries(Object.entries(conf).filter(([key]) => names.has(key)));
  return new Options("the session configuration", checkpointConf, ours);
}
