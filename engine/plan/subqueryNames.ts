import type { QueryPlan } from "../expression/expression.js";

const known = new WeakMap<QueryPlan, readonly string[]>();

/** Notes which columns of the query around it a query reads: Spark names columns after them. */
export function noteOuterNames(query: QueryPlan, names: readonly string[]): void {
  known.set(query, names);
}

/** The columns that a query reads of the one around it; none before it is resolved. */
export function outerNamesOf(query: QueryPlan): readonly string[] {
  return known.get(query) ?? [];
}
