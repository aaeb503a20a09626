import type { Expression } from "../expression/expression.js";
import { sqlText } from "../plan/sqlText.js";
import { readSortOrder } from "./sortOrder.js";
import type { Grammar } from "./tokenStream.js";

/** Functions whose frame is rows up to the current one whatever is written. */
const defaultFrame = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";

/** `OVER (PARTITION BY … ORDER BY … frame)`: window functions are not built, so only their text is kept, for the refusal. */
export function readOver(grammar: Grammar): string {
  const { tokens } = grammar;
  tokens.expect("OVER");
  if (!tokens.accept("(")) return tokens.identifier("the name of a window");
  const parts: string[] = [];
  if (tokens.accept("PARTITION", "BY") || tokens.accept("DISTRIBUTE", "BY")) {
    parts.push(`PARTITION BY ${list(tokens.commaSeparated(() => grammar.expression()))}`);
  }
  if (tokens.accept("ORDER", "BY") || tokens.accept("SORT", "BY")) {
    parts.push(`ORDER BY ${list(tokens.commaSeparated(() => readSortOrder(grammar)))}`);
  }
  parts.push(tokens.isAny("ROWS", "RANGE") ? readFrame(grammar) : defaultFrame);
  tokens.expect(")");
  return `(${parts.join(" ").toUpperCase()})`;
}

function readFrame({ tokens }: Grammar): string {
  const words: string[] = [];
  while (!tokens.is(")") && tokens.peek().kind !== "end") words.push(tokens.next().text);
  return words.join(" ");
}

function list(expressions: readonly Expression[]): string {
  return expressions.map((e) => sqlText(e)).join(", ");
}
