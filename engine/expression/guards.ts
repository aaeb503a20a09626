import { types } from "../arrow/types.js";
import type { Call, Expression } from "./expression.js";
import { callOf } from "./functions/entry.js";
import { entryOf } from "./functions/table.js";
import { foldExpression } from "./traverse.js";
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

/** The parts of an expression that are `wanted`, in the order in which they are evaluated, with the conditions under which they are. */
export function* guardedParts(e: Expression, wanted: (part: Expression) => boolean): Generator<GuardedPart> {
  const known = new Map<Expression, boolean>();
  const leads = (part: Expression): boolean =>
    foldExpression<boolean>(part, (below, children) => wanted(below) || children.includes(true), { known });
  const waiting: GuardedPart[] = [{ part: e, guards: [] }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { part, guards } = place;
    // What leads to none of them needs no conditions.
    if (!leads(part)) continue;
    if (wanted(part)) yield place;
    const below = partsBelow(part, guards, leads);
    for (let i = below.length - 1; i >= 0; i--) waiting.push(below[i]!);
  }
}

function partsBelow(e: Expression, guards: GuardedPart["guards"], leads: (part: Expression) => boolean): readonly GuardedPart[] {
  switch (e.kind) {
    case "alias":
    case "cast":
      return [{ part: e.child, guards }];
    case "lambda":
      return [{ part: e.body, guards: null }];
    case "call": {
      const inOrder = evaluationOrder(e);
      const conditions = argumentConditions(e, inOrder);
      return inOrder.flatMap((part, i) => {
        if (!leads(part)) return [];
        const own = conditions(i);
        return [{ part, guards: own === null || guards === null ? null : [...guards, ...own] }];
      });
    }
    default:
      return [];
  }
}

/** The arguments in the order in which the call evaluates them. */
function evaluationOrder({ name, args }: Call): readonly Expression[] {
  return entryOf(name).lastFirst === true ? args.toReversed() : args;
}

/** For each argument, in that order, the conditions under which the call evaluates it; null where they are unknown. */
function argumentConditions({ name }: Call, args: readonly Expression[]): (i: number) => readonly Expression[] | null {
  const before = (i: number, holds: TestName): readonly Expression[] => args.slice(0, i).map((arg) => test(holds, arg));
  switch (name) {
    case "and":
      return (i) => before(i, "is not false");
    case "or":
      return (i) => before(i, "is not true");
    case "case":
      return (i) => branchConditions(args, i);
    case "coalesce":
      return (i) => before(i, "isnull");
    default:
      break;
  }
  const entry = entryOf(name);
  if (entry.evalLazy !== undefined || entry.evalNext !== undefined) return (i) => (i === 0 ? [] : null);
  if (entry.nulls === "own") return () => [];
  // A strict function stops at the first argument that is null.
  return (i) =>
    args
      .slice(0, i)
      .filter(nullableOf)
      .map((arg) => test("isnotnull", arg));
}

/** Of CASE: condition, value, condition, value, …, else. */
function branchConditions(args: readonly Expression[], i: number): readonly Expression[] {
  const conditions = args.slice(0, i).filter((_, place) => place % 2 === 0);
  const own = i % 2 === 1 ? conditions.pop() : undefined;
  const passed = conditions.map((condition) => test("is not true", condition));
  return own === undefined ? passed : [...passed, test("is true", own)];
}

type TestName = "is true" | "is not true" | "is not false" | "isnull" | "isnotnull";

function test(name: TestName, e: Expression): Call {
  return callOf(name, [e], types.boolean, false, "ansi");
}

/** The expression where the condition is true, else null. */
export function guarded(e: Expression, condition: Expression): Expression {
  return callOf("case", [condition, e], typeOf(e), true, "ansi");
}
