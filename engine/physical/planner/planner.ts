import { sameType, typeName, type DataType } from "../../arrow/types.js";
import { mainOutput, type OutputMode } from "../../contract/sink.js";
import { assert } from "../../errors/assert.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { findUserFunction } from "../../expression/functions/userFunctions.js";
import { expressionNodes } from "../../expression/traverse.js";
import { descend } from "../../plan/descend.js";
import type { LogicalPlan, NodeOf, OptimizedPlan } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { isStreaming } from "../../plan/streamingPlan.js";
import { childrenOf, expressionsOf } from "../../plan/transform.js";
import { checkToldApart } from "../../plan/malformedRecords.js";
import { factsOf, inputsOf, nodesOf, type PhysicalNode, type PhysicalPlan } from "../plan.js";
import type { ScanNode } from "../stateless/scan.js";
import { planAggregate } from "./aggregation.js";
import { planChangeAggregate } from "./changeAggregate.js";
import { planChangeJoin } from "./changeJoin.js";
import type { PlanContext, Planner, Planners, Planning } from "./context.js";
import { planDistinctMarks } from "./distinctMarks.js";
import { drawsIn, numberDraws } from "./draws.js";
import { planDeduplicate } from "./deduplication.js";
import { planGenerate } from "./generate.js";
import { planGroupState } from "./groupState.js";
import { planHeldChanges } from "./heldChanges.js";
import { planJoin } from "./join.js";
import { planKeptAggregate } from "./keptAggregate.js";
import { planLateTap } from "./lateTap.js";
import { planLimit } from "./limit.js";
import { repeatedSources } from "./repeatedSources.js";
import { planMapRows } from "./mapRows.js";
import { planScanAndProject } from "./scanAndProject.js";
import { planSetOperation } from "./setOperation.js";
import { sideRowsOf } from "./sideRows.js";
import { planSort } from "./sort.js";
import { planSessionWindow } from "./sessionWindow.js";
import { planTimeWindow } from "./timeWindow.js";
import { planTopRows } from "./topRows.js";
import { planWatermark } from "./watermark.js";
import { planWindow } from "./window.js";

/** What plans each kind of logical node. A kind without a planner does not compile. */
export const planners: Planners = {
  aggregate: planAggregate,
  changeAggregate: planChangeAggregate,
  changeJoin: planChangeJoin,
  changeRows: planChangeRows,
  deduplicate: planDeduplicate,
  distinctMarks: planDistinctMarks,
  filter: planScanAndProject,
  expand: planExpand,
  generate: planGenerate,
  groupState: planGroupState,
  heldChanges: planHeldChanges,
  join: planJoin,
  keptAggregate: planKeptAggregate,
  lateTap: planLateTap,
  limit: planLimit,
  mapRows: planMapRows,
  localRelation: ({ batch, output }) => ({ kind: "local", batch, output }),
  offset: planOffset,
  project: planScanAndProject,
  read: planScanAndProject,
  recursion: isRunBefore,
  repartition: planRepartition,
  sample: planSample,
  sessionWindow: planSessionWindow,
  setOperation: planSetOperation,
  sideRows: ({ outputId, output }, { sideRows }) => sideRows(outputId, output),
  sort: planSort,
  subqueryAlias: planAlias,
  timeWindow: planTimeWindow,
  topRows: planTopRows,
  window: planWindow,
  withWatermark: planWatermark,
  workTable: isRunBefore,
};

function* planChangeRows({ input, ...node }: NodeOf<"changeRows">): Planning {
  return { ...node, input: yield input, output: [...node.columns, node.changeType] };
}

function* planExpand({ projections, input, output }: NodeOf<"expand">): Planning {
  return { kind: "expand", projections, input: yield input, output };
}

function* planOffset(node: NodeOf<"offset">): Planning {
  return { kind: "offset", count: node.count, input: yield node.input, output: outputOf(node) };
}

function* planSample(node: NodeOf<"sample">): Planning {
  const output = outputOf(node);
  return { kind: "project", filter: node.condition, expressions: output, input: yield node.input, output };
}

function* planRepartition({ input }: NodeOf<"repartition">): Planning {
  return yield input;
}

function* planAlias(node: NodeOf<"subqueryAlias">): Planning {
  return { ...(yield node.input), output: outputOf(node) };
}

/** Recursions are rows by then (`dataframe/recursion.ts`); explain, which runs nothing, comes here with them. */
function isRunBefore(): never {
  throw notYetSupported("explaining WITH RECURSIVE");
}

/** What becomes of the rows that go beside the result. */
export interface SidePlan {
  readonly outputId: string;
  readonly plan: OptimizedPlan;
}

/**
 * Chooses the operators for an optimized plan, and for those of its side outputs.
 *
 * @param outputMode of a streaming query; null for a bounded one
 * @param partitions state partitions of each stateful operator, 1 to 256
 * @param stateTtlMs how long state is kept that nothing else bounds; null: for ever
 * @throws NOT_YET_SUPPORTED for what has no operator yet
 */
