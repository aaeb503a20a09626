import type { Checkpoint, LoggedBatch } from "../engine/contract/checkpoint.js";
import type { Json } from "../engine/contract/json.js";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { Options, type OptionSpec } from "../engine/contract/options.js";
import type { Runtime } from "../engine/contract/runtime.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { answersFolder, FileAnswerLog } from "./answerLog.js";
import { auditLogs, sourceSumsOf } from "./audit.js";
import { CheckedCommitLog, CheckedOffsetLog, type BatchLogs } from "./checkedLogs.js";
import { commitLogCodec } from "./commitLog.js";
import { Epoch } from "./epoch.js";
import { finishReset } from "./finishReset.js";
import { makeDurableFolder, settleFolder } from "./folder.js";
import { placeOf } from "./location.js";
import { FileMetadataLog } from "./metadataLog.js";
import { offsetLogCodec } from "./offsetLog.js";
import { readOrMakeQueryId, readQueryShape, readTold, writeQueryShape } from "./queryFiles.js";
import { SourceLogs } from "./sourceLogs.js";
import { FileStateStore, type StateStoreOptions } from "./state/stateStore.js";

/** Configuration that checkpoints read. */
export const checkpointConf: readonly OptionSpec[] = [
  {
    name: "spark.sql.streaming.stateStore.minDeltasForSnapshot",
    doc: "How many batches there are at least between two snapshots of the state.",
    kind: "integer",
    default: "10",
  },
  {
    name: "spark.sql.streaming.minBatchesToRetain",
    doc: "How many batches the logs keep at least.",
    kind: "integer",
    default: "100",
  },
  {
    name: "spark.tidemark.checkpoint.takeOver",
    doc: "Take a checkpoint over from an owner on another host of whom nobody can tell whether it still lives.",
    kind: "boolean",
    default: "false",
  },
  {
    name: "spark.tidemark.checkpoint.leaseTimeout",
    doc: "How long an owner gives no sign of life until a start on another host, which cannot ask it, takes its checkpoint over; 0 for never.",
    kind: "duration",
    default: "60s",
  },
];

export interface OpenCheckpointOptions {
  /** The `checkpointLocation`: a path, a `file:` URL, or a place on S3. */
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
 * What is there is checked first: the logs are held against each other as far back as they are kept.
 *
 * @throws CHECKPOINT_IN_USE, CHECKPOINT_OWNER_UNKNOWN naming the owner; CHECKPOINT_FILE_MISSING, CHECKPOINT_CORRUPT naming the file; CHECKPOINT_INCONSISTENT;
 * CHECKPOINT_WRITE_FAILED.*, CHECKPOINT_READ_FAILED.* naming the path
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
  const epoch = await Epoch.acquire({ files, root, runtime, runId, warn, ...ownershipOf(settings) });
  try {
    await settleFolder(files, root, startedMs);
    const told = await readTold(files, root);
    if (told.resetTo !== null) await finishReset({ files, root }, told.resetTo);
    const logs = await openLogs(files, root, startedMs, epoch);
    const stateFolder = { files, folder: `${root}/state`, location: root, runId, startedMs };
    const state = new FileStateStore({
      ...stateFolder,
      ...committedState(logs),
      minDeltasForSnapshot: settings.integer("spark.sql.streaming.stateStore.minDeltasForSnapshot")!,
      warn,
      chunks: runtime.chunks,
    });
    const retained = settings.integer("spark.sql.streaming.minBatchesToRetain")!;
    const hasStateFile = (name: string): Promise<boolean> => state.isThere(name);
    const stateFiles = { stateFiles: () => state.names(), hasStateFile };
    const history = await auditLogs({ logs, location: root, retained, prunedBefore: told.oldestBatchId, ...stateFiles });
    await requireFiles(files, root, history);
    const sources = new SourceLogs({ files, root, startedMs, checkOwnership: () => epoch.check() });
    await sources.verify(sourceSumsOf(history));
    const answers = await FileAnswerLog.open(files, `${root}/${answersFolder}`, startedMs, logs.offsets.latest);
    return {
      queryId: await readOrMakeQueryId(files, root, () => runtime.uuid()),
      runId,
      location: root,
      history,
      toldPartitions: told.partitions,
      offsetLog: new CheckedOffsetLog(logs, epoch),
      commitLog: new CheckedCommitLog(logs, sources, hasStateFile, epoch),
      state,
      answers,
      sourceLog: (ordinal) => sources.of(ordinal),
      readQueryShape: () => readQueryShape(files, root),
      writeQueryShape: (shape) => writeQueryShape(files, root, shape),
      checkOwnership: () => epoch.check(),
      confirmOwnership: () => epoch.confirm(),
      keepLease: () => epoch.keepLease(),
      release: () => state.close().then(() => epoch.release()),
    };
  } catch (error) {
    // What was wrong counts, not what letting go met on top of it.
    const reason = await reasonOf(error, epoch);
    await Promise.allSettled([epoch.release()]);
    throw reason;
  }
}

