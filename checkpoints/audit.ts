import type { LoggedBatch, OffsetEntry } from "../engine/contract/checkpoint.js";
import { corruptFile } from "../engine/contract/logText.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { offsetDifference } from "./checksums.js";
import type { BatchLogs } from "./checkedLogs.js";
import type { CommitRecord } from "./commitLog.js";
import type { FileMetadataLog } from "./metadataLog.js";
import { parseStateFileName } from "./state/stateFileName.js";

export interface AuditRequest {
  readonly logs: BatchLogs;
  /** The checkpoint, as conditions name it. */
  readonly location: string;
  /** How many batches the logs keep (`spark.sql.streaming.minBatchesToRetain`), for logs that do not say it themselves. */
  readonly retained: number;
  /** Before which batch a tool has pruned the logs; null when none has. */
  readonly prunedBefore: number | null;
  /** The names in `state/`. */
  readonly stateFiles: () => Promise<ReadonlySet<string>>;
  readonly hasStateFile: (name: string) => Promise<boolean>;
}

/** A batch with what its commit says of the other logs. */
interface AuditedBatch extends LoggedBatch {
  readonly commit: CommitRecord | null;
}

/**
 * Holds the logs of a checkpoint against each other, as far back as they are kept: no entry is missing, watermarks never go back, every entry is what its
 * batch was committed with, and the state files that commits name are there. Gives the batches, oldest first, and notes how far back the logs reach.
 *
 * @throws CHECKPOINT_INCONSISTENT, CHECKPOINT_FILE_MISSING, CHECKPOINT_CORRUPT
 */
export async function auditLogs(request: AuditRequest): Promise<AuditedBatch[]> {
  const { logs, location } = request;
  const planned = logs.offsets.latest;
  const committed = logs.commits.latest ?? -1;
  if (planned === null && committed < 0) return [];
  if (planned === null) throw inconsistent(location, `batch ${committed} is committed but no batch was ever planned`);
  if (committed > planned) throw inconsistent(location, `batch ${committed} is committed, but the last planned one is ${planned}`);
  if (committed < planned - 1) throw inconsistent(location, `batch ${planned} was planned before batch ${planned - 1} was committed`);
  logs.oldestBatchId = await oldestOf(request, planned, committed);
  const batches = await readBatches(logs, planned, committed);
  for (const [i, batch] of batches.entries()) checkBatch(logs, batch, batches[i - 1] ?? null);
  await checkStateFiles(request, batches);
  return batches;
}

/** The oldest batch of which everything must be there. */
async function oldestOf(request: AuditRequest, planned: number, committed: number): Promise<number> {
  return Math.max(request.prunedBefore ?? 0, await oldestSaid(request, planned, committed));
}

/** The same as the logs themselves say it. */
async function oldestSaid({ logs, retained }: AuditRequest, planned: number, committed: number): Promise<number> {
  const { offsets, commits } = logs;
  const last = committed < 0 ? null : await commits.get(committed);
  if (last !== null) checkOwnId(logs, committed, last);
  const said = committed < 0 ? 0 : last?.oldestBatchId;
  if (said !== undefined) return said;
  // Spark's logs, and older ones of ours: what is missing at the low end was purged, and purging may have left some of it there.
  const whole = Math.max(startOfRun(offsets.ids), startOfRun(commits.ids));
  const wanted = Math.max(0, planned - retained + 1);
  const holes = [offsets.ids, commits.ids].filter((ids) => startOfRun(ids) > (ids[0] ?? 0));
  return holes.length === 0 || whole <= wanted ? whole : Math.max(wanted, ...holes.map((ids) => ids[0]!));
}

function checkOwnId(logs: BatchLogs, id: number, { batchId }: CommitRecord): void {
  if (batchId !== undefined && batchId !== id) throw corruptFile(logs.commits.pathOf(id))(`it is the commit of batch ${batchId}`);
}

/** The first of the ids that lead up to the newest one without a gap. */
function startOfRun(ids: readonly number[]): number {
  let at = ids.length - 1;
  while (at > 0 && ids[at - 1] === ids[at]! - 1) at--;
  return ids[at] ?? 0;
}

async function readBatches({ offsets, commits, oldestBatchId }: BatchLogs, planned: number, committed: number): Promise<AuditedBatch[]> {
  const batches: AuditedBatch[] = [];
  for (let batchId = oldestBatchId; batchId <= planned; batchId++) {
    const entry = await entryOf(offsets, batchId);
    const commit = batchId <= committed ? await entryOf(commits, batchId) : null;
    // Both were there a moment ago: a former owner that is not quite dead has purged them.
    const isPurged = entry === null || (commit === null && batchId <= committed);
    if (!isPurged) batches.push({ batchId, offsets: entry, commit });
  }
  return batches;
}

