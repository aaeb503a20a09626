import type { Expression } from "../expression.js";
import { isDeterministic } from "../determinism.js";
import { expressionChildren } from "../traverse.js";
import { typeOf } from "../types/typeOf.js";
import { typeName } from "../../arrow/types.js";

const keys = new WeakMap<Expression, string>();
let occurrences = 0;

/** A text that is equal for expressions that give the same value in every row. */
export function keyOf(e: Expression): string {
  let key = keys.get(e);
  if (key === undefined) {
    key = makeKey(e);
    keys.set(e, key);
  }
  return key;
}

function makeKey(e: Expression): string {
  switch (e.kind) {
    case "attribute":
    case "lambdaVariable":
      return `#${e.id}`;
    case "literal":
      return `${typeName(e.type)}:${literalKey(e.value)}`;
    case "cast":
      return `cast(${keyOf(e.child)},${typeName(e.type)},${e.evalMode},${e.zone ?? ""})`;
    case "call": {
      // Each occurrence of rand() is a stream of its own.
      const own = isDeterministic(e) ? "" : `@${++occurrences}`;
      return `${e.name}${own}[${e.args.map(keyOf).join(",")}]${typeName(e.type)},${e.evalMode},${e.zone ?? ""},${JSON.stringify(e.options ?? null)}`;
    }
    case "lambda":
      return `${e.parameters.map((p) => p.id).join(",")}->${keyOf(e.body)}`;
    default:
      return `${e.kind}(${expressionChildren(e).map(keyOf).join(",")}):${typeName(typeOf(e))}`;
  }
}

function literalKey(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (typeof part === "bigint") return `${part}n`;
    if (typeof part === "number" && (!Number.isFinite(part) || Object.is(part, -0))) return `number:${Object.is(part, -0) ? "-0" : part}`;
    return part;
  });
}
