import type { TokenStream } from "./tokenStream.js";

const operators = new Set(
  (
    "SELECT WHERE EXTEND SET DROP AS AGGREGATE PIVOT UNPIVOT TABLESAMPLE JOIN INNER LEFT RIGHT FULL CROSS NATURAL SEMI ANTI LATERAL UNION INTERSECT EXCEPT " +
    "MINUS ORDER SORT CLUSTER DISTRIBUTE LIMIT OFFSET"
  ).split(" "),
);

/** What follows a column that is called like an operator. */
const others = new Set("AS FROM WHERE GROUP ORDER HAVING LIMIT UNION AND OR IS IN LIKE BETWEEN THEN ELSE END WHEN".split(" "));

/** Whether `|` stands for `|>`: before the word of a pipe, and what that is about. Elsewhere it is the operator of numbers. */
export function isPipeBar(tokens: TokenStream): boolean {
  if (!tokens.is("|") || !operators.has(tokens.peek(1).word)) return false;
  const { kind, word } = tokens.peek(2);
  const isStart = word === "*" || word === "(";
  return ["identifier", "quoted", "number", "string"].includes(kind)
    ? !others.has(word)
    : isStart && ["SELECT", "WHERE"].includes(tokens.peek(1).word);
}
