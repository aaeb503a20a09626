import { descend } from "../plan/descend.js";
import type { OperatorFacts, PhysicalFacts } from "./nodeFacts.js";
import { aggregate, type AggregateNode } from "./stateful/aggregate.js";
import { changeAggregate, type ChangeAggregateNode } from "./stateful/changeAggregate.js";
import { changeJoin, type ChangeJoinNode } from "./stateful/changeJoin.js";
import { deduplicate, type DeduplicateNode } from "./stateful/deduplicate.js";
import { distinctMarks, type DistinctMarksNode } from "./stateful/distinctMarks.js";
import { groupState, type GroupStateNode } from "./stateful/groupState.js";
import { heldChanges, type HeldChangesNode } from "./stateful/heldChanges.js";
import { streamJoin, type StreamJoinNode } from "./stateful/streamJoin.js";
import { streamLimit, type StreamLimitNode } from "./stateful/streamLimit.js";
import { changeRows, type ChangeRowsNode } from "./stateless/changeRows.js";
import { topRows, type TopRowsNode } from "./stateful/topRows.js";
import { decodeJson, type DecodeJsonNode } from "./stateless/jsonDecode.js";
import { encodeJson, type EncodeJsonNode } from "./stateless/jsonEncode.js";
import { expand, type ExpandNode } from "./stateless/expand.js";
import { firstOccurrence, type FirstOccurrenceNode } from "./stateless/firstOccurrence.js";
import { generate, type GenerateNode } from "./stateless/generate.js";
import { lateTap, type LateTapNode } from "./stateless/lateTap.js";
import { limit, type LimitNode } from "./stateless/limit.js";
import { local, type LocalNode } from "./stateless/local.js";
import { port, type PortNode } from "./stateless/port.js";
import { mapRows, type MapRowsNode } from "./stateless/mapRows.js";
import { offset, type OffsetNode } from "./stateless/offset.js";
import { project, type ProjectNode } from "./stateless/project.js";
import { receive, type ReceiveNode } from "./stateless/receive.js";
import { scan, type ScanNode } from "./stateless/scan.js";
import { keptAggregate, type KeptAggregateNode } from "./stateful/keptAggregate.js";
import { sessionWindow, type SessionWindowNode } from "./stateless/sessionWindow.js";
import { sort, type SortNode } from "./stateless/sort.js";
import { staticJoin, type StaticJoinNode } from "./stateless/staticJoin.js";
import { timeWindow, type TimeWindowNode } from "./stateless/timeWindow.js";
import { union, type UnionNode } from "./stateless/union.js";
import { userFunction, type UserFunctionNode } from "./stateless/userFunction.js";
import { window, type WindowNode } from "./stateless/window.js";
import { watermark, type WatermarkNode } from "./stateless/watermark.js";

/** Where rows come in. */
export type LeafNode = LocalNode | ReceiveNode | ScanNode;

/** What works on the rows of others. */
export type OperatorNode =
  | AggregateNode<PhysicalNode>
  | ChangeAggregateNode<PhysicalNode>
  | ChangeJoinNode<PhysicalNode>
  | ChangeRowsNode<PhysicalNode>
  | DecodeJsonNode<PhysicalNode>
  | DeduplicateNode<PhysicalNode>
  | DistinctMarksNode<PhysicalNode>
  | EncodeJsonNode<PhysicalNode>
  | ExpandNode<PhysicalNode>
  | FirstOccurrenceNode<PhysicalNode>
  | GenerateNode<PhysicalNode>
  | GroupStateNode<PhysicalNode>
  | HeldChangesNode<PhysicalNode>
  | KeptAggregateNode<PhysicalNode>
  | LateTapNode<PhysicalNode>
  | LimitNode<PhysicalNode>
  | MapRowsNode<PhysicalNode>
  | OffsetNode<PhysicalNode>
  | ProjectNode<PhysicalNode>
  | SessionWindowNode<PhysicalNode>
  | SortNode<PhysicalNode>
  | StaticJoinNode<PhysicalNode>
  | StreamJoinNode<PhysicalNode>
  | StreamLimitNode<PhysicalNode>
  | TimeWindowNode<PhysicalNode>
  | TopRowsNode<PhysicalNode>
  | UnionNode<PhysicalNode>
  | UserFunctionNode<PhysicalNode>
  | WatermarkNode<PhysicalNode>
  | WindowNode<PhysicalNode>;

