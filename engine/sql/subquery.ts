import type { Expression, UnresolvedSubquery } from "../expression/expression.js";
import type { Grammar } from "./tokenStream.js";

/** `(query)` in an expression; the bracket comes next. `start`: where the expression begins in the text. */
export function readSubquery(
  grammar: Grammar,
  form: UnresolvedSubquery["form"],
  values: readonly Expression[],
  start: number,
): UnresolvedSubquery {
  const { tokens } = grammar;
  tokens.expect("(");
  const query = grammar.query();
  tokens.expect(")");
  return { kind: "unresolvedSubquery", form, values, query, position: { start, end: tokens.end } };
}
