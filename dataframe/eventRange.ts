import { types } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { literal, type Expression } from "../engine/expression/expression.js";
import { typeOf } from "../engine/expression/types/typeOf.js";
import { analyze } from "../engine/plan/analyzer/analyze.js";
import type { AnalyzedPlan, LogicalPlan } from "../engine/plan/logicalPlan.js";
import { childrenOf, nodesUp, transformUp } from "../engine/plan/transform.js";
import { call } from "./column.js";
import { nameExpression } from "./names.js";
import type { SessionContext } from "./sessionContext.js";

/** Rows by their event time, half-open: in ms, null for no bound. */
export interface EventRange {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** The column that holds it; null for the one that the watermark is on. */
  readonly column: string | null;
}

/** Nodes that treat each row by itself, so that rows may as well be left out above them. */
const byRow: ReadonlySet<LogicalPlan["kind"]> = new Set([
  "read",
  "project",
  "filter",
  "subqueryAlias",
  "withWatermark",
  "generate",
  "repartition",
  "setOperation",
]);

/**
 * The plan over those rows of its streams only that are in the range. They are left out as far down as the event time is known, before anything is grouped
 * or joined.
 *
 * @returns the plan, and its parts that hold the selected rows
 * @throws BACKFILL_EVENT_TIME_UNKNOWN
 */
export function withinEventRange(
  session: SessionContext,
  plan: AnalyzedPlan,
  range: EventRange,
): { plan: LogicalPlan; selected: LogicalPlan[] } {
  if (range.fromMs === null && range.toMs === null) return { plan, selected: [] };
  // The plans that give rows of streams of which none was left out yet.
  const open = new WeakSet<LogicalPlan>();
  const selected: LogicalPlan[] = [];
  const result = transformUp(plan, (node) => {
    const isOpen = (node.kind === "read" && node.streaming) || childrenOf(node).some((child) => open.has(child));
    if (!isOpen) return node;
    if (!byRow.has(node.kind) || (node.kind === "setOperation" && node.operation !== "union")) throw unknown(range.column);
    const time = timeIn(session, node, range.column);
    if (time === null) {
      open.add(node);
      return node;
    }
    const filtered = analyze({ kind: "filter", condition: within(time, range), input: node }, session.analysisContext);
    selected.push(filtered);
    return filtered;
  });
  if (open.has(result)) throw unknown(range.column);
  return { plan: result, selected };
}

/** The event time in what a node gives; null where it is not there (yet). */
function timeIn(session: SessionContext, node: LogicalPlan, column: string | null): Expression | null {
  if (column === null) return node.kind === "withWatermark" ? node.column : null;
  const found = resolved(session, node, column);
  if (found === null) return null;
  const { kind } = typeOf(found);
  if (kind === "timestamp" || kind === "timestamp_ntz" || kind === "date") return found;
  throw new StreamingError("BACKFILL_EVENT_TIME_UNKNOWN", {
    problem: `the column ${column} is a ${kind}, not a time`,
    suggestion: sayColumn,
  });
}

function resolved(session: SessionContext, node: LogicalPlan, column: string): Expression | null {
  try {
    const named = analyze({ kind: "project", expressions: [nameExpression(column)], input: node }, session.analysisContext);
    const [item] = named.kind === "project" ? named.expressions : [];
    return item === undefined ? null : item.kind === "alias" ? item.child : item;
  } catch (error) {
    if (error instanceof StreamingError && /^(UNRESOLVED_COLUMN|FIELD_NOT_FOUND|INVALID_EXTRACT)/.test(error.condition)) return null;
    throw error;
  }
}

function within(time: Expression, { fromMs, toMs }: EventRange): Expression {
  const conditions = [
    ...(fromMs === null ? [] : [call(">=", [time, bound(fromMs)])]),
    ...(toMs === null ? [] : [call("<", [time, bound(toMs)])]),
  ];
  return conditions.length === 1 ? conditions[0]! : call("and", conditions);
}

function bound(ms: number): Expression {
  return literal(BigInt(ms) * 1000n, types.timestamp);
}

const sayColumn = "Say --event-time COLUMN: a timestamp or date of the input, or of what is selected from it before any grouping.";

function unknown(column: string | null): StreamingError {
  const problem =
    column === null
      ? "a stream of the query has no watermark that would say what its event time is"
      : `no stream of the query has a column ${column} before its rows are grouped or joined`;
  return new StreamingError("BACKFILL_EVENT_TIME_UNKNOWN", { problem, suggestion: sayColumn });
}

/** The windows of a plan that a bound on event time cuts: what a person is told of each. */
export function windowsCutAt(plan: LogicalPlan, flag: string, timeMs: number | null): string[] {
  if (timeMs === null) return [];
  const at = new Date(timeMs).toISOString();
  return nodesUp(plan).flatMap((node) => {
    if (node.kind === "sessionWindow") return [`sessions around ${at} are cut by --${flag}: they hold the rows within the range only`];
    if (node.kind !== "timeWindow") return [];
    const { durationUs, slideUs, startUs } = node;
    const isAtEdge = durationUs <= slideUs && (BigInt(timeMs) * 1000n - BigInt(startUs)) % BigInt(slideUs) === 0n;
    return isAtEdge
      ? []
      : [`windows (of ${durationUs / 1000} ms) around ${at} are cut by --${flag}: they hold the rows within the range only`];
  });
}

/** Whether a plan groups by windows of event time. */
export function hasWindows(plan: LogicalPlan): boolean {
  return nodesUp(plan).some(({ kind }) => kind === "timeWindow" || kind === "sessionWindow");
}
