import type { Schema } from "../arrow/types.js";
import type { Alias, Attribute } from "../expression/expression.js";
import { aggregate, type Aggregate } from "./nodes/aggregate.js";
import { changeAggregate, type ChangeAggregate } from "./nodes/changeAggregate.js";
import { changeJoin, type ChangeJoin } from "./nodes/changeJoin.js";
import { changeRows, type ChangeRows } from "./nodes/changeRows.js";
import { deduplicate, type Deduplicate } from "./nodes/deduplicate.js";
import type { NodeFacts } from "./nodes/facts.js";
import { distinctMarks, type DistinctMarks } from "./nodes/distinctMarks.js";
import { expand, type Expand } from "./nodes/expand.js";
import { filter, type Filter } from "./nodes/filter.js";
import { generate, type Generate } from "./nodes/generate.js";
import { groupState, type GroupState } from "./nodes/groupState.js";
import { heldChanges, type HeldChanges } from "./nodes/heldChanges.js";
import { mapRows, type MapRows } from "./nodes/mapRows.js";
import { join, type Join } from "./nodes/join.js";
import { keptAggregate, type KeptAggregate } from "./nodes/keptAggregate.js";
import { lateTap, type LateTap } from "./nodes/lateTap.js";
import { limit, type Limit } from "./nodes/limit.js";
import { localRelation, type LocalRelation } from "./nodes/localRelation.js";
import { offset, type Offset } from "./nodes/offset.js";
import { project, type Project } from "./nodes/project.js";
import { read, type Read } from "./nodes/read.js";
import { recursion, workTable, type Recursion, type WorkTable } from "./nodes/recursion.js";
import { repartition, type Repartition } from "./nodes/repartition.js";
import { sample, type Sample } from "./nodes/sample.js";
import { sessionWindow, type SessionWindow } from "./nodes/sessionWindow.js";
import { setOperation, type SetOperation } from "./nodes/setOperation.js";
import { sideRows, type SideRows } from "./nodes/sideRows.js";
import { sort, type Sort } from "./nodes/sort.js";
import { subqueryAlias, type SubqueryAlias } from "./nodes/subqueryAlias.js";
import { timeWindow, type TimeWindow } from "./nodes/timeWindow.js";
import { topRows, type TopRows } from "./nodes/topRows.js";
import { window, type Window } from "./nodes/window.js";
import { withWatermark, type WithWatermark } from "./nodes/withWatermark.js";

/**
 * The logical plan: what a query means, close to Spark Connect's relations. DataFrame verbs and SQL build the same nodes. Each kind has one file in `nodes/`:
 * what it holds, and its facts.
 *
 * Nodes are immutable. Before analysis they may hold unresolved expressions; `analyze` gives an `AnalyzedPlan`, in which every expression is
 * resolved, every attribute has an id, and every stateful node has its operator id.
 */
export type LogicalPlan =
  | Aggregate<LogicalPlan>
  | ChangeAggregate<LogicalPlan>
  | ChangeJoin<LogicalPlan>
  | ChangeRows<LogicalPlan>
  | Deduplicate<LogicalPlan>
  | DistinctMarks<LogicalPlan>
  | Expand<LogicalPlan>
  | Filter<LogicalPlan>
  | Generate<LogicalPlan>
  | GroupState<LogicalPlan>
  | HeldChanges<LogicalPlan>
  | MapRows<LogicalPlan>
  | Join<LogicalPlan>
  | KeptAggregate<LogicalPlan>
  | LateTap<LogicalPlan>
  | Limit<LogicalPlan>
  | LocalRelation
  | Offset<LogicalPlan>
  | Project<LogicalPlan>
  | Read
  | Recursion<LogicalPlan>
  | Repartition<LogicalPlan>
  | Sample<LogicalPlan>
  | SessionWindow<LogicalPlan>
  | SetOperation<LogicalPlan>
  | SideRows
  | Sort<LogicalPlan>
  | SubqueryAlias<LogicalPlan>
  | TimeWindow<LogicalPlan>
  | TopRows<LogicalPlan>
  | Window<LogicalPlan>
  | WithWatermark<LogicalPlan>
  | WorkTable;

export type NodeKind = LogicalPlan["kind"];

/** The nodes of one kind. */
export type NodeOf<K extends NodeKind> = Extract<LogicalPlan, { readonly kind: K }>;

/** The facts of every kind. A kind without facts does not compile. */
const nodes = {
  aggregate,
  changeAggregate,
  changeJoin,
  changeRows,
  deduplicate,
  distinctMarks,
  expand,
  filter,
  generate,
  groupState,
  heldChanges,
  mapRows,
  join,
  keptAggregate,
  lateTap,
  limit,
  localRelation,
  offset,
  project,
  read,
  recursion,
  repartition,
  sample,
  sessionWindow,
  setOperation,
  sideRows,
  sort,
  subqueryAlias,
  timeWindow,
  topRows,
  window,
  withWatermark,
  workTable,
} satisfies { readonly [K in NodeKind]: { readonly kind: K } };

/** What there is to know of a node. */
export function factsOf(plan: LogicalPlan): NodeFacts<LogicalPlan, LogicalPlan> {
  // The facts of a kind take the nodes of that kind: it is the same name.
  return nodes[plan.kind] as unknown as NodeFacts<LogicalPlan, LogicalPlan>;
}

declare const stage: unique symbol;

/** Resolved, coerced, and free of what batch queries already refuse. */
export type AnalyzedPlan = LogicalPlan & { readonly [stage]: "analyzed" };
/** Rewritten by the optimizer; means the same. */
export type OptimizedPlan = LogicalPlan & { readonly [stage]: "optimized" };

/** A projection that only names columns again. */
export type NamedExpression = Attribute | Alias;

/** The schema that a list of attributes makes. */
export function schemaOf(output: readonly Attribute[]): Schema {
  return { kind: "struct", fields: output.map(({ name, type, nullable }) => ({ name, type, nullable })) };
}
