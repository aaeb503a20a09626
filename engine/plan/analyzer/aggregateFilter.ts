import { StreamingError } from "../../errors/streamingError.js";
import { isDeterministic } from "../../expression/determinism.js";
import type { Expression } from "../../expression/expression.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { someExpression } from "../../expression/traverse.js";

/**
 * What the FILTER of an aggregate function may be: a condition that is boolean as it is, of the row alone.
 *
 * @throws INVALID_AGGREGATE_FILTER.…
 */
export function checkAggregateFilter(filter: Expression, text: string): void {
  const refused = (what: "CONTAINS_AGGREGATE" | "CONTAINS_WINDOW_FUNCTION" | "NON_DETERMINISTIC" | "NOT_BOOLEAN"): StreamingError =>
    new StreamingError(`INVALID_AGGREGATE_FILTER.${what}`, { filterExpr: `"${text}"` });
  if (someExpression(filter, ({ kind }) => kind === "windowCall")) throw refused("CONTAINS_WINDOW_FUNCTION");
  if (someExpression(filter, ({ kind }) => kind === "aggregateCall")) throw refused("CONTAINS_AGGREGATE");
  if (!isDeterministic(filter)) throw refused("NON_DETERMINISTIC");
  if (typeOf(filter).kind !== "boolean") throw refused("NOT_BOOLEAN");
}
