import { notYetSupported } from "../errors/streamingError.js";
import type { Value } from "../arrow/value.js";
import type { Call, Expression } from "./expression.js";
import type { EvalContext } from "./functions/entry.js";
import { entryOf } from "./functions/table.js";
import { typeOf } from "./types/typeOf.js";
import { castValue } from "../values/castValue.js";

/** Where the interpreter finds the values of attributes and lambda variables, by id. */
export type Lookup = (id: number) => Value;

/**
 * The plain evaluation of a resolved expression for one row. It folds constants, runs what has no generated code, and is what generated code is
 * tested against; it shares no evaluation code with the generated loops.
 */
export function interpret(e: Expression, lookup: Lookup, context: EvalContext): Value {
  switch (e.kind) {
    case "literal":
      return e.value;
    case "attribute":
    case "lambdaVariable":
      return lookup(e.id);
    case "alias":
      return interpret(e.child, lookup, context);
    case "cast":
      return castValue(interpret(e.child, lookup, context), typeOf(e.child), e.type, {
        mode: e.evalMode,
        zone: e.zone ?? "UTC",
        nowMs: context.batchTimeMs,
      });
    case "call":
      return interpretCall(e, lookup, context);
    default:
      throw notYetSupported(`evaluating an expression of kind ${e.kind}`);
  }
}

function interpretCall(call: Call, lookup: Lookup, context: EvalContext): Value {
  const entry = entryOf(call.name);
  if (entry.evalLazy) return entry.evalLazy(call, (child, bindings) => interpret(child, bound(lookup, bindings), context));
  if (entry.eval === undefined) throw notYetSupported(`${call.name} here`);
  const args: Value[] = [];
  for (const arg of call.args) {
    const value = interpret(arg, lookup, context);
    if (value === null && entry.nulls === "strict") return null;
    args.push(value);
  }
  return entry.eval(args, call, context);
}

function bound(lookup: Lookup, bindings: ReadonlyMap<number, Value> | undefined): Lookup {
  if (bindings === undefined) return lookup;
  return (id) => {
    const value = bindings.get(id);
    return value === undefined ? lookup(id) : value;
  };
}
