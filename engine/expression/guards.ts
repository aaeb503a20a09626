import { types } from "../arrow/types.js";
import type { Call, Expression } from "./expression.js";
import { callOf } from "./functions/entry.js";
import { entryOf } from "./functions/table.js";
import { nullableOf, typeOf } from "./types/typeOf.js";

/** A part of an expression, and when it is evaluated. */
export interface GuardedPart {
  readonly part: Expression;
  /**
   * The part is evaluated for exactly the rows for which these conditions hold; each is true or false, never null, and is itself only evaluated where the
   * ones before it hold. Null: a column cannot say it (elements of an array, items of a list).
   */
  readonly guards: readonly Expression[] | null;
}

/** The expression and all its parts, in the order in which they are evaluated, with the conditions under which they are. */
export function* guardedParts(e: Expression, guards: readonly Expression[] | null = []): Generator<GuardedPart> {
  yield { part: e, guards };
  switch (e.kind) {
    case "alias":
    case "cast":
      yield* guardedParts(e.child, guards);
      return;
    case "lambda":
      yield* guardedParts(e.body, null);
      return;
    case "call": {
      const conditions = guards === null ? null : argumentConditions(e);
      for (const [i, arg] of e.args.entries()) {
        const own = conditions === null ? null : (conditions[i] ?? null);
        yield* guardedParts(arg, own === null || guards === null ? null : [...guards, ...own]);
      }
      return;
    }
    default:
      return;
  }
}

/** For each argument the conditions under which the call evaluates it; a missing one is unknown. */
function argumentConditions(call: Call): readonly (readonly Expression[])[] {
  const { name, args } = call;
  const entry = entryOf(name);
  switch (name) {
    case "and":
      return [[], [test("is not false", args[0]!)]];
    case "or":
      return [[], [test("is not true", args[0]!)]];
    case "case":
      return branchConditions(args);
    case "coalesce":
      return args.map((_, i) => args.slice(0, i).map((arg) => test("isnull", arg)));
    default:
      break;
  }
  if (entry.evalLazy !== undefined) return [[]];
  if (entry.nulls === "own") return args.map(() => []);
  // A strict function stops at the first argument that is null.
  return args.map((_, i) => args.slice(0, i).flatMap((arg) => (nullableOf(arg) ? [test("isnotnull", arg)] : [])));
}

/** Of CASE: condition, value, condition, value, …, else. */
function branchConditions(args: readonly Expression[]): readonly (readonly Expression[])[] {
  const passed: Expression[] = [];
  return args.map((_, i) => {
    if (i % 2 === 1) {
      const condition = args[i - 1]!;
      passed.push(test("is not true", condition));
      return [...passed.slice(0, -1), test("is true", condition)];
    }
    return [...passed];
  });
}

function test(name: "is true" | "is not true" | "is not false" | "isnull" | "isnotnull", e: Expression): Call {
  return callOf(name, [e], types.boolean, false, "ansi");
}

/** The expression where the condition is true, else null. */
export function guarded(e: Expression, condition: Expression): Expression {
  return callOf("case", [condition, e], typeOf(e), true, "ansi");
}