/**
 * The physical plan: which operators run, with what they need bound. Plain data, so that a fragment of it can be sent to another thread. Each kind has one file,
 * in `stateless/` or `stateful/`: the node, its facts, and the operator that runs it.
 *
 * A node that several others read is one object: its operator runs once, and each of them takes its turn with what it gives.
 */
export type PhysicalNode = LeafNode | OperatorNode | PortNode<PhysicalNode>;

export type PhysicalKind = PhysicalNode["kind"];

/** The facts of every kind. A kind without facts does not compile. */
const leaves = { local, receive, scan } satisfies FactsOfEach<LeafNode>;
const operators = {
  aggregate,
  changeAggregate,
  changeJoin,
  changeRows,
  decodeJson,
  deduplicate,
  distinctMarks,
  encodeJson,
  expand,
  firstOccurrence,
  generate,
  groupState,
  heldChanges,
  keptAggregate,
  lateTap,
  limit,
  mapRows,
  offset,
  project,
  sessionWindow,
  sort,
  staticJoin,
  streamJoin,
  streamLimit,
  timeWindow,
  topRows,
  union,
  userFunction,
  watermark,
  window,
} satisfies FactsOfEach<OperatorNode>;
const nodes = { ...leaves, ...operators, port };

/** The facts of some kinds, by kind: no kind may be missing, and none be another's. */
export type FactsOfEach<N extends PhysicalNode> = { readonly [K in N["kind"]]: { readonly kind: K } };

/** What there is to know of a node. */
export function factsOf(node: PhysicalNode): PhysicalFacts<PhysicalNode, PhysicalNode> {
  // The facts of a kind take the nodes of that kind: it is the same name.
  return nodes[node.kind] as unknown as PhysicalFacts<PhysicalNode, PhysicalNode>;
}

/** The same of a node that an operator runs. */
export function operatorFactsOf(node: OperatorNode): OperatorFacts<OperatorNode, PhysicalNode> {
  return operators[node.kind] as unknown as OperatorFacts<OperatorNode, PhysicalNode>;
}

/** Whether rows come in at the node. */
export function isLeaf(node: PhysicalNode): node is LeafNode {
  return node.kind in leaves;
}

/** The inputs of a node, in the order in which they are read. */
export function inputsOf(node: PhysicalNode): readonly PhysicalNode[] {
  return factsOf(node).inputs(node);
}

/** Those of the inputs that are read whole before the first batch. */
export function tablesOf(node: PhysicalNode): readonly PhysicalNode[] {
  return factsOf(node).tables(node);
}

/** Those of the inputs that give rows in every batch. */
export function streamInputsOf(node: PhysicalNode): readonly PhysicalNode[] {
  const tables = tablesOf(node);
  return inputsOf(node).filter((input) => !tables.includes(input));
}

/** Every node from which rows come to the roots in a batch, once, inputs first. */
export function streamNodesOf(roots: readonly PlanRoot[]): readonly PhysicalNode[] {
  return orderedBelow(roots, streamInputsOf);
}

/** The same without recursion: a plan may be as deep as a program has verbs. */
function orderedBelow(roots: readonly PlanRoot[], below: (node: PhysicalNode) => readonly PhysicalNode[]): readonly PhysicalNode[] {
  const found = new Set<PhysicalNode>();
  const steps = function* (node: PhysicalNode): Generator<PhysicalNode, void, void> {
    for (const input of below(node)) if (!found.has(input)) yield input;
    found.add(node);
  };
  for (const { node } of roots) if (!found.has(node)) descend(node, steps);
  return [...found];
}

/** Every node below the roots, once, inputs first. */
export function nodesOf(roots: readonly PlanRoot[]): readonly PhysicalNode[] {
  return orderedBelow(roots, inputsOf);
}

/** Where rows leave a plan. */
export interface PlanRoot {
  /** Of the plan's outputs: every plan has one that is `mainOutput`. */
  readonly outputId: string;
  readonly node: PhysicalNode;
}

declare const stage: unique symbol;

/** What the planner makes of an optimized plan; only it makes them. */
export interface PhysicalPlan {
  readonly [stage]: "physical";
  readonly roots: readonly PlanRoot[];
  /** The tables of the streaming scans, in the order of their sources. */
  readonly sources: readonly ScanNode[];
  /** Sources whose rows another one has counted already. */
  readonly repeatedSources: readonly number[];
}
