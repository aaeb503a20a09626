import type { Checkpoint } from "../contract/checkpoint.js";
import { StreamingError } from "../errors/streamingError.js";

/** Why a run failed. One that was taken over and did not know it finds what its successor did, such as files that are gone: that is no reason. */
export async function takenOverOr(failure: unknown, checkpoint: Pick<Checkpoint, "confirmOwnership">): Promise<unknown> {
  try {
    await checkpoint.confirmOwnership();
    return failure;
  } catch (error) {
    return error instanceof StreamingError && /^CHECKPOINT_(TAKEN_OVER|LOST)$/.test(error.condition) ? error : failure;
  }
}

/**
 * Why a start failed. Where another run has gone on meanwhile, its successor or one that it took over and that did not know yet, a start finds what that one did,
 * such as an output that is ahead of the batches it knows, or state files that are gone: that is no reason.
 */
export async function reasonOf(failure: unknown, checkpoint: Checkpoint): Promise<unknown> {
  const { history, offsetLog, location } = checkpoint;
  const reason = await takenOverOr(failure, checkpoint);
  if (reason !== failure) return reason;
  const next = (history.at(-1)?.batchId ?? -1) + 1;
  const isThere = await offsetLog.get(next).then(
    (entry) => entry !== null,
    () => false,
  );
  return isThere ? new StreamingError("CONCURRENT_QUERY", { batchId: String(next), location }, { cause: failure }) : failure;
}
