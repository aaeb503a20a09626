import { types } from "../arrow/types.js";
import type { Call, Expression } from "./expression.js";
import { nullableOf } from "./types/typeOf.js";

/** The terms of an AND; one term when it is no AND. */
export function conjunctsOf(e: Expression | null): readonly Expression[] {
  if (e === null) return [];
  if (e.kind !== "call") return [e];
  return e.name === "and" ? e.args.flatMap(conjunctsOf) : [e];
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
