import type { Expression } from "../expression/expression.js";
import type { ParsedPlan } from "../plan/unresolved.js";
import type { TableName } from "./statement.js";
import { ExpressionGrammar } from "./grammar.js";
import { withVariables } from "./variables.js";

/**
 * A Spark SQL expression, unresolved; it may end in `AS name` or `AS (a, b)`.
 *
 * @example parseExpression("count(*) AS n")
 * @param valueOf what `${name}` in the text stands for
 * @throws PARSE_SYNTAX_ERROR and its like
 */
export function parseExpression(text: string, valueOf: (name: string) => string | undefined = () => undefined): Expression {
  const grammar = new ExpressionGrammar(withVariables(text, valueOf));
  const e = grammar.namedExpression();
  grammar.tokens.expectEnd();
  return e;
}

/** The name of a table: `t`, `db.t`, with back-quotes around what is no word. @throws PARSE_SYNTAX_ERROR */
export function parseTableName(text: string): TableName {
  const { tokens } = new ExpressionGrammar(text);
  const name = tokens.path("the name of a table");
  tokens.expectEnd();
  return name;
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
