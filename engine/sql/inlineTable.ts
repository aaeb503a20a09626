import type { Expression } from "../expression/expression.js";
import type { ParsedPlan } from "../plan/unresolved.js";
import { readAlias } from "./alias.js";
import { listOf } from "./lists.js";
import type { Grammar } from "./tokenStream.js";

/** `VALUES (1, 'a'), (2, 'b') [AS t (x, y)]`; the word VALUES comes next. */
export function readInlineTable(grammar: Grammar): ParsedPlan {
  const { tokens } = grammar;
  tokens.expect("VALUES");
  const rows = tokens.commaSeparated(() => rowOf(grammar));
  return readAlias(grammar, { kind: "inlineTable", rows });
}

/** A row in brackets, or a single value. */
function rowOf(grammar: Grammar): readonly Expression[] {
  const { tokens } = grammar;
  if (!tokens.is("(")) return [grammar.expression()];
  return listOf(grammar.expression(), tokens.text);
}
