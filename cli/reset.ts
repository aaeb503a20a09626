import type { ResetReport, ResetTarget } from "../dataframe/checkpointReport.js";
import type { Json } from "../engine/contract/json.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** How `checkpoint reset` was told where to go back to. */
export interface BackFlags {
  readonly toBatch: string | undefined;
  readonly toTime: string | undefined;
  readonly toOffsets: string | undefined;
}

/** @throws INVALID_COMMAND_LINE where it is not said, or twice; INVALID_FLAG where nobody can read it */
export function targetOf({ toBatch, toTime, toOffsets }: BackFlags): ResetTarget {
  if ([toBatch, toTime, toOffsets].filter((flag) => flag !== undefined).length !== 1) {
    throw new StreamingError("INVALID_COMMAND_LINE", {
      mistake: "Say where to, in one way: tidemark checkpoint reset <path> --to-batch N, --to-time TIME or --to-offsets JSON",
      help: "tidemark checkpoint --help",
    });
  }
  if (toBatch !== undefined) {
    if (!/^\d{1,15}$/.test(toBatch)) throw invalid("to-batch", toBatch, "the number of a batch");
    return { kind: "batch", batchId: Number(toBatch) };
  }
  if (toTime !== undefined) {
    const timeMs = Date.parse(toTime);
    if (Number.isNaN(timeMs)) throw invalid("to-time", toTime, "a time such as 2026-11-27T08:00:00Z");
    return { kind: "time", timeMs };
  }
  return { kind: "offsets", offsets: offsetsOf(toOffsets!) };
}

function offsetsOf(text: string): readonly Json[] {
  try {
    const offsets = JSON.parse(text) as Json;
    if (Array.isArray(offsets)) return offsets as readonly Json[];
  } catch {
    // Said below.
  }
  throw invalid("to-offsets", text, 'a JSON array with one offset for each source, such as [{"logOffset":7}]');
}

function invalid(flag: string, value: string, expected: string): StreamingError {
  return new StreamingError("INVALID_FLAG", { flag, value, expected });
}

/** What going back means, for a person. */
export function resetText(
  path: string,
  { toBatch, plannedAt, again, sources, watermark, hasState, output }: ResetReport,
  dryRun: boolean,
): string {
  if (again === null) return `${path}: batch ${toBatch} is the last one; there is nothing to go back from`;
  const count = again.to - again.from + 1;
  const batches = count === 1 ? `batch ${again.from} is` : `batches ${again.from} to ${again.to} are`;
  const lines = [
    `${path}: ${dryRun ? "would go" : "went"} back behind batch ${toBatch}, planned at ${plannedAt}; ${batches} forgotten`,
    ...sources.map(({ name, from, was }) => `read again   ${name} from ${JSON.stringify(from)} (it was at ${JSON.stringify(was)})`),
    `watermark    ${watermark.to ?? "none"} (it was ${watermark.was ?? "none"})`,
    `state        ${hasState ? `as batch ${toBatch} left it` : "none"}`,
    `output       ${output ?? "unknown"} has the batches that come again, and refuses them (SINK_AHEAD_OF_QUERY, KAFKA_MARKER_NEWER):`,
    "             start the query with an empty place to write to. A function of foreachBatch is called with their numbers once more.",
  ];
  return [...lines, ...(dryRun ? ["dry run: nothing was changed"] : [])].join("\n");
}
