import type { Expression } from "../expression/expression.js";

/** The parts of `(a, b)`, which the grammar of expressions reads as a struct; of any other expression the expression itself. */
export function listOf(e: Expression, text: string): readonly Expression[] {
  const isList = e.kind === "unresolvedFunction" && e.name === "struct" && e.position !== undefined && text[e.position.start] === "(";
  return isList ? e.args.map((item) => (item.kind === "alias" ? item.child : item)) : [e];
}
