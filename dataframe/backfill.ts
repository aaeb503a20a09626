import { StreamingError } from "../engine/errors/streamingError.js";
import type { AnalyzedPlan, LogicalPlan, NodeOf } from "../engine/plan/logicalPlan.js";
import type { MalformedPolicy } from "../engine/plan/malformedRecords.js";
import { transformUp } from "../engine/plan/transform.js";
import { withoutWatermarks } from "../engine/plan/withoutWatermarks.js";
import { hasWindows, windowsCutAt, withinEventRange, type EventRange } from "./eventRange.js";
import { withoutOption } from "./options.js";
import type { SessionContext } from "./sessionContext.js";
import { optionsOfSource, withMalformedPolicy } from "./sideOutputs.js";
import type { TableHandle } from "./tables.js";

/** What part of the input a backfill reads: half-open, as texts of a command line. Null (or nothing): from the first, to the last. */
export interface BackfillRange {
  /** By when files were modified, and by the timestamps or offsets of Kafka's records. */
  readonly from: string | null;
  readonly to: string | null;
  /** By the event time of the rows. */
  readonly eventFrom?: string | null;
  readonly eventTo?: string | null;
  /** The column of the event time; the watermark's unless it is said. */
  readonly eventTime?: string | null;
}

/** A stream over bounded input. */
export interface BoundedPlan {
  readonly plan: AnalyzedPlan;
  /** Its parts that give the rows which the range selects; none when there is no range. */
  readonly selected: readonly AnalyzedPlan[];
  /** What a person should know of the range. */
  readonly notes: readonly string[];
}

/**
 * The plan of a stream over bounded input: every stream becomes the table of what lies in the range.
 *
 * It reads all of it at once, so that no row is late and no window stays open: in append mode that is what the stream emits, the rows it counts as late, and
 * the windows it has not closed; in update and complete mode the final table. Malformed records are dealt with as the query says (`onMalformed`).
 *
 * @throws BACKFILL_SIDE_OUTPUT where they have an output of their own, BACKFILL_BOUND_INVALID, BACKFILL_EVENT_TIME_UNKNOWN; UNBOUNDED_SOURCE when it runs, for sources that have no end
 */
export function boundedPlan(
  session: SessionContext,
  plan: AnalyzedPlan,
  range: BackfillRange,
  onMalformed: MalformedPolicy | null = null,
): BoundedPlan {
  checkOrder(range);
  const event = eventRange(range);
  if (onMalformed === "sideOutput") throw new StreamingError("BACKFILL_SIDE_OUTPUT");
  const policy = { onMalformed } as const;
  const ranged = withinEventRange(session, withMalformedPolicy(plan, policy), event);
  const reads: LogicalPlan[] = [];
  const bounded = (read: NodeOf<"read">): NodeOf<"read"> => {
    const table = session.tables.get(read.table);
    const options = boundedOptions({ ...table, options: optionsOfSource(table, policy) }, range);
    const { provider, format, schema, description } = table;
    const { id } = session.tables.add({ provider, format, schema, description, options, streaming: false });
    const result: NodeOf<"read"> = { ...read, streaming: false, table: id };
    reads.push(result);
    return result;
  };
  // What was analysed stays analysed: only what is read changes, and of a table nothing is late.
  const whole = transformUp(ranged.plan, (node) => (node.kind === "read" && node.streaming ? bounded(node) : node));
  const hasRange = range.from !== null || range.to !== null;
  const selected = hasRange
    ? reads
    : ranged.selected.map((part) => transformUp(part, (node) => (node.kind === "read" && node.streaming ? bounded(node) : node)));
  const notes = [...windowsCutAt(plan, "event-from", event.fromMs), ...windowsCutAt(plan, "event-to", event.toMs)];
  if (hasRange && hasWindows(plan)) notes.push(edges);
  return {
    plan: withoutWatermarks(whole) as AnalyzedPlan,
    selected: selected.map((part) => withoutWatermarks(part) as AnalyzedPlan),
    notes,
  };
}

const edges =
  "--from and --to select files by when they were modified, and records by Kafka's timestamps or offsets: windows of event time at their edges may hold a part of their rows only (--event-from and --event-to select rows by event time)";

function eventRange({ eventFrom = null, eventTo = null, eventTime = null }: BackfillRange): EventRange {
  return {
    fromMs: eventFrom === null ? null : timeOf("event-from", eventFrom),
    toMs: eventTo === null ? null : timeOf("event-to", eventTo),
    column: eventTime,
  };
}

/** A range that ends before it begins is a mistake. */
function checkOrder({ from, to, eventFrom = null, eventTo = null }: BackfillRange): void {
  const ranges = [
    ["from", from, "to", to],
    ["event-from", eventFrom, "event-to", eventTo],
  ] as const;
  for (const [first, start, last, end] of ranges) {
    if (start === null || end === null || isOffsets(start) || isOffsets(end)) continue;
    if (timeOf(first, start) > timeOf(last, end))
      throw new StreamingError("BACKFILL_BOUND_INVALID", { flag: last, value: end, reason: `it is before --${first}` });
  }
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

const fileFormats = ["json", "parquet", "text", "csv"];

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
  if (isOffsets(bound)) return { [`${prefix}Offsets`]: bound };
  const timestamp = { [`${prefix}Timestamp`]: String(timeOf(flag, bound)) };
  // A partition that has no record so late starts, and ends, at its end.
  return prefix === "starting" ? { ...timestamp, startingOffsetsByTimestampStrategy: "latest" } : timestamp;
}

function isOffsets(bound: string): boolean {
  return bound.trim().startsWith("{");
}

type BoundFlag = "from" | "to" | "event-from" | "event-to";

/** Milliseconds of an ISO time; one without a zone is UTC. */
function timeOf(flag: BoundFlag, value: string): number {
  const iso = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(value.trim());
  const timeMs = iso === null ? NaN : Date.parse(iso[4] === undefined && iso[1] !== undefined ? `${value.trim()}Z` : value.trim());
  if (Number.isNaN(timeMs)) throw new StreamingError("BACKFILL_BOUND_INVALID", { flag, value, reason: "it is no ISO time" });
  return timeMs;
}
