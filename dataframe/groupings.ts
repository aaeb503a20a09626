import type { Expression } from "../engine/expression/expression.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import type { GroupingItem, ParsedPlan, Select } from "../engine/plan/unresolved.js";

/** The column of a pivot, and its values that become columns. */
export interface Pivoted {
  readonly column: Expression;
  readonly values: readonly Expression[];
}

const select: Omit<Select, "items" | "from" | "grouping"> = {
  kind: "select",
  distinct: false,
  where: null,
  having: null,
  windows: [],
  qualify: null,
  hints: [],
};

/** The groups that there are beside those of all keys: every part of them, the first so many, or the sets that are listed. */
export type GroupingSets = "cube" | "rollup" | readonly (readonly Expression[])[];

/** `SELECT keys, aggregates FROM input GROUP BY CUBE (keys)`, or of `GROUPING SETS (…)`. */
export function groupingSetsPlan(
  input: AnalyzedPlan,
  keys: readonly Expression[],
  sets: GroupingSets,
  aggregates: readonly Expression[],
): ParsedPlan {
  const item: GroupingItem =
    typeof sets === "string"
      ? { kind: sets, sets: keys.map((key) => [withoutAlias(key)]) }
      : { kind: "groupingSets", sets: sets.map((set) => ({ kind: "set", expressions: set.map(withoutAlias) })) };
  return { ...select, items: [...keys, ...aggregates], from: input, grouping: { kind: "list", items: [item], with: null } };
}

/** The groups of the keys, and of each aggregate a column for every value. */
export function pivotPlan(
  input: AnalyzedPlan,
  grouping: readonly Expression[],
  { column, values }: Pivoted,
  aggregates: readonly Expression[],
): ParsedPlan {
  return { kind: "pivot", aggregates, columns: [column], values: values.map((value) => ({ value, name: null })), grouping, input };
}

function withoutAlias(e: Expression): Expression {
  return e.kind === "alias" ? e.child : e;
}
