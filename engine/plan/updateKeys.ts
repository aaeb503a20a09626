import type { AnalyzedPlan, LogicalPlan } from "./logicalPlan.js";
import type { Expression } from "../expression/expression.js";
import { outputOf } from "./outputOf.js";

/**
 * The columns by which a row of the result replaces an earlier one: the groupings of the last aggregation, when all of them come out. Null otherwise.
 */
export function updateKeys(plan: AnalyzedPlan): readonly string[] | null {
  const ids = keyIds(plan);
  if (ids === null) return null;
  const names = ids.map((id) => outputOf(plan).find((attribute) => attribute.id === id)?.name);
  return names.includes(undefined) ? null : (names as string[]);
}

function keyIds(plan: LogicalPlan): readonly number[] | null {
  switch (plan.kind) {
    case "aggregate": {
      const groupings = plan.grouping.map(idOf);
      const output = plan.aggregates.map((e) => ({ from: idOf(e.kind === "alias" ? e.child : e), to: idOf(e) }));
      const ids = groupings.map((id) => output.find(({ from, to }) => id !== null && (from === id || to === id))?.to ?? null);
      return ids.includes(null) ? null : (ids as number[]);
    }
    case "project": {
      const below = keyIds(plan.input);
      if (below === null) return null;
      const ids = below.map((id) => plan.expressions.find((e) => idOf(e.kind === "alias" ? e.child : e) === id));
      return ids.includes(undefined) ? null : ids.map((e) => idOf(e!)!);
    }
    case "filter":
    case "sort":
    case "limit":
    case "subqueryAlias":
      return keyIds(plan.input);
    default:
      return null;
  }
}

function idOf(e: Expression): number | null {
  return e.kind === "attribute" || e.kind === "alias" ? e.id : null;
}
