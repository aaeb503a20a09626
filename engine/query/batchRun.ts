import { StreamingError } from "../errors/streamingError.js";
import type { CommitEntry, OffsetEntry } from "../contract/checkpoint.js";
import { lendChunks, lendingSlices } from "../contract/lending.js";
import type { Offset } from "../contract/source.js";
import { allGroups, type StateChanges } from "../contract/state.js";
import type { Receiver } from "../physical/execution/driver.js";
import type { Answers } from "../physical/answers.js";
import type { BatchResult, SourceRange } from "../physical/execution/execution.js";
import type { BatchFacts, StatefulOperator } from "../physical/operator.js";
import { BatchOutputs } from "./batchOutputs.js";
import type { QuerySettings } from "./definition.js";
import { checkNextOffsets } from "./offsetOrder.js";
import type { OpenQuery } from "./openQuery.js";
import type { PhaseTimer } from "./phaseTimer.js";
import { allDone } from "./settled.js";
import type { WatermarkTracker } from "./watermarkTracker.js";

/** A batch that is about to run. */
export interface PlannedBatch {
  readonly batchId: number;
  readonly start: readonly (Offset | null)[];
  readonly entry: OffsetEntry;
  readonly previousWatermarkMs: number;
  readonly noData: boolean;
  /** True when an earlier run logged it: its offset log entry is there already. */
  readonly replay: boolean;
}

/**
 * Runs one batch in the order of law 3: (1) offset log, (2) execution, (3) outputs prepared and state durable, (4) outputs committed, (5) commit log,
 * (6) sources told and logs purged. Whatever fails before (5) leaves a batch that the next run does again.
 *
 * @throws OPERATION_CANCELED when `stopped` is aborted while the batch waits for a function of the user
 */
export async function runBatch(
  query: OpenQuery,
  tracker: WatermarkTracker,
  planned: PlannedBatch,
  timer: PhaseTimer,
  stopped: AbortSignal,
): Promise<BatchResult> {
  const { runtime, execution } = query;
  const { batchId } = planned;
  const at = runtime.faults.at.bind(runtime.faults);

  await at("beforeOffsetLog", batchId);
  await query.tableRefresh?.before(batchId, planned.replay);
  await timer.phase("walCommit", () => logOffsets(query, planned));
  await at("afterOffsetLog", batchId);

  const { replay } = planned;
  const logged = replay ? await query.checkpoint.answers.get(batchId) : null;
  const outputs = await BatchOutputs.open(query, { batchId, batchTimeMs: planned.entry.batchTimestampMs, replay });
  try {
    const result = await timer.phase("addBatch", () =>
      execution.runBatch(factsOf(query, planned), rangesOf(planned), writer(query, outputs), { logged, stopped }),
    );
    if (result.answers !== null) await timer.phase("addBatch", () => logAnswers(query, batchId, result.answers!));
    await at("afterExecution", batchId);
    const stateFile = await timer.phase("commitBatch", () => commitOutputs(query, batchId, outputs));
    await at("afterSinkCommit", batchId);

    tracker.reach(planned.entry.batchWatermarkMs);
    tracker.advance(result.eventTime);
    await timer.phase("commitOffsets", () => logCommit(query, batchId, { tracker, stateFile, outputs }));
    await at("afterCommitLog", batchId);
    await tellSources(query, planned);
    await at("afterSourceCommit", batchId);
    await tidyUp(query, batchId);
    return result;
  } catch (error) {
    await outputs.abort();
    throw error;
  }
}

/** Takes what the query gives; other hosts are shown that this run lives, however slow that is. */
function writer({ checkpoint }: OpenQuery, outputs: BatchOutputs): Receiver {
  return async (rows) => {
    await outputs.write(rows);
    await checkpoint.keepLease();
  };
}

/** Makes outputs and state durable side by side, then the outputs visible. Gives the name of the state's file. */
async function commitOutputs(query: OpenQuery, batchId: number, outputs: BatchOutputs): Promise<string | null> {
  const { checkpoint, runtime } = query;
  const prepare = async (): Promise<void> => {
    await outputs.prepare();
    await runtime.faults.at("afterSinkPrepare", batchId);
  };
  const write = async (): Promise<string | null> => {
    const name = await writeState(query, batchId + 1);
    await runtime.faults.at("afterStateWrite", batchId);
    return name;
  };
  await checkpoint.checkOwnership();
  const [, stateFile] = await allDone([prepare(), write()] as const);
  await runtime.faults.at("afterPrepare", batchId);
  await checkpoint.checkOwnership();
  await outputs.commit();
  return stateFile;
}

/** What the batch learnt from outside, before any output is committed. */
async function logAnswers({ checkpoint }: OpenQuery, batchId: number, answers: Answers): Promise<void> {
  await checkpoint.checkOwnership();
  if (await checkpoint.answers.add(batchId, answers)) return;
  throw new StreamingError("CONCURRENT_QUERY", { batchId: String(batchId), location: checkpoint.location });
}

