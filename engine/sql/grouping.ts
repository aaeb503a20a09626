import type { Expression } from "../expression/expression.js";
import type { Grouping, GroupingItem, GroupingSet } from "../plan/unresolved.js";
import { listOf } from "./lists.js";
import type { Grammar } from "./tokenStream.js";

/** What stands behind GROUP BY. */
export function readGrouping(grammar: Grammar): Grouping {
  const { tokens } = grammar;
  if (tokens.is("ALL") && !["(", ".", ","].includes(tokens.peek(1).word)) {
    tokens.next();
    return { kind: "all" };
  }
  const items = tokens.commaSeparated(() => readItem(grammar));
  if (tokens.is("GROUPING", "SETS", "("))
    return {
      kind: "list",
      items: [readSets(grammar)],
      with: null,
      keys: items.flatMap((item) => (item.kind === "expression" ? [item.expression] : [])),
    };
  if (tokens.accept("WITH", "CUBE")) return { kind: "list", items, with: "cube" };
  if (tokens.accept("WITH", "ROLLUP")) return { kind: "list", items, with: "rollup" };
  return { kind: "list", items, with: null };
}

function readItem(grammar: Grammar): GroupingItem {
  return readSetOf(grammar) ?? { kind: "expression", expression: grammar.namedExpression() };
}

/** CUBE (…), ROLLUP (…) or GROUPING SETS (…); null when something else comes next. */
function readSetOf(grammar: Grammar): Exclude<GroupingItem, { kind: "expression" }> | null {
  const { tokens } = grammar;
  if (tokens.is("GROUPING", "SETS", "(")) return readSets(grammar);
  if (!tokens.isAny("CUBE", "ROLLUP") || tokens.peek(1).word !== "(") return null;
  const kind = tokens.next().word === "CUBE" ? "cube" : "rollup";
  return { kind, sets: tokens.bracketed(() => readSet(grammar)) };
}

function readSets(grammar: Grammar): Extract<GroupingItem, { kind: "groupingSets" }> {
  const { tokens } = grammar;
  tokens.next();
  tokens.next();
  const sets = tokens.bracketed((): GroupingSet => readSetOf(grammar) ?? { kind: "set", expressions: readSet(grammar) });
  return { kind: "groupingSets", sets };
}

/** `(a, b)`, `()`, or `a` alone. */
function readSet(grammar: Grammar): readonly Expression[] {
  const { tokens } = grammar;
  if (tokens.accept("(", ")")) return [];
  return listOf(grammar.expression(), tokens.text);
}