/** Why a start failed. One that was taken over while it looked sees logs of two times, and that is no reason. */
async function reasonOf(failure: unknown, epoch: Epoch): Promise<unknown> {
  try {
    await epoch.confirm();
    return failure;
  } catch (error) {
    return error instanceof StreamingError && /^CHECKPOINT_(TAKEN_OVER|LOST)$/.test(error.condition) ? error : failure;
  }
}

function committedState({ commits }: BatchLogs): Pick<StateStoreOptions, "stateFileOf" | "lastCommit"> {
  return {
    stateFileOf: async (version) => (await commits.get(version - 1))?.stateFile ?? null,
    lastCommit: async () => (commits.latest === null ? null : commits.get(commits.latest)),
  };
}

function ownershipOf(settings: Options): { readonly takeOver: boolean; readonly leaseMs: number } {
  const leaseMs = settings.durationMs("spark.tidemark.checkpoint.leaseTimeout")!;
  return { takeOver: settings.boolean("spark.tidemark.checkpoint.takeOver"), leaseMs };
}

async function openLogs(files: FileSystem, root: string, startedMs: number, epoch: Epoch): Promise<BatchLogs> {
  const offsets = await FileMetadataLog.open(files, `${root}/offsets`, offsetLogCodec, startedMs);
  const commits = await FileMetadataLog.open(files, `${root}/commits`, commitLogCodec, startedMs);
  const fences = await epoch.fences((commits.latest ?? -1) + 1);
  offsets.keep(fences);
  commits.keep(fences);
  return { offsets, commits, oldestBatchId: 0 };
}

/** What a checkpoint remembers of its query, for a look before it is opened: null where there is none. Changes nothing. */
export function peekQueryShape(location: string, runtime: Runtime): Promise<Json> {
  const { files, root } = placeOf(location, runtime);
  return readQueryShape(files, root);
}

/** What a query of ours has written before its first batch. */
async function requireFiles(files: FileSystem, root: string, history: readonly LoggedBatch[]): Promise<void> {
  if (history.every(({ commit }) => commit?.runId === undefined)) return;
  for (const [name, reason] of [
    ["metadata", "it has the query's id, by which sinks know what is committed"],
    ["query.json", "it says what kind of query the checkpoint belongs to"],
  ] as const) {
    const path = `${root}/${name}`;
    if ((await files.status(path)) === null) throw new StreamingError("CHECKPOINT_FILE_MISSING", { path, reason });
  }
}

function settingsOf(conf: Readonly<Record<string, string>>): Options {
  const names = new Set(checkpointConf.map((spec) => spec.name));
  const ours = Object.fromEntries(Object.entries(conf).filter(([key]) => names.has(key)));
  return new Options("the session configuration", checkpointConf, ours);
}
