import { types } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import { freshId, type AggregateCall, type Alias, type Attribute } from "../../expression/expression.js";
import { expressionKey } from "../../expression/expressionKey.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import type { DistinctValues } from "../nodes/distinctMarks.js";
import { outputOf } from "../outputOf.js";
import { isExtreme } from "./extremes.js";
import type { ChangingPlan } from "./changingPlan.js";

/** The calls of an aggregation, those over distinct values as calls over the rows that are marked, and what marks them. */
export function overMarks(
  node: NodeOf<"aggregate">,
  { plan, change }: ChangingPlan,
): { readonly calls: readonly Alias[]; readonly marks: readonly Attribute[]; readonly input: LogicalPlan } {
  const calls = node.aggregates.filter((e): e is Alias => e.kind === "alias" && e.child.kind === "aggregateCall");
  const sets = new Map<string, DistinctValues>();
  const marked = calls.map((alias): Alias => {
    const call = alias.child as AggregateCall;
    if (!call.distinct) return alias;
    // The least of different values is the least.
    if (isExtreme(call)) return { ...alias, child: { ...call, distinct: false } };
    const { args: values, filter } = call;
    const key = JSON.stringify([values.map(expressionKey), filter === null ? null : expressionKey(filter)]);
    const set = sets.get(key) ?? { values, filter, mark: newMark() };
    sets.set(key, set);
    return { ...alias, child: { ...call, distinct: false, filter: set.mark } };
  });
  if (sets.size === 0) return { calls: marked, marks: [], input: plan };
  const operatorId = `${node.operatorId!}-distinct`;
  const input: LogicalPlan = {
    kind: "distinctMarks",
    operatorId,
    grouping: node.grouping,
    sets: [...sets.values()],
    taken: change,
    input: plan,
  };
  return { calls: marked, marks: [...sets.values()].map(({ mark }) => mark), input };
}

/** Each row once, of rows that are taken back: those that are marked. */
export function distinctRows(node: NodeOf<"deduplicate">, { plan }: ChangingPlan, change: Attribute): ChangingPlan {
  const columns = outputOf(node);
  const keys = new Set((node.keys ?? []).map(({ id }) => id));
  if (node.withinWatermark || columns.some(({ id }) => !keys.has(id))) {
    throw new StreamingError("CHANGES_UNSUPPORTED_OPERATION", {
      operation: "dropDuplicates by some of the columns",
      suggestion: "Say which row of a key is wanted: row_number() OVER (PARTITION BY … ORDER BY …) = 1.",
    });
  }
  const mark = newMark();
  const operatorId = node.operatorId ?? "deduplicate";
  const marks: LogicalPlan = {
    kind: "distinctMarks",
    operatorId,
    grouping: columns,
    sets: [{ values: [], filter: null, mark }],
    taken: change,
    input: plan,
  };
  const first: LogicalPlan = { kind: "filter", condition: mark, input: marks };
  return { plan: { kind: "project", expressions: [...columns, change], input: first }, change, keys: columns.map(({ id }) => id) };
}

function newMark(): Attribute {
  return { kind: "attribute", id: freshId(), name: "first", type: types.boolean, nullable: false, qualifier: [] };
}