async function logOffsets(query: OpenQuery, planned: PlannedBatch): Promise<void> {
  if (planned.replay) return;
  checkNextOffsets(query.checkpoint, query.sources, planned.batchId, planned.start, planned.entry.offsets);
  await query.checkpoint.checkOwnership();
  if (await query.checkpoint.offsetLog.add(planned.batchId, planned.entry)) return;
  throw new StreamingError("CONCURRENT_QUERY", { batchId: String(planned.batchId), location: query.checkpoint.location });
}

/** What holds for a batch: what was logged with it, and nothing else. */
export function factsOf(query: OpenQuery, { batchId, entry, noData, previousWatermarkMs }: PlannedBatch): BatchFacts {
  const { outputMode, execution } = query;
  const watermarks = { lateMs: previousWatermarkMs, evictMs: entry.batchWatermarkMs };
  return {
    batchId,
    batchTimeMs: entry.batchTimestampMs,
    conf: entry.conf,
    outputMode,
    noData,
    watermarks: query.watermarks.length > 0 ? execution.watermarks(watermarks) : {},
  };
}

function rangesOf({ start, entry }: PlannedBatch): SourceRange[] {
  return entry.offsets.map((end, i) => ({ start: start[i]!, end }));
}

async function writeState({ execution, checkpoint, runtime }: OpenQuery, version: number): Promise<string | null> {
  if (execution.stateful.length === 0) return null;
  const { state } = checkpoint;
  const chunks = state.wantsWhole ? wholeOf(execution.stateful) : changesOf(execution.stateful);
  return await state.writeDelta(version, lendChunks(runtime.lending, chunks));
}

function* changesOf(stateful: readonly StatefulOperator[]): Generator<StateChanges> {
  for (const operator of stateful) yield* operator.changes();
}

/** All of the state, where it is kept in another way than before. */
function* wholeOf(stateful: readonly StatefulOperator[]): Generator<StateChanges> {
  // Whoever is asked what changed forgets it, as in any other batch.
  for (const change of changesOf(stateful)) void change;
  for (const operator of stateful) yield* operator.snapshot(allGroups);
}

/** What a batch leaves in the commit log. */
interface CommittedParts {
  readonly tracker: WatermarkTracker;
  readonly stateFile: string | null;
  readonly outputs: BatchOutputs;
}

async function logCommit({ checkpoint, settings }: OpenQuery, batchId: number, parts: CommittedParts): Promise<void> {
  const { tracker, stateFile } = parts;
  const outputs = await parts.outputs.receipts(batchId);
  const entry: CommitEntry = {
    nextBatchWatermarkMs: tracker.loggedMs,
    runId: checkpoint.runId,
    // One less than is kept: so the logs are whole also for somebody who takes this commit back.
    oldestBatchId: Math.min(batchId, Math.max(0, oldestRetained(settings, batchId) + 1)),
    ...(stateFile === null ? {} : { stateFile }),
    ...(checkpoint.state.schemaNumber === null ? {} : { stateSchema: checkpoint.state.schemaNumber }),
    ...(outputs === null ? {} : { outputs }),
  };
  await checkpoint.checkOwnership();
  if (await checkpoint.commitLog.add(batchId, entry)) return;
  throw new StreamingError("CONCURRENT_QUERY", { batchId: String(batchId), location: checkpoint.location });
}

async function tellSources({ sources }: OpenQuery, { start, entry }: PlannedBatch): Promise<void> {
  for (const [i, source] of sources.entries()) {
    const end = entry.offsets[i]!;
    const from = start[i]!;
    if (end !== null && (from === null || !source.sameOffset(from, end))) await source.commit(end);
  }
}

async function tidyUp(query: OpenQuery, batchId: number): Promise<void> {
  const { checkpoint, execution, settings } = query;
  await advanceSnapshot(query, batchId + 1);
  const oldest = oldestRetained(settings, batchId);
  if (oldest <= 0) return;
  // Whoever was taken over leaves the logs as they are: an entry that it added and purged again would not stand in the way of a successor that has stood still meanwhile.
  await checkpoint.confirmOwnership();
  const state = execution.stateful.length > 0 ? checkpoint.state.purge(oldest) : Promise.resolve();
  await query.tableRefresh?.purge(oldest);
  await Promise.all([
    checkpoint.offsetLog.purgeBefore(oldest),
    checkpoint.commitLog.purgeBefore(oldest),
    checkpoint.answers.purgeBefore(oldest),
    state,
  ]);
}

/** Takes the next slices of a snapshot. True while there is more to take. */
export async function advanceSnapshot({ checkpoint, execution, runtime }: OpenQuery, version: number): Promise<boolean> {
  if (execution.stateful.length === 0) return false;
  const sources = execution.stateful.map((operator) => lendingSlices(runtime.lending, operator));
  return checkpoint.state.advanceSnapshot(version, sources);
}

/** The oldest batch that the logs keep when `batchId` is done. */
function oldestRetained({ minBatchesToRetain }: QuerySettings, batchId: number): number {
  return batchId - minBatchesToRetain + 1;
}
