import { freshId, type Alias, type Attribute } from "../../expression/expression.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";

/** A query whose columns are none of those around it: what it selects of these are other columns there. */
export function withOwnColumns(query: LogicalPlan, around: ReadonlySet<number>): LogicalPlan {
  const output = outputOf(query);
  if (!output.some(({ id }) => around.has(id))) return query;
  const expressions = output.map((column): Attribute | Alias =>
    around.has(column.id) ? { kind: "alias", child: column, name: column.name, id: freshId() } : column,
  );
  return { kind: "project", expressions, input: query };
}
