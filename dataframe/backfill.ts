import { StreamingError } from "../engine/errors/streamingError.js";
import type { AnalyzedPlan, NodeOf } from "../engine/plan/logicalPlan.js";
import { transformUp } from "../engine/plan/transform.js";
import { withoutWatermarks } from "../engine/plan/withoutWatermarks.js";
import { withoutOption } from "./options.js";
import type { SessionContext } from "./sessionContext.js";
import type { TableHandle } from "./tables.js";

/** What part of the input a backfill reads: half-open, as texts of a command line. Null: from the first, to the last. */
export interface BackfillRange {
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * The plan of a stream over bounded input: every stream becomes the table of what lies in the range.
 *
 * It reads all of it at once, so that no row is late and no window stays open: in append mode that is what the stream emits, the rows it counts as late, and
 * the windows it has not closed; in update and complete mode the final table.
 *
 * @throws BACKFILL_BOUND_INVALID; UNBOUNDED_SOURCE when it runs, for sources that have no end
 */
export function boundedPlan(session: SessionContext, plan: AnalyzedPlan, range: BackfillRange): AnalyzedPlan {
  const bounded = (read: NodeOf<"read">): NodeOf<"read"> => {
    const table = session.tables.get(read.table);
    const options = boundedOptions(table, range);
    const { provider, format, schema, description } = table;
    const { id } = session.tables.add({ provider, format, schema, description, options, streaming: false });
    return { ...read, streaming: false, table: id };
  };
  // What was analysed stays analysed: only what is read changes, and of a table nothing is late.
  return withoutWatermarks(transformUp(plan, (node) => (node.kind === "read" && node.streaming ? bounded(node) : node))) as AnalyzedPlan;
}

/** Options that only streams have, by what is read. What a stream leaves out or cleans up, a backfill reads and leaves. */
const streamOptions = {
  kafka: [
    "startingOffsets",
    "startingTimestamp",
    "startingOffsetsByTimestamp",
    "maxOffsetsPerTrigger",
    "minOffsetsPerTrigger",
    "maxTriggerDelay",
  ],
  files: [
    "maxFilesPerTrigger",
    "maxBytesPerTrigger",
    "latestFirst",
    "maxFileAge",
    "fileNameOnly",
    "maxCachedFiles",
    "discardCachedInputRatio",
    "cleanSource",
    "sourceArchiveDir",
  ],
} as const;

const fileFormats = ["json", "parquet", "text"];

function boundedOptions({ format, options }: TableHandle, { from, to }: BackfillRange): Record<string, string> {
  const without = (names: readonly string[]): Readonly<Record<string, string>> => names.reduce(withoutOption, options);
  if (format === "kafka")
    return { ...without(streamOptions.kafka), ...kafkaBound("from", from, "starting"), ...kafkaBound("to", to, "ending") };
  if (fileFormats.includes(format)) {
    return { ...without(streamOptions.files), ...fileBound("from", from, "modifiedAfter"), ...fileBound("to", to, "modifiedBefore") };
  }
  const [flag, value] = from === null ? (["to", to] as const) : (["from", from] as const);
  if (value !== null) throw new StreamingError("BACKFILL_BOUND_INVALID", { flag, value, reason: `a ${format} source has no range` });
  return { ...options };
}

/** Files by when they were modified; `modifiedAfter` leaves out the instant itself, the range includes it. */
function fileBound(flag: "from" | "to", bound: string | null, option: string): Record<string, string> {
  if (bound === null) return {};
  const timeMs = timeOf(flag, bound) - (flag === "from" ? 1 : 0);
  return { [option]: new Date(timeMs).toISOString() };
}

function kafkaBound(flag: "from" | "to", bound: string | null, prefix: "starting" | "ending"): Record<string, string> {
  if (bound === null) return {};
  if (bound.trim().startsWith("{")) return { [`${prefix}Offsets`]: bound };
  const timestamp = { [`${prefix}Timestamp`]: String(timeOf(flag, bound)) };
  // A partition that has no record so late starts, and ends, at its end.
  return prefix === "starting" ? { ...timestamp, startingOffsetsByTimestampStrategy: "latest" } : timestamp;
}

/** Milliseconds of an ISO time; one without a zone is UTC. */
function timeOf(flag: "from" | "to", value: string): number {
  const iso = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(value.trim());
  const timeMs = iso === null ? NaN : Date.parse(iso[4] === undefined && iso[1] !== undefined ? `${value.trim()}Z` : value.trim());
  if (Number.isNaN(timeMs)) throw new StreamingError("BACKFILL_BOUND_INVALID", { flag, value, reason: "it is no ISO time" });
  return timeMs;
}
