import type { Expression } from "../expression/expression.js";
import type { ParsedPlan } from "../plan/unresolved.js";
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

/**
 * A query, unresolved.
 *
 * @example parseQuery("SELECT id, count(*) FROM readings GROUP BY id")
 * @throws PARSE_SYNTAX_ERROR and its like
 */
export function parseQuery(text: string): ParsedPlan {
  const grammar = new ExpressionGrammar(text);
  const plan = grammar.query();
  grammar.tokens.accept(";");
  grammar.tokens.expectEnd();
  return plan;
}
