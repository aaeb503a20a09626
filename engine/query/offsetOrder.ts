import type { Checkpoint } from "../contract/checkpoint.js";
import type { Offset, Source } from "../contract/source.js";
import { StreamingError } from "../errors/streamingError.js";

/**
 * Has every source look at the offsets that the log has of it: whether they are its own, move forward, and fit the log that it keeps itself.
 *
 * @throws CHECKPOINT_CORRUPT naming the entry of the offset log
 */
export function checkLoggedOffsets({ history, location }: Checkpoint, sources: readonly Source[]): void {
  let before: readonly (Offset | null)[] = sources.map(() => null);
  for (const { batchId, offsets } of history) {
    const problem = problemIn(sources, before, offsets.offsets);
    if (problem !== null) throw new StreamingError("CHECKPOINT_CORRUPT", { path: `${location}/offsets/${batchId}`, reason: problem });
    before = offsets.offsets;
  }
}

/**
 * The same of offsets that are about to be logged.
 *
 * @throws CHECKPOINT_INVARIANT_VIOLATED
 */
export function checkNextOffsets(
  { location }: Checkpoint,
  sources: readonly Source[],
  batchId: number,
  before: readonly (Offset | null)[],
  offsets: readonly (Offset | null)[],
): void {
  const problem = problemIn(sources, before, offsets);
  if (problem === null) return;
  throw new StreamingError("CHECKPOINT_INVARIANT_VIOLATED", {
    path: `${location}/offsets/${batchId}`,
    invariant: "OFFSETS_MOVE_FORWARD",
    problem,
  });
}

function problemIn(sources: readonly Source[], before: readonly (Offset | null)[], offsets: readonly (Offset | null)[]): string | null {
  for (const [i, source] of sources.entries()) {
    const offset = offsets[i] ?? null;
    const problem = offset === null ? null : source.offsetProblem(before[i] ?? null, offset);
    if (problem !== null) return `the offset of source ${i} (${source.description}): ${problem}`;
  }
  return null;
}
