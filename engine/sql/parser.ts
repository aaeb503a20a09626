import type { Expression, SortOrder } from "../expression/expression.js";
import { ExpressionGrammar } from "./grammar.js";
import { readSortOrder } from "./sortOrder.js";

export { parseInterval } from "../plan/interval.js";

/**
 * A Spark SQL expression, unresolved; it may end in `AS name` or `AS (a, b)`.
 *
 * @example parseExpression("count(*) AS n")
 * @throws PARSE_SYNTAX_ERROR and its like
 */
export function parseExpression(text: string): Expression {
  const grammar = new ExpressionGrammar(text);
  const e = grammar.namedExpression();
  grammar.tokens.expectEnd();
  return e;
}

/**
 * An item of ORDER BY.
 *
 * @example parseSortOrder("n desc nulls last")
 * @throws PARSE_SYNTAX_ERROR
 */
export function parseSortOrder(text: string): SortOrder {
  const grammar = new ExpressionGrammar(text);
  const order = readSortOrder(grammar);
  grammar.tokens.expectEnd();
  return order;
}

/**
 * The parts of a column's name: `a.b`, with back quotes around parts that hold dots.
 *
 * @example parseName("`a.b`.c") // ["a.b", "c"]
 * @throws PARSE_SYNTAX_ERROR
 */
export function parseName(text: string): readonly string[] {
  const { tokens } = new ExpressionGrammar(text);
  const parts = [tokens.identifier()];
  while (tokens.accept(".")) parts.push(tokens.identifier());
  tokens.expectEnd();
  return parts;
}
