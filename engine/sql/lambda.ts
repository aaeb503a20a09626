import { freshId, type Lambda } from "../expression/expression.js";
import type { Grammar, TokenStream } from "./tokenStream.js";

/** Whether `x ->` or `(x, y) ->` comes next. */
export function startsLambda(tokens: TokenStream): boolean {
  const isName = (ahead: number): boolean => tokens.peek(ahead).kind === "identifier" || tokens.peek(ahead).kind === "quoted";
  if (isName(0)) return tokens.peek(1).word === "->";
  if (!tokens.is("(")) return false;
  let ahead = 1;
  while (isName(ahead) && tokens.peek(ahead + 1).word === ",") ahead += 2;
  return isName(ahead) && tokens.peek(ahead + 1).word === ")" && tokens.peek(ahead + 2).word === "->";
}

/** A lambda. Its body still names the parameters: the analyzer binds them, once the function that takes it gives them types. */
export function readLambda(grammar: Grammar): Lambda {
  const { tokens } = grammar;
  const names = tokens.accept("(") ? tokens.commaSeparated(() => tokens.identifier()) : [tokens.identifier()];
  tokens.accept(")");
  tokens.expect("->");
  const parameters = names.map((name) => ({ kind: "lambdaVariable", id: freshId(), name, type: null, nullable: true }) as const);
  return { kind: "lambda", parameters, body: grammar.expression() };
}
