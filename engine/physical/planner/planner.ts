import type { OutputMode } from "../../contract/sink.js";
import { notYetSupported } from "../../errors/streamingError.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import type { Filter, LogicalPlan, OptimizedPlan, Project } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { inputsOf, type PhysicalNode, type PhysicalPlan, type ScanNode } from "../plan.js";
import { planAggregate, planDistinct } from "./aggregation.js";
import { planJoin } from "./join.js";
import { planProject } from "./project.js";
import { planScan } from "./scan.js";

/** What the planner is told beside the plan. */
export interface PlanContext {
  /** Null for a bounded query. */
  readonly outputMode: OutputMode | null;
  /** Plans an input. */
  readonly plan: (node: LogicalPlan) => PhysicalNode;
}

/**
 * Chooses the operators for an optimized plan.
 *
 * @param outputMode of a streaming query; null for a bounded one
 * @throws NOT_YET_SUPPORTED for what has no operator yet
 */
export function planPhysical(plan: OptimizedPlan, outputMode: OutputMode | null): PhysicalPlan {
  const sources: ScanNode[] = [];
  const planNode = (node: LogicalPlan): PhysicalNode => choose(node, context, sources);
  const context: PlanContext = { outputMode, plan: planNode };
  const root = planNode(plan);
  return { root, sources } as unknown as PhysicalPlan;
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
      return { ...context.plan(node.input), output: outputOf(node) } as PhysicalNode;
    case "repartition":
      return context.plan(node.input);
    case "withWatermark": {
      const input = context.plan(node.input);
      const column = node.column as Attribute;
      const place = indexOf(input.output, column);
      return { kind: "watermark", watermarkId: node.watermarkId, delayMs: node.delayMs!, column: place, input, output: outputOf(node) };
    }
    case "timeWindow": {
      const { input, index } = withColumn(context.plan(node.input), node.time);
      const { durationUs, slideUs, startUs } = node;
      const expanded: PhysicalNode = {
        kind: "timeWindow",
        timeColumn: index,
        durationUs,
        slideUs,
        startUs,
        input,
        output: [...input.output, node.window],
      };
      return select(expanded, outputOf(node));
    }
    case "aggregate":
      return planAggregate(node, context);
    case "join":
      return planJoin(node, context);
    case "setOperation":
      if (node.operation !== "union") throw notYetSupported(node.operation.toUpperCase());
      return { kind: "union", inputs: node.inputs.map(context.plan), output: outputOf(node) };
    case "deduplicate":
      if (context.outputMode === null && node.columns === null) return planDistinct(node, context);
      throw notYetSupported(node.withinWatermark ? "dropDuplicatesWithinWatermark" : "dropDuplicates");
    case "sort": {
      if (context.outputMode !== null && context.outputMode !== "complete") throw notYetSupported("sorting a stream");
      let input = context.plan(node.input);
      const keys = node.order.map(({ child, descending, nullsFirst }) => {
        const added = withColumn(input, child);
        input = added.input;
        return { column: added.index, descending, nullsFirst };
      });
      return select({ kind: "sort", keys, input, output: input.output }, outputOf(node));
    }
    case "limit":
      if (context.outputMode !== null && context.outputMode !== "complete") throw notYetSupported("LIMIT over a stream");
      return { kind: "limit", count: node.count, input: context.plan(node.input), output: outputOf(node) };
    case "sessionWindow":
      throw notYetSupported("session_window");
    case "generate":
      throw notYetSupported("the generators (explode and its family)");
    case "offset":
      throw notYetSupported("OFFSET");
    case "sample":
      throw notYetSupported("sample");
  }
}

/** A stack of projections and filters, down to what they read, in one loop. */
function planStage(
  node: Project | Filter | Extract<LogicalPlan, { kind: "read" }>,
  context: PlanContext,
  sources: ScanNode[],
): PhysicalNode {
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

/** The place of a column. */
export function indexOf(output: readonly Attribute[], { id }: Attribute): number {
  return output.findIndex((attribute) => attribute.id === id);
}

/** A node that has the expression as a column, and where: added at the end if it was not there. */
export function withColumn(input: PhysicalNode, e: Expression): { readonly input: PhysicalNode; readonly index: number } {
  if (e.kind === "attribute") {
    const index = indexOf(input.output, e);
    if (index >= 0) return { input, index };
  }
  const { node, attributes } = addColumns(input, [e]);
  return { input: node, index: indexOf(node.output, attributes[0]!) };
}

/** A node that has the expressions as further columns at its end. */
export function addColumns(
  input: PhysicalNode,
  expressions: readonly Expression[],
): { readonly node: PhysicalNode; readonly attributes: readonly Attribute[] } {
  const node = planProject(null, [...input.output, ...expressions], input, null);
  return { node, attributes: node.output.slice(input.output.length) };
}

/** The node with only these columns, in this order. */
export function select(input: PhysicalNode, output: readonly Attribute[]): PhysicalNode {
  const same = output.length === input.output.length && output.every((attribute, i) => attribute.id === input.output[i]!.id);
  return same ? input : planProject(null, output, input, output);
}

/** Every node of a plan, inputs first. */
export function nodesOf(root: PhysicalNode): PhysicalNode[] {
  return [...inputsOf(root).flatMap(nodesOf), root];
}
