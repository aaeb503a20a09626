import { sameType, typeName, types, type DataType } from "../../arrow/types.js";
import type { OutputMode } from "../../contract/sink.js";
import { assert } from "../../errors/assert.js";
import { notYetSupported } from "../../errors/streamingError.js";
import { literal, type Attribute, type Expression } from "../../expression/expression.js";
import type { LogicalPlan, NodeOf, OptimizedPlan } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode, PhysicalPlan, ScanNode } from "../plan.js";
import { planAggregate } from "./aggregation.js";
import { select, withColumn } from "./columns.js";
import type { PlanContext } from "./context.js";
import { planDeduplicate } from "./deduplication.js";
import { planJoin } from "./join.js";
import { planProject } from "./project.js";
import { planScan } from "./scan.js";

/**
 * Chooses the operators for an optimized plan.
 *
 * @param outputMode of a streaming query; null for a bounded one
 * @param partitions state partitions of each stateful operator, 1 to 256
 * @throws NOT_YET_SUPPORTED for what has no operator yet
 */
export function planPhysical(plan: OptimizedPlan, outputMode: OutputMode | null, partitions: number): PhysicalPlan {
  const sources: ScanNode[] = [];
  const planNode = (node: LogicalPlan): PhysicalNode => checked(node, choose(node, context, sources));
  const context: PlanContext = { outputMode, partitions, plan: planNode };
  const root = planNode(plan);
  for (const { name, type } of root.output) checkResultType(name, type);
  return { root, sources } as unknown as PhysicalPlan;
}

/** What every step of the planner keeps: the columns of the node that it plans. */
function checked(node: LogicalPlan, planned: PhysicalNode): PhysicalNode {
  const wanted = outputOf(node);
  const same =
    planned.output.length === wanted.length &&
    wanted.every(({ id, type }, i) => planned.output[i]!.id === id && sameType(planned.output[i]!.type, type));
  assert(same, `planning ${node.kind} changed the output from (${namesOf(wanted)}) to (${namesOf(planned.output)})`);
  return planned;
}

function namesOf(columns: readonly Attribute[]): string {
  return columns.map(({ name }) => name).join(", ");
}

function choose(node: LogicalPlan, context: PlanContext, sources: ScanNode[]): PhysicalNode {
  switch (node.kind) {
    case "read":
    case "filter":
    case "project":
      return planStage(node, context, sources);
    case "localRelation":
      return { kind: "local", batch: node.batch, output: node.output };
    case "subqueryAlias":
      return { ...context.plan(node.input), output: outputOf(node) };
    case "repartition":
      return context.plan(node.input);
    case "withWatermark":
      return planWatermark(node, context);
    case "timeWindow":
      return planTimeWindow(node, context);
    case "aggregate":
      return planAggregate(node, context);
    case "join":
      return planJoin(node, context);
    case "setOperation":
      if (node.operation !== "union") throw notYetSupported(node.operation.toUpperCase());
      return { kind: "union", inputs: node.inputs.map(context.plan), output: outputOf(node) };
    case "deduplicate":
      return planDeduplicate(node, context);
    case "sort":
      return planSort(node, context);
    case "limit":
      if (context.outputMode !== null && context.outputMode !== "complete") throw notYetSupported("LIMIT over a stream");
      return { kind: "limit", count: node.count, input: context.plan(node.input), output: outputOf(node) };
    case "sessionWindow":
      throw notYetSupported("session_window");
    case "generate":
      throw notYetSupported("the generators (explode and its family)");
    case "offset":
      throw notYetSupported("OFFSET");
    default:
      throw notYetSupported(node.kind);
  }
}

function planWatermark(node: NodeOf<"withWatermark">, context: PlanContext): PhysicalNode {
  const column = node.column as Attribute;
  const { input, index } = withColumn(context.plan(node.input), column.type.kind === "struct" ? endOf(column) : column);
  const { watermarkId } = node;
  const output = outputOf(node);
  const all = [...output, ...input.output.slice(output.length)];
  return select({ kind: "watermark", watermarkId, delayMs: node.delayMs!, column: index, input, output: all }, output);
}

/** The end of a window. */
function endOf(window: Attribute): Expression {
  const args = [window, literal("end", types.string)];
  return { kind: "call", name: "getField", args, type: types.timestamp, nullable: true, evalMode: "ansi" };
}

function planTimeWindow(node: NodeOf<"timeWindow">, context: PlanContext): PhysicalNode {
  const { input, index } = withColumn(context.plan(node.input), node.time);
  const { durationUs, slideUs, startUs } = node;
  const output = [...input.output, node.window];
  return select({ kind: "timeWindow", timeColumn: index, durationUs, slideUs, startUs, input, output }, outputOf(node));
}

function planSort(node: NodeOf<"sort">, context: PlanContext): PhysicalNode {
  if (context.outputMode !== null && context.outputMode !== "complete") throw notYetSupported("sorting a stream");
  let input = context.plan(node.input);
  const keys = node.order.map(({ child, descending, nullsFirst }) => {
    const added = withColumn(input, child);
    input = added.input;
    return { column: added.index, descending, nullsFirst };
  });
  return select({ kind: "sort", keys, input, output: input.output }, outputOf(node));
}

/** A stack of projections and filters, down to what they read, in one loop. */
function planStage(node: NodeOf<"project" | "filter" | "read">, context: PlanContext, sources: ScanNode[]): PhysicalNode {
  const projection = node.kind === "project" ? node : null;
  const below: LogicalPlan = projection === null ? node : projection.input;
  const filter = below.kind === "filter" ? below : null;
  const source: LogicalPlan = filter === null ? below : filter.input;
  const output = outputOf(node);
  const expressions: readonly Expression[] = projection === null ? output : projection.expressions;
  if (source.kind !== "read") return planProject(filter?.condition ?? null, expressions, context.plan(source), output);
  const { scan, residual } = planScan(source, source.streaming ? sources.length : null, filter?.condition ?? null);
  if (source.streaming) sources.push(scan);
  if (residual === null && projection === null) return scan;
  return planProject(residual, expressions, scan, output);
}

/** Intervals have no columns yet: they live within expressions only. */
function checkResultType(name: string, type: DataType): void {
  switch (type.kind) {
    case "interval":
    case "interval_daytime":
    case "interval_yearmonth":
      throw notYetSupported(`the column ${name} of type ${typeName(type)}`);
    case "array":
      return checkResultType(name, type.element);
    case "map":
      checkResultType(name, type.key);
      return checkResultType(name, type.value);
    case "struct":
      for (const f of type.fields) checkResultType(name, f.type);
      return;
    default:
      return;
  }
}
