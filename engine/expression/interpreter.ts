import { tooLargeOr } from "../values/limits.js";
import { notYetSupported } from "../errors/streamingError.js";
import type { Value } from "../arrow/value.js";
import type { Call, Cast, Expression } from "./expression.js";
import type { EvalContext, FunctionEntry } from "./functions/entry.js";
import { entryOf } from "./functions/table.js";
import { typeOf } from "./types/typeOf.js";
import { castValue } from "../values/castValue.js";

/** Where the interpreter finds the values of attributes and lambda variables, by id. */
export type Lookup = (id: number) => Value;

/** A call or cast of which not all arguments are evaluated. */
interface Frame {
  readonly e: Call | Cast;
  /** Null for a cast. */
  readonly entry: FunctionEntry | null;
  /** Values of the arguments so far, or what a lazy function keeps. */
  readonly values: Value[];
  /** The argument that is being evaluated. */
  argument: number;
}

/** What is known after a step: the expression to evaluate next, or a value. */
type Next = { readonly e: Expression } | { readonly value: Value };

/**
 * The plain evaluation of a resolved expression for one row. It folds constants, runs what has no generated code, and is what generated code is
 * tested against; it shares no evaluation code with the generated loops.
 *
 * Calls in calls are frames on a stack of its own: only lambdas in lambdas go deeper into JavaScript's.
 */
export function interpret(root: Expression, lookup: Lookup, context: EvalContext): Value {
  try {
    return interpreted(root, lookup, context);
  } catch (error) {
    throw tooLargeOr(error);
  }
}

function interpreted(root: Expression, lookup: Lookup, context: EvalContext): Value {
  const frames: Frame[] = [];
  let e = root;
  for (;;) {
    let next = begin(e, lookup, context, frames);
    while ("value" in next) {
      const frame = frames.pop();
      if (frame === undefined) return next.value;
      next = goOn(frame, next.value, context, frames);
    }
    ({ e } = next);
  }
}

/** The value of an expression without arguments; of others the first argument, and a frame. */
function begin(e: Expression, lookup: Lookup, context: EvalContext, frames: Frame[]): Next {
  switch (e.kind) {
    case "literal":
      return e;
    case "attribute":
    case "lambdaVariable":
      return { value: lookup(e.id) };
    case "alias":
      return { e: e.child };
    case "cast":
      frames.push({ e, entry: null, values: [], argument: 0 });
      return { e: e.child };
    case "call":
      return beginCall(e, lookup, context, frames);
    default:
      throw notYetSupported(`evaluating an expression of kind ${e.kind}`);
  }
}

function beginCall(call: Call, lookup: Lookup, context: EvalContext, frames: Frame[]): Next {
  const entry = entryOf(call.name);
  if (entry.evalLazy !== undefined) {
    return { value: entry.evalLazy(call, (child, bindings) => interpret(child, bound(lookup, bindings), context)) };
  }
  const frame: Frame = { e: call, entry, values: [], argument: -1 };
  if (entry.evalNext !== undefined) return stepped(frame, entry.evalNext(call, -1, null, frame.values), frames);
  if (entry.eval === undefined) throw notYetSupported(`${call.name} here`);
  if (call.args.length === 0) return { value: entry.eval([], call, context) };
  return argumentOf(frame, entry.lastFirst === true ? call.args.length - 1 : 0, frames);
}

/** One step of a frame that was waiting for a value. */
function goOn(frame: Frame, value: Value, context: EvalContext, frames: Frame[]): Next {
  const { e, entry, values, argument } = frame;
  if (e.kind === "cast") {
    const rules = { mode: e.evalMode, zone: e.zone ?? "UTC", nowMs: context.batchTimeMs };
    return { value: castValue(value, typeOf(e.child), e.type, rules) };
  }
  if (entry!.evalNext !== undefined) return stepped(frame, entry!.evalNext(e, argument, value, values), frames);
  if (value === null && entry!.nulls === "strict") return { value: null };
  if (entry!.lastFirst === true) values.unshift(value);
  else values.push(value);
  if (values.length === e.args.length) return { value: entry!.eval!(values, e, context) };
  return argumentOf(frame, entry!.lastFirst === true ? argument - 1 : argument + 1, frames);
}

function stepped(frame: Frame, step: number | { readonly value: Value }, frames: Frame[]): Next {
  return typeof step === "number" ? argumentOf(frame, step, frames) : step;
}

function argumentOf(frame: Frame, argument: number, frames: Frame[]): Next {
  frame.argument = argument;
  frames.push(frame);
  return { e: (frame.e as Call).args[argument]! };
}

function bound(lookup: Lookup, bindings: ReadonlyMap<number, Value> | undefined): Lookup {
  if (bindings === undefined) return lookup;
  return (id) => {
    const value = bindings.get(id);
    return value === undefined ? lookup(id) : value;
  };
}
