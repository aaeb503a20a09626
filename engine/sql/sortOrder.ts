import type { SortOrder } from "../expression/expression.js";
import type { Grammar } from "./tokenStream.js";

/** `e [ASC | DESC] [NULLS {FIRST | LAST}]`: nulls come first when ascending, last when descending, unless it says otherwise. */
export function readSortOrder(grammar: Grammar): SortOrder {
  const { tokens } = grammar;
  const child = grammar.expression();
  const descending = tokens.accept("DESC");
  if (!descending) tokens.accept("ASC");
  let nullsFirst = !descending;
  if (tokens.accept("NULLS")) {
    if (!tokens.isAny("FIRST", "LAST")) throw tokens.unexpected("expected FIRST or LAST");
    nullsFirst = tokens.next().word === "FIRST";
  }
  return { kind: "sortOrder", child, descending, nullsFirst };
}
