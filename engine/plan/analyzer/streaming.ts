import { StreamingError } from "../../errors/streamingError.js";
import type { OutputMode } from "../../contract/sink.js";
import type { Expression } from "../../expression/expression.js";
import type { Aggregate, AnalyzedPlan, LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { isStreaming } from "../streamingPlan.js";
import { expressionNodes, someExpression } from "../../expression/traverse.js";
import { expressionsOf, nodesOf, nodesUp } from "../transform.js";
import { checkJoin, checkJoinKeys, isStreamStream } from "./streamingJoin.js";

const outputModes: readonly OutputMode[] = ["append", "complete", "update"];

/** The output mode that a text names, whatever its case. @throws STREAMING_OUTPUT_MODE.INVALID */
export function parseOutputMode(text: string): OutputMode {
  const mode = outputModes.find((m) => m === text.toLowerCase());
  if (mode === undefined) throw new StreamingError("STREAMING_OUTPUT_MODE.INVALID", { outputMode: text });
  return mode;
}

/** Where the stream goes. */
export interface StreamingTarget {
  /** The format's name. */
  readonly sinkName: string;
}

/** Formats whose tables only ever grow. */
const appendOnlySinks = new Set(["parquet", "json", "csv", "text", "orc", "avro", "xml", "arrow"]);

/**
 * Refuses, before anything runs, what Spark refuses of streams: Spark's UnsupportedOperationChecker, and what Spark only notices in the first batch.
 *
 * @throws STREAMING_OUTPUT_MODE.* and the conditions of `streamingConditions`
 */
export function checkStreaming(plan: AnalyzedPlan, outputMode: OutputMode, { sinkName }: StreamingTarget): void {
  if (outputMode !== "append" && appendOnlySinks.has(sinkName.toLowerCase())) {
    throw new StreamingError("STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", { className: sinkName, outputMode });
  }
  if (!isStreaming(plan)) throw new StreamingError("STREAMING_QUERY_WITHOUT_STREAM");
  checkOutputMode(plan, outputMode);
  for (const node of nodesUp(plan)) {
    checkNode(node, outputMode);
    checkExpressions(node);
  }
  checkChain(plan, outputMode);
  checkFirstBatch(plan, outputMode);
}

/**
 * Refuses to run a stream as a table.
 *
 * @throws STREAMING_QUERY_NEEDS_START
 */
export function checkBatch(plan: AnalyzedPlan): void {
  if (isStreaming(plan)) throw new StreamingError("STREAMING_QUERY_NEEDS_START");
}

function streamingAggregates(plan: LogicalPlan): Aggregate[] {
  return [...nodesOf(plan)].filter((node): node is Aggregate => node.kind === "aggregate" && isStreaming(node));
}

/** The output mode against the most downstream aggregation. */
function checkOutputMode(plan: LogicalPlan, outputMode: OutputMode): void {
  const [last] = streamingAggregates(plan);
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
function checkNode(node: LogicalPlan, outputMode: OutputMode): void {
  switch (node.kind) {
    case "aggregate":
      if (isStreaming(node) && node.aggregates.some(isDistinct)) throw new StreamingError("STREAMING_DISTINCT_AGGREGATION");
      return;
    case "deduplicate":
      if (node.withinWatermark && isStreaming(node) && !hasWatermark(node.input)) {
        throw new StreamingError("DEDUPLICATE_WITHIN_WATERMARK_NEEDS_WATERMARK");
      }
      return;
    case "join":
      checkJoin(node, outputMode);
      return;
    case "setOperation":
      checkSetOperation(node.operation, node.inputs.map(isStreaming));
      return;
    case "limit":
      if (isStreaming(node) && outputMode === "update") throw new StreamingError("STREAMING_LIMIT_IN_UPDATE_MODE");
      return;
    case "offset":
      if (isStreaming(node)) throw new StreamingError("STREAMING_OFFSET");
      return;
    case "sort":
      if (isStreaming(node) && !(outputMode === "complete" && streamingAggregates(node).length > 0))
        throw new StreamingError("STREAMING_SORT");
      return;
    case "sample":
      if (isStreaming(node)) throw new StreamingError("STREAMING_SAMPLE");
      return;
    default:
  }
}

function isDistinct(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "aggregateCall" && part.distinct);
}

function hasWatermark(plan: LogicalPlan): boolean {
  return outputOf(plan).some((a) => a.eventTime !== undefined);
}

function checkSetOperation(operation: "union" | "intersect" | "except", streaming: readonly boolean[]): void {
  const some = streaming.includes(true);
  if (operation === "union" && some && streaming.includes(false)) throw new StreamingError("STREAMING_BATCH_UNION");
  if (operation === "except" && streaming.slice(1).includes(true)) throw new StreamingError("STREAMING_EXCEPT");
  if (operation === "intersect" && some) throw new StreamingError("STREAMING_INTERSECT");
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

/** Whether an operator keeps state by event time or by key of an unbounded stream, as Spark counts them here. */
function isStateful(node: LogicalPlan): boolean {
  switch (node.kind) {
    case "aggregate":
      return isStreaming(node);
    case "join":
      return isStreamStream(node);
    case "deduplicate":
      return isStreaming(node) && (node.withinWatermark || (node.keys ?? []).some(hasEventTime));
    default:
      return false;
  }
}

/** Below another stateful operator an aggregation must give final rows: in update and complete mode it gives the same group again and again. */
function checkChain(plan: LogicalPlan, outputMode: OutputMode): void {
  if (outputMode === "append") return;
  for (const node of nodesOf(plan)) {
    if (isStateful(node) && streamingAggregates(node).some((aggregate) => aggregate !== node)) {
      throw new StreamingError("STATEFUL_OPERATOR_AFTER_UPDATES");
    }
  }
}

/** What Spark accepts, and then fails at when it plans the first batches. */
function checkFirstBatch(plan: LogicalPlan, outputMode: OutputMode): void {
  const keepsState = [...nodesOf(plan)].some(isStateful);
  for (const node of nodesOf(plan)) {
    if (node.kind === "withWatermark" && keepsState && isRedefined(node.input)) throw new StreamingError("WATERMARK_REDEFINED");
    if (node.kind === "join") checkJoinKeys(node);
    if (node.kind === "aggregate" && isStreaming(node) && node.grouping.length === 1 && sessionKeys(plan, node).length === 1) {
      throw new StreamingError("SESSION_WINDOW_WITHOUT_KEY");
    }
    if (node.kind === "setOperation" && node.operation === "except" && !node.all && isStreaming(node) && outputMode === "append") {
      throw new StreamingError("UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", {
        outputMode: "Append",
        statefulOperator: "aggregations",
      });
    }
  }
}

function isRedefined(input: LogicalPlan): boolean {
  return [...nodesOf(input)].some((node) => node.kind === "withWatermark" && isStreaming(node));
}
