import { StreamingError } from "../../errors/streamingError.js";
import type { ChangeForm } from "../../contract/changeForm.js";
import type { OutputMode, SinkCapability } from "../../contract/sink.js";
import type { Expression } from "../../expression/expression.js";
import { expressionNodes } from "../../expression/traverse.js";
import { attributeOf } from "../attributeOf.js";
import { sharedId } from "./operatorIds.js";
import { splitJoinCondition } from "../joinKeys.js";
import { factsOf, type AnalyzedPlan, type LogicalPlan, type NodeOf, type OptimizedPlan } from "../logicalPlan.js";
import { inputsOf, outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { isStreaming, streamsOf } from "../streamingPlan.js";
import { childrenOf, expressionsOf, nodesOf, nodesUp } from "../transform.js";

const outputModes: readonly OutputMode[] = ["append", "complete", "update", "changes"];

/** The output mode that a text names, whatever its case. @throws STREAMING_OUTPUT_MODE.INVALID */
export function parseOutputMode(text: string): OutputMode {
  const mode = outputModes.find((m) => m === text.toLowerCase());
  if (mode === undefined) throw new StreamingError("STREAMING_OUTPUT_MODE.INVALID", { outputMode: text });
  return mode;
}

/** What a sink must take of a query in each mode. */
const neededCapability: Readonly<Record<OutputMode, SinkCapability>> = {
  append: "append",
  update: "upsert",
  complete: "upsert",
  changes: "changes",
};

/**
 * Refuses an output mode whose changes a sink does not take.
 *
 * @param changes in output mode `changes`: the form that the sink would get them in
 * @throws STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE, SINK_TAKES_NO_UPSERTS
 */
export function checkSinkTakes(
  sinkName: string,
  capabilities: readonly SinkCapability[],
  outputMode: OutputMode,
  changes: ChangeForm = "rows",
): void {
  const isByKey = outputMode === "changes" && changes === "upserts";
  if (capabilities.includes(isByKey ? "changesByKey" : neededCapability[outputMode])) return;
  if (isByKey) throw new StreamingError("SINK_TAKES_NO_UPSERTS", { sink: sinkName });
  throw new StreamingError("STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", { className: sinkName, outputMode });
}

/**
 * Refuses, before anything runs, what Spark refuses of streams: Spark's UnsupportedOperationChecker, and what Spark only notices in the first batch.
 *
 * @throws STREAMING_OUTPUT_MODE.* and the conditions of `streamingConditions`
 */
export function checkStreaming(plan: AnalyzedPlan, outputMode: OutputMode): void {
  if (!isStreaming(plan)) throw new StreamingError("STREAMING_QUERY_WITHOUT_STREAM");
  const shared = sharedId(plan);
  if (shared !== null) throw new StreamingError("OPERATOR_ID_TWICE", { id: shared });
  const nodes = nodesUp(plan);
  if (outputMode === "changes") {
    // What each operator takes is said where changes are planned.
    nodes.forEach(checkExpressions);
    checkFirstBatch(plan, nodes, outputMode);
    return;
  }
  checkOutputMode(plan, outputMode);
  const changing = changingBelow(nodes);
  for (const node of nodes) {
    checkNode(node, outputMode, changing.get(node)! > 0);
    checkExpressions(node);
  }
  checkChain(nodes, outputMode, changing);
  checkFirstBatch(plan, nodes, outputMode);
}

/**
 * Refuses what only the optimized plan shows: two streams that do not meet by a key, be it one of a filter above the join, and rows with several event times.
 *
 * @throws STREAM_STREAM_JOIN_WITHOUT_EQUALITY, MULTIPLE_EVENT_TIME_COLUMNS
 */
export function checkOptimized(plan: OptimizedPlan): void {
  for (const node of nodesOf(plan)) {
    if (node.kind === "join") checkJoinKeys(node);
    checkEventTimes(node);
  }
}

/**
 * Refuses to run a stream as a table.
 *
 * @throws STREAMING_QUERY_NEEDS_START
 */
export function checkBatch(plan: AnalyzedPlan): void {
  if (isStreaming(plan)) throw new StreamingError("STREAMING_QUERY_NEEDS_START");
}

type Aggregate = NodeOf<"aggregate">;

/** How many operators of a stream that give rows again and again there are in each node and what it reads. */
function changingBelow(nodes: readonly LogicalPlan[]): ReadonlyMap<LogicalPlan, number> {
  const counts = new Map<LogicalPlan, number>();
  for (const node of nodes) {
    const below = childrenOf(node).reduce((sum, child) => sum + counts.get(child)!, 0);
    counts.set(node, below + (factsOf(node).emitsChanges(node, streamsOf(node)) ? 1 : 0));
  }
  return counts;
}

/** The output mode against the most downstream aggregation. */
function checkOutputMode(plan: LogicalPlan, outputMode: OutputMode): void {
  const last = lastAggregate(plan);
  const refuse = (operation: string): never => {
    throw new StreamingError("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", { outputMode, operation });
  };
  if (last === undefined) {
    if (outputMode === "complete") refuse("no streaming aggregations");
  } else if (outputMode === "append") {
    if (!last.grouping.some(hasEventTime)) refuse("streaming aggregations without watermark");
  } else if (outputMode === "update" && sessionKeys(plan, last).length > 0) {
    refuse("session window streaming aggregations");
  }
}

function lastAggregate(plan: LogicalPlan): Aggregate | undefined {
  for (const node of nodesOf(plan)) if (node.kind === "aggregate" && isStreaming(node)) return node;
  return undefined;
}

function columnOf(e: Expression): Expression {
  return e.kind === "alias" ? e.child : e;
}

function hasEventTime(e: Expression): boolean {
  const column = columnOf(e);
  return column.kind === "attribute" && column.eventTime !== undefined;
}

/** The grouping columns that are session windows. */
function sessionKeys(plan: LogicalPlan, { grouping }: Aggregate): readonly Expression[] {
  const sessions = new Set([...nodesOf(plan)].flatMap((node) => (node.kind === "sessionWindow" ? [node.window.id] : [])));
  return grouping.filter((e) => {
    const column = columnOf(e);
    return column.kind === "attribute" && sessions.has(column.id);
  });
}

/** What cannot be anywhere in a stream. */
function checkNode(node: LogicalPlan, outputMode: OutputMode, aggregated: boolean): void {
  const refusal = factsOf(node).refusal(node, { outputMode, streams: streamsOf(node), inputs: inputsOf(node), aggregated });
  if (refusal !== null) throw refusal;
}

/** Functions that count rows or tasks: no batch could be run again with the same answer. */
function checkExpressions(node: LogicalPlan): void {
  for (const item of expressionsOf(node)) {
    for (const e of expressionNodes(item)) {
      if (e.kind === "call" && e.name === "monotonically_increasing_id")
        throw new StreamingError("STREAMING_EXPRESSION", { expressions: sqlText(e) });
    }
  }
}

function keepsState(node: LogicalPlan): boolean {
  return factsOf(node).keepsState(node, streamsOf(node));
}

function isOfTwo(node: LogicalPlan): boolean {
  return node.kind === "aggregate" && node.ofTwo === true;
}

/** Below another stateful operator an aggregation must give final rows: in update and complete mode it gives the same group again and again. */
function checkChain(nodes: readonly LogicalPlan[], outputMode: OutputMode, changing: ReadonlyMap<LogicalPlan, number>): void {
  if (outputMode === "append") return;
  const afterChanges = (node: LogicalPlan): boolean => childrenOf(node).some((child) => changing.get(child)! > 0);
  if (nodes.some((node) => keepsState(node) && (afterChanges(node) || isOfTwo(node))))
    throw new StreamingError("STATEFUL_OPERATOR_AFTER_UPDATES");
}

/** What Spark accepts, and then fails at when it plans the first batches. */
function checkFirstBatch(plan: LogicalPlan, nodes: readonly LogicalPlan[], outputMode: OutputMode): void {
  const stateful = nodes.some(keepsState);
  for (const node of nodesOf(plan)) {
    if (node.kind === "withWatermark" && stateful && isRedefined(node.input)) throw new StreamingError("WATERMARK_REDEFINED");
    if (node.kind === "aggregate" && isStreaming(node)) checkGroups(plan, node, outputMode);
    if (
      node.kind === "setOperation" &&
      node.operation === "except" &&
      isStreaming(node) &&
      outputMode === "append" &&
      !outputOf(node).some((a) => a.eventTime !== undefined)
    ) {
      throw new StreamingError("UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", {
        outputMode: "Append",
        statefulOperator: "aggregations",
      });
    }
  }
}

/** Any aggregation: `checkOutputMode` looks at one of those that stand beside each other. */
function checkGroups(plan: LogicalPlan, node: Aggregate, outputMode: OutputMode): void {
  const sessions = sessionKeys(plan, node);
  if (node.grouping.length === 1 && sessions.length === 1) throw new StreamingError("SESSION_WINDOW_WITHOUT_KEY");
  if (outputMode === "append" && !node.grouping.some(hasEventTime))
    throw new StreamingError("UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", {
      outputMode: "Append",
      statefulOperator: "aggregations",
    });
  if (outputMode === "update" && sessions.length > 0)
    throw new StreamingError("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", {
      outputMode,
      operation: "session window streaming aggregations",
    });
}

/** Two streams meet by key only. */
function checkJoinKeys(join: NodeOf<"join">): void {
  if (!keepsState(join)) return;
  const { keys } = splitJoinCondition(join.condition, outputOf(join.left), outputOf(join.right));
  if (keys.length === 0) throw new StreamingError("STREAM_STREAM_JOIN_WITHOUT_EQUALITY");
}

/** Rows are late by one event time: those of each side of a join, those that are deduplicated, the groups of an aggregation. */
function checkEventTimes(node: LogicalPlan): void {
  if (node.kind !== "join" && node.kind !== "deduplicate" && node.kind !== "aggregate") return;
  if (factsOf(node).operatorKind(node, streamsOf(node)) === null || !streamsOf(node).every(Boolean)) return;
  const judged = node.kind === "aggregate" ? [node.grouping.map(attributeOf)] : inputsOf(node);
  for (const columns of judged) {
    const times = new Map(columns.flatMap((a) => (a.eventTime === undefined ? [] : [[a.id, `${a.name}-T${a.eventTime.delayMs}ms`]])));
    if (times.size > 1) throw new StreamingError("MULTIPLE_EVENT_TIME_COLUMNS", { eventTimeCols: `(${[...times.values()].join(",")})` });
  }
}

function isRedefined(input: LogicalPlan): boolean {
  for (const node of nodesOf(input)) if (node.kind === "withWatermark" && isStreaming(node)) return true;
  return false;
}
