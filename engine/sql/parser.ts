import type { Expression } from "../expression/expression.js";
import { ExpressionGrammar } from "./grammar.js";

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
