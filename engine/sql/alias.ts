import type { ParsedPlan } from "../plan/unresolved.js";
import type { Grammar, TokenStream } from "./tokenStream.js";

/** Words behind a relation that begin the next clause rather than name it. */
const clauseWords = new Set(
  (
    "WHERE GROUP HAVING ORDER SORT CLUSTER DISTRIBUTE LIMIT OFFSET UNION INTERSECT EXCEPT MINUS JOIN INNER CROSS LEFT RIGHT FULL SEMI ANTI NATURAL ON USING " +
    "LATERAL WINDOW QUALIFY TABLESAMPLE PIVOT UNPIVOT SELECT FROM WATERMARK SET VALUES TIMESTAMP VERSION FOR INSERT WITH AS PARTITION WHEN"
  ).split(" "),
);

/** `[AS] name [(columns)]` behind a relation; the relation itself when there is none. */
export function readAlias(grammar: Grammar, input: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  if (tokens.accept("AS")) {
    if (tokens.is("(")) return { kind: "columnAliases", names: columnNames(tokens), input };
    return named(tokens, input);
  }
  const token = tokens.peek();
  const isName = token.kind === "quoted" || (token.kind === "identifier" && !clauseWords.has(token.word)) || isNamedWindow(tokens);
  return isName ? named(tokens, input) : input;
}

/** WINDOW begins a clause before `name AS (`, and is a name elsewhere. */
export function isNamedWindow(tokens: TokenStream): boolean {
  return tokens.is("WINDOW") && !tokens.isNext(2, "AS");
}

function named(tokens: TokenStream, input: ParsedPlan): ParsedPlan {
  const alias = tokens.identifier("an alias");
  const columns: ParsedPlan = tokens.is("(") ? { kind: "columnAliases", names: columnNames(tokens), input } : input;
  return { kind: "subqueryAlias", alias, input: columns as never };
}

function columnNames(tokens: TokenStream): readonly string[] {
  return tokens.bracketed(() => tokens.identifier("a column name"));
}
