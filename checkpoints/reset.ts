import type { LoggedBatch } from "../engine/contract/checkpoint.js";
import type { Json } from "../engine/contract/json.js";
import type { Runtime } from "../engine/contract/runtime.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { placeOf } from "./location.js";
import { owning } from "./maintenance.js";
import { writeTold } from "./queryFiles.js";
import { readCheckpoint, type CheckpointReading } from "./reading.js";

/** Where a query is to go back to: behind a batch, behind the last one that was planned by a time, or to where each source was behind some batch. */
export type ResetTarget =
  | { readonly kind: "batch"; readonly batchId: number }
  | { readonly kind: "time"; readonly timeMs: number }
  | { readonly kind: "offsets"; readonly offsets: readonly Json[] };

/** What going back means. */
export interface ResetPlan {
  /** The batch that is the last one then. */
  readonly to: LoggedBatch;
  /** The batches that come again, oldest first; the last may be planned only. */
  readonly again: readonly LoggedBatch[];
}

/**
 * What it would mean to go back; changes nothing, and the query may run meanwhile.
 *
 * @throws CHECKPOINT_NOT_FOUND; CHECKPOINT_RESET_UNKNOWN where the logs do not reach so far back; CHECKPOINT_FILE_MISSING where the state of that batch is purged
 */
export async function planReset(location: string, target: ResetTarget, runtime: Runtime): Promise<ResetPlan> {
  const reading = await readCheckpoint(location, runtime, () => undefined);
  const { batches } = reading;
  const at = batches.findLastIndex((batch) => batch.commit !== null && isMeant(batch, target));
  if (at < 0) throw unknown(reading, target);
  const to = batches[at]!;
  if (to.commit?.stateFile !== undefined) await checkState(reading, to.batchId);
  return { to, again: batches.slice(at + 1) };
}

/**
 * Lets a query go back: what lies behind a batch is forgotten, and its next start reads it again, with the state that the batch left. What is to be is written in one
 * step; the rest is done behind it, by this call or, when it dies, by the next start.
 *
 * @throws as `planReset`; CHECKPOINT_IN_USE while the query lives
 */
export async function resetCheckpoint(location: string, target: ResetTarget, runtime: Runtime): Promise<ResetPlan> {
  const { files, root } = placeOf(location, runtime);
  const plan = await owning(location, runtime, async () => {
    const decided = await planReset(location, target, runtime);
    if (decided.again.length > 0) await writeTold(files, root, { resetTo: decided.to.batchId });
    return decided;
  });
  // Whoever opens it finds the word, and does it.
  if (plan.again.length > 0) await owning(location, runtime, async () => undefined);
  return plan;
}

function isMeant({ batchId, offsets }: LoggedBatch, target: ResetTarget): boolean {
  switch (target.kind) {
    case "batch":
      return batchId === target.batchId;
    case "time":
      return offsets.batchTimestampMs <= target.timeMs;
    case "offsets":
      return (
        canonical(offsets.offsets.map((offset) => (offset === null ? null : (JSON.parse(offset) as Json)))) === canonical(target.offsets)
      );
  }
  return false;
}

/** Equal for values that differ in the order of members only. */
function canonical(value: Json | readonly Json[]): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

async function checkState(reading: CheckpointReading, batchId: number): Promise<void> {
  for await (const chunk of reading.stateAfter(batchId)) {
    void chunk;
    return;
  }
}

function timeOf({ offsets }: LoggedBatch): string {
  return new Date(offsets.batchTimestampMs).toISOString();
}

function unknown({ location, batches }: CheckpointReading, target: ResetTarget): StreamingError {
  const committed = batches.filter(({ commit }) => commit !== null);
  const [first, last] = [committed[0], committed.at(-1)];
  const kept =
    first === undefined || last === undefined
      ? "none"
      : `${first.batchId} (planned at ${timeOf(first)}) to ${last.batchId} (at ${timeOf(last)})`;
  const wanted =
    target.kind === "batch"
      ? `batch ${target.batchId}`
      : target.kind === "time"
        ? `a batch planned by ${new Date(target.timeMs).toISOString()}`
        : `a batch that ended at ${JSON.stringify(target.offsets)}`;
  return new StreamingError("CHECKPOINT_RESET_UNKNOWN", { location, wanted, kept });
}
