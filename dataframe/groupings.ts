import type { Expression } from "../engine/expression/expression.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import type { ParsedPlan, Select } from "../engine/plan/unresolved.js";

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

/** `SELECT keys, aggregates FROM input GROUP BY CUBE (keys)`. */
export function groupingSetsPlan(
  input: AnalyzedPlan,
  keys: readonly Expression[],
  sets: "cube" | "rollup",
  aggregates: readonly Expression[],
): ParsedPlan {
  const item = { kind: sets, sets: keys.map((key) => [withoutAlias(key)]) } as const;
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
