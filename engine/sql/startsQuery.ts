import type { TokenStream } from "./tokenStream.js";

/** Words that begin a query. */
const queryWords: readonly string[] = ["SELECT", "WITH", "VALUES", "FROM", "TABLE"];

/** Whether a query begins `ahead` of the next token, after any number of opening brackets. */
export function startsQuery(tokens: TokenStream, ahead = 0): boolean {
  let at = ahead;
  while (tokens.peek(at).word === "(") at++;
  const { word } = tokens.peek(at);
  // FROM and TABLE may be names; in brackets, where a query can stand, they never are.
  return queryWords.includes(word);
}