/** Null when it was there and has gone while we looked. */
async function entryOf<T>(log: FileMetadataLog<T>, id: number): Promise<T | null> {
  if (log.ids.includes(id)) return log.get(id);
  throw missing(log.pathOf(id), `the log has entries before and behind it, or a commit says that it is kept`);
}

function checkBatch(logs: BatchLogs, { batchId, offsets, commit }: AuditedBatch, before: AuditedBatch | null): void {
  const path = logs.offsets.pathOf(batchId);
  const refuse = corruptFile(path);
  if (commit !== null) checkOwnId(logs, batchId, commit);
  const difference = commit?.checksums === undefined ? null : offsetDifference(offsets, commit.checksums.offsets);
  if (difference !== null) {
    throw refuse(`${difference} (whoever changed it on purpose takes \`checksums\` and \`crc32\` out of ${logs.commits.pathOf(batchId)})`);
  }
  const watermarkBefore = before === null ? 0 : Math.max(before.offsets.batchWatermarkMs, before.commit?.nextBatchWatermarkMs ?? 0);
  if (offsets.batchWatermarkMs < watermarkBefore) {
    throw refuse(`its watermark is ${offsets.batchWatermarkMs}, the batch before left ${watermarkBefore}`);
  }
  if (before !== null) checkSources(before.offsets, offsets, path);
  // A commit may not say; Spark takes that for 0.
  if (commit === null || commit.nextBatchWatermarkMs === 0 || commit.nextBatchWatermarkMs >= offsets.batchWatermarkMs) return;
  throw corruptFile(logs.commits.pathOf(batchId))(
    `its watermark is ${commit.nextBatchWatermarkMs}, the batch had ${offsets.batchWatermarkMs}`,
  );
}

function checkSources(before: OffsetEntry, now: OffsetEntry, path: string): void {
  const refuse = corruptFile(path);
  if (before.offsets.length !== now.offsets.length) {
    throw refuse(`it has ${now.offsets.length} source(s), the entry before ${before.offsets.length}`);
  }
  const lost = before.offsets.findIndex((offset, i) => offset !== null && now.offsets[i] === null);
  if (lost >= 0) throw refuse(`source ${lost} has no offset, but had one in the entry before`);
}

async function checkStateFiles(
  { logs, location, stateFiles, hasStateFile }: AuditRequest,
  batches: readonly AuditedBatch[],
): Promise<void> {
  if (batches.every(({ commit }) => commit?.stateFile === undefined)) return;
  const names = await stateFiles();
  let before: AuditedBatch["commit"] = null;
  for (const { batchId, commit } of batches) {
    if (commit === null) continue;
    const refuse = corruptFile(logs.commits.pathOf(batchId));
    const { stateFile } = commit;
    if (stateFile === undefined) {
      // A migration may have left all state behind.
      if (before !== null && before.stateSchema === commit.stateSchema)
        throw refuse("it names no state file, but the batch before had state");
      before = null;
      continue;
    }
    before = commit;
    if (parseStateFileName(stateFile)?.version !== batchId + 1) throw refuse(`${stateFile} is no state file of batch ${batchId}`);
    // A listing may be older than the file.
    if (!names.has(stateFile) && !(await hasStateFile(stateFile)))
      throw missing(`${location}/state/${stateFile}`, `batch ${batchId} was committed with it`);
  }
}

/** What the last commit says of the entries of sources' logs: by ordinal, by name. */
export function sourceSumsOf(batches: readonly AuditedBatch[]): Map<number, Map<string, number>> {
  const last = batches.findLast(({ commit }) => commit !== null);
  const sums = new Map<number, Map<string, number>>();
  for (const [place, sum] of Object.entries(last?.commit?.checksums?.sources ?? {})) {
    const [ordinal = "", name = ""] = place.split("/");
    const ofSource = sums.get(Number(ordinal)) ?? new Map<string, number>();
    sums.set(Number(ordinal), ofSource.set(name, sum));
  }
  return sums;
}

function inconsistent(location: string, problem: string): StreamingError {
  return new StreamingError("CHECKPOINT_INCONSISTENT", { location, problem });
}

export function missing(path: string, reason: string): StreamingError {
  return new StreamingError("CHECKPOINT_FILE_MISSING", { path, reason });
}
