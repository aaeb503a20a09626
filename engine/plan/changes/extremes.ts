import { types } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import { isNotNull, logical } from "../../expression/conjuncts.js";
import { freshId, type AggregateCall, type Alias, type Attribute, type Expression } from "../../expression/expression.js";
import { resolveFunction } from "../../expression/resolve.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { newChangeColumn } from "./changeColumn.js";

/** The aggregates that are a value of the first row in some order, and which way that order goes. */
const directions: Readonly<Record<string, "ascending" | "descending">> = {
  min: "ascending",
  min_by: "ascending",
  bool_and: "ascending",
  max: "descending",
  max_by: "descending",
  bool_or: "descending",
};

/** One such aggregate over rows that are taken back. */
export interface Extreme {
  /** Whether a row says something of this aggregate. */
  readonly tag: Expression;
  /** The value of it. */
  readonly carried: Attribute;
}

/** An input in which rows of the aggregation stand beside rows that say which row is the first of its group, for each aggregate that asks. */
export interface WithExtremes {
  readonly input: LogicalPlan;
  readonly change: Attribute;
  /** Whether a row is one of the aggregation's. */
  readonly isRow: Attribute;
  /** By the id of the aggregate. */
  readonly extremes: ReadonlyMap<number, Extreme>;
}

/** An aggregation over rows that are taken back. */
export interface ExtremesInput {
  readonly calls: readonly Alias[];
  /** The columns that say which rows are the first of their values: the same row is marked when it comes or when it goes, not both times. */
  readonly marks: readonly Attribute[];
  readonly rows: LogicalPlan;
  readonly change: Attribute;
}

/** Whether an aggregate is the value of a first row. */
export function isExtreme({ name, args }: AggregateCall): boolean {
  return directions[name] !== undefined && args.length <= 2;
}

/**
 * Finds the first rows of groups for aggregates like `min` and `max_by`: each row is given once for the aggregation and once for each of these, with what it is
 * ordered by; of the latter a tree in the state keeps the order, and lets through what becomes the first row of its group, or is not any more.
 */
export function overExtremes(
  node: NodeOf<"aggregate">,
  { calls, marks, rows, change }: ExtremesInput,
  context: AnalysisContext,
): WithExtremes | null {
  const asked = calls.filter(({ child }) => isExtreme(child as AggregateCall));
  if (asked.length === 0) return null;
  assert(node.operatorId !== undefined, "an aggregation of a stream has an id");
  const call = (name: string, args: readonly Expression[]): Expression =>
    resolveFunction({ name, args, distinct: false, filter: null }, context);
  const columns = outputOf(rows).filter(({ id }) => id !== change.id);
  const tag = column("extreme", types.int);
  const isRow = column("isRow", types.boolean);
  const wanted = asked.map((alias, i) => {
    const { name, args, filter } = alias.child as AggregateCall;
    const by = args.at(-1)!;
    const ordered = filter === null ? by : call("if", [filter, by, nullOf(by)]);
    return {
      id: alias.id,
      ordered,
      carried: args[0]!,
      descending: directions[name] === "descending",
      order: column(`by${i}`, typeOf(by)),
      value: column(`value${i}`, typeOf(args[0]!)),
    };
  });
  const marked = new Set(marks.map(({ id }) => id));
  const unmarked = columns.map((e): Expression => (marked.has(e.id) ? { kind: "literal", value: false, type: types.boolean } : e));
  const listOf = (which: number): Expression[] => [
    ...(which === 0 ? columns : unmarked),
    integer(which),
    { kind: "literal", value: which === 0, type: types.boolean },
    ...wanted.flatMap(({ ordered, carried }, i) => (i + 1 === which ? [ordered, carried] : [nullOf(ordered), nullOf(carried)])),
    change,
  ];
  const expanded: LogicalPlan = {
    kind: "expand",
    projections: [0, ...wanted.map((_, i) => i + 1)].map(listOf),
    output: [...columns, tag, isRow, ...wanted.flatMap(({ order, value }) => [order, value]), change],
    input: rows,
  };
  const condition = wanted.reduce<Expression>((some, { order }) => logical("or", [some, isNotNull(order)]), isRow);
  const own = newChangeColumn();
  const first: LogicalPlan = {
    kind: "topRows",
    operatorId: `${node.operatorId}-extremes`,
    ranks: "row_number",
    partition: [tag, ...node.grouping.map((e) => (e.kind === "alias" ? e.child : e))],
    order: wanted.map(({ order, descending }) => ({ kind: "sortOrder", child: order, descending, nullsFirst: !descending })),
    limit: 1,
    rank: null,
    taken: change,
    change: own,
    passing: isRow,
    input: { kind: "filter", condition, input: expanded },
  };
  const extremes = wanted.map(({ id, value }, i): [number, Extreme] => [id, { tag: call("=", [tag, integer(i + 1)]), carried: value }]);
  return { input: first, change: own, isRow, extremes: new Map(extremes) };
}

function column(name: string, type: Attribute["type"]): Attribute {
  return { kind: "attribute", id: freshId(), name, type, nullable: true, qualifier: [] };
}

function nullOf(e: Expression): Expression {
  return { kind: "literal", value: null, type: typeOf(e) };
}

function integer(value: number): Expression {
  return { kind: "literal", value, type: types.int };
}
