import { types } from "../arrow/types.js";
import type { Call, Expression } from "./expression.js";
import { nullableOf } from "./types/typeOf.js";

/** The terms of an AND, in order; one term when it is no AND. */
export function conjunctsOf(e: Expression | null): readonly Expression[] {
  const terms: Expression[] = [];
  const stack = e === null ? [] : [e];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.kind === "call" && node.name === "and") stack.push(node.args[1]!, node.args[0]!);
    else terms.push(node);
  }
  return terms;
}

/** The AND of the terms; null without terms. */
export function conjunctionOf(terms: readonly Expression[]): Expression | null {
  if (terms.length === 0) return null;
  return terms.reduce((left, right) => logical("and", [left, right]));
}

/** A call of `and`, `or` or `not` over booleans. */
export function logical(name: "and" | "or" | "not", args: readonly Expression[]): Call {
  return { kind: "call", name, args, type: types.boolean, nullable: args.some(nullableOf), evalMode: "ansi" };
}

/** `e IS NOT NULL`. */
export function isNotNull(e: Expression): Call {
  return { kind: "call", name: "isnotnull", args: [e], type: types.boolean, nullable: false, evalMode: "ansi" };
}