export function planPhysical(
  plan: OptimizedPlan,
  outputMode: OutputMode | null,
  partitions: number,
  sides: readonly SidePlan[] = [],
  stateTtlMs: number | null = null,
): PhysicalPlan {
  const sources: ScanNode[] = [];
  const addSource: PlanContext["addSource"] = (scanOf) => {
    const scan = scanOf(sources.length);
    sources.push(scan);
    return scan;
  };
  const root = planNodes(plan, { outputMode, partitions, stateTtlMs, addSource, sideRows: isNoSideOutput });
  const sideRows: PlanContext["sideRows"] = (outputId, output) => sideRowsOf(root, outputId, output);
  const ofSides = sides.map((side) => ({
    outputId: side.outputId,
    node: planNodes(side.plan, { outputMode: "append", partitions, stateTtlMs: null, addSource, sideRows }),
  }));
  const roots = [{ outputId: mainOutput, node: root }, ...ofSides];
  return { roots, sources, repeatedSources: repeatedSources(root) } as unknown as PhysicalPlan;
}

function isNoSideOutput(outputId: string): never {
  assert(false, `the rows of ${outputId} are read by a side output only`);
}

function planNodes(plan: OptimizedPlan, context: PlanContext): PhysicalNode {
  // A table that a stream reads is whole in every batch: no mode and no time to live concerns what is made of it.
  const ofTables: PlanContext = { ...context, outputMode: null, stateTtlMs: null };
  const root = descend<LogicalPlan, PhysicalNode>(numberDraws(plan), function* (node) {
    // The planner of a kind takes the nodes of that kind: it is the same name.
    const planner = planners[node.kind] as Planner<LogicalPlan["kind"]>;
    const planned = planner(node, isStreaming(node) ? context : ofTables);
    return checked(node, "kind" in planned ? planned : yield* planned);
  });
  for (const { name, type } of root.output) checkResultType(name, type);
  refuseUnwaited(root);
  for (const node of nodesOf([{ outputId: mainOutput, node: root }])) checkToldApart(factsOf(node).expressions(node));
  return root;
}

/** @throws UDF_ASYNC_UNSUPPORTED for an asynchronous function that is asked row by row, within a loop or a join */
function refuseUnwaited(root: PhysicalNode): void {
  for (const node of nodesOf([{ outputId: mainOutput, node: root }])) {
    if (node.kind === "userFunction") continue;
    for (const part of factsOf(node)
      .expressions(node)
      .flatMap((e) => [...expressionNodes(e)])) {
      const made = part.kind === "call" ? findUserFunction(part.name) : undefined;
      if (made === undefined || made.concurrency === null) continue;
      const place = node.kind === "staticJoin" || node.kind === "streamJoin" ? "in the condition of a join over both its sides" : "here";
      throw new StreamingError("UDF_ASYNC_UNSUPPORTED", { functionName: made.name, place });
    }
  }
}

/** What every step of the planner keeps: the columns of the node that it plans, and how often random expressions are asked. */
function checked(node: LogicalPlan, planned: PhysicalNode): PhysicalNode {
  const wanted = outputOf(node);
  // What another plan has drawn is drawn there.
  if (node.kind === "sideRows") drawsKnown.set(planned, { draws: new Set(), times: 0 });
  const same =
    planned.output.length === wanted.length &&
    wanted.every(({ id, type }, i) => planned.output[i]!.id === id && sameType(planned.output[i]!.type, type));
  assert(same, `planning ${node.kind} changed the output from (${namesOf(wanted)}) to (${namesOf(planned.output)})`);
  const [asked, asks] = [drawsOfPlan(node), drawsOfNodes(planned)];
  const kept = asks.times <= asked.times && asked.draws.size === asks.draws.size && [...asked.draws].every((draw) => asks.draws.has(draw));
  assert(kept, `planning ${node.kind} changed how often random expressions are asked: ${asked.times} before, ${asks.times} after`);
  return planned;
}

/** The random numbers that a plan draws, and in how many loops. What stands in two nodes of one loop is asked in it once. */
interface Draws {
  readonly draws: ReadonlySet<number>;
  readonly times: number;
}

// Every step plans one node over inputs that are known.
const drawsKnown = new WeakMap<LogicalPlan | PhysicalNode, Draws>();

function drawsOfPlan(node: LogicalPlan): Draws {
  return drawsKnown.get(node) ?? summed(node, expressionsOf(node), childrenOf(node).map(drawsOfPlan));
}

function drawsOfNodes(node: PhysicalNode): Draws {
  return drawsKnown.get(node) ?? summed(node, factsOf(node).expressions(node), inputsOf(node).map(drawsOfNodes));
}

function summed(node: LogicalPlan | PhysicalNode, expressions: readonly Expression[], inputs: readonly Draws[]): Draws {
  const own = drawsIn(expressions);
  const all = {
    draws: new Set([...inputs.flatMap(({ draws }) => [...draws]), ...own]),
    times: inputs.reduce((times, input) => times + input.times, own.size),
  };
  drawsKnown.set(node, all);
  return all;
}

function namesOf(columns: readonly Attribute[]): string {
  return columns.map(({ name }) => name).join(", ");
}

/** Calendar intervals have no columns yet: they live within expressions only. */
function checkResultType(name: string, type: DataType): void {
  switch (type.kind) {
    case "interval":
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
