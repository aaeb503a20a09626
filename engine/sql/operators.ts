import type { Expression, TextPosition, UnresolvedFunction } from "../expression/expression.js";

/** A call of a function or operator by its canonical name. */
export function call(name: string, args: readonly Expression[], position?: TextPosition): UnresolvedFunction {
  return { kind: "unresolvedFunction", name, args, distinct: false, filter: null, ...(position && { position }) };
}

/** Operators of one precedence from the loosest to the tightest; all associate to the left. Values: the canonical names of the functions. */
const precedence: readonly Readonly<Record<string, string>>[] = [
  { "=": "=", "==": "=", "<=>": "<=>", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", "!>": "<=", ">": ">", ">=": ">=", "!<": ">=" },
  { "|": "|" },
  { "^": "^" },
  { "&": "&" },
  { "<<": "<<", ">>": ">>", ">>>": ">>>" },
  { "+": "+", "-": "-", "||": "concat" },
  { "*": "*", "/": "/", "%": "%", DIV: "div" },
];

/** Binary operators by the word they are written as. */
export const binaryOperators: ReadonlyMap<string, { readonly name: string; readonly level: number }> = new Map(
  precedence.flatMap((operators, level) => Object.entries(operators).map(([word, name]) => [word, { name, level }] as const)),
);

/** `a op b`; `<>` is the negation of `=`, as in Spark. */
export function binary(name: string, left: Expression, right: Expression, position: TextPosition): Expression {
  return name === "<>" ? call("not", [call("=", [left, right], position)], position) : call(name, [left, right], position);
}
