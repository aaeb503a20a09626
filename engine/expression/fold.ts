import { StreamingError } from "../errors/streamingError.js";
import { isDeterministicFunction } from "./determinism.js";
import type { Expression } from "./expression.js";
import { interpret } from "./interpreter.js";
import { typeOf } from "./types/typeOf.js";

const noRow = (): never => {
  throw new StreamingError("INTERNAL_ERROR", { message: "a constant expression has no columns" });
};

/** Whether the expression gives the same value in every row of every batch: literals under deterministic functions. */
function isFoldable(e: Expression): boolean {
  switch (e.kind) {
    case "literal":
      return true;
    case "alias":
      return isFoldable(e.child);
    case "cast":
      return isFoldable(e.child) && !readsClock(e.child);
    case "call":
      return e.args.length > 0 && isDeterministicFunction(e.name) && e.args.every(isFoldable);
    default:
      return false;
  }
}

/** A text with a time only, cast to a timestamp, means the day of the batch. */
function readsClock(child: Expression): boolean {
  return child.kind === "literal" && typeof child.value === "string" && /^\s*T?\d{1,2}(:|\s*$)/.test(child.value);
}

/**
 * The value of a constant expression as a literal; other expressions as they are, with their constant parts folded.
 *
 * A part whose evaluation fails stays as it is: it must fail when (and only if) a row reaches it.
 */
export function fold(e: Expression): Expression {
  switch (e.kind) {
    case "alias":
    case "sortOrder": {
      const child = fold(e.child);
      return child === e.child ? e : { ...e, child };
    }
    case "cast": {
      const child = fold(e.child);
      return toLiteral(child === e.child ? e : { ...e, child });
    }
    case "call": {
      const args = foldAll(e.args);
      return toLiteral(args === e.args ? e : { ...e, args });
    }
    case "aggregateCall": {
      const args = foldAll(e.args);
      const filter = e.filter && fold(e.filter);
      return args === e.args && filter === e.filter ? e : { ...e, args, filter };
    }
    default:
      return e;
  }
}

function foldAll(args: readonly Expression[]): readonly Expression[] {
  const folded = args.map(fold);
  return folded.some((arg, i) => arg !== args[i]) ? folded : args;
}

/** Calls of which only the first argument is certain to be evaluated. */
const conditional = new Set(["case", "coalesce"]);

/**
 * Constant parts as literals, and the failure of one raised at once, as Spark does: outside the branches of CASE and COALESCE a constant that fails
 * fails the batch, whatever its rows.
 */
export function foldEagerly(e: Expression): Expression {
  if (e.kind === "literal") return e;
  if (isFoldable(e)) return { kind: "literal", value: interpret(e, noRow, noBatch), type: typeOf(e) };
  switch (e.kind) {
    case "alias":
    case "cast":
      return { ...e, child: foldEagerly(e.child) };
    case "call":
      return { ...e, args: e.args.map((arg, i) => (conditional.has(e.name) && i > 0 ? fold(arg) : foldEagerly(arg))) };
    default:
      return e;
  }
}

const noBatch = { batchTimeMs: 0, batchId: 0, row: 0 };

function toLiteral(e: Expression): Expression {
  if (!isFoldable(e)) return e;
  try {
    return { kind: "literal", value: interpret(e, noRow, noBatch), type: typeOf(e) };
  } catch (error) {
    if (error instanceof StreamingError && error.condition !== "INTERNAL_ERROR") return e;
    throw error;
  }
}
