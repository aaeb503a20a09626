import type { DataType } from "../arrow/types.js";
import { StreamingError } from "../errors/streamingError.js";
import { isDeterministicFunction } from "./determinism.js";
import type { Call, Expression } from "./expression.js";
import { findEntry } from "./functions/table.js";
import { isUserCall } from "./functions/userFunctions.js";
import { interpret } from "./interpreter.js";
import { expressionChildren, foldExpression, rewriteExpression, withExpressionChildren } from "./traverse.js";
import { typeOf } from "./types/typeOf.js";

const noRow = (): never => {
  throw new StreamingError("INTERNAL_ERROR", { message: "a constant expression has no columns" });
};

const noBatch = { batchTimeMs: 0, batchId: 0, row: 0 };

const foldable = new WeakMap<Expression, boolean>();

/** Whether the expression gives the same value in every row of every batch: literals under deterministic functions. */
function isFoldable(e: Expression): boolean {
  return foldExpression<boolean>(e, isConstant, { known: foldable });
}

const timeless = new WeakMap<Expression, boolean>();

/** Whether the expression gives the same value for the same columns in every row of every batch. */
export function isTimeless(e: Expression): boolean {
  return foldExpression<boolean>(e, (part, children) => part.kind === "attribute" || isConstant(part, children), { known: timeless });
}

function isConstant(e: Expression, children: readonly boolean[]): boolean {
  switch (e.kind) {
    case "literal":
      return true;
    case "alias":
      return children[0]!;
    case "cast":
      return children[0]! && !(isInstant(e.type) && readsClock(e.child));
    case "call":
      return isConstantCall(e) && children.every((child) => child);
    default:
      return false;
  }
}

/** What these make of nothing is a constant; other functions without arguments may be about the batch. */
const emptyValues = new Set(["array", "map"]);

/** A user's function is called for rows, and at no other time. */
function isConstantCall(e: Call): boolean {
  return (
    (e.args.length > 0 || emptyValues.has(e.name)) && isDeterministicFunction(e.name) && findEntry(e.name) !== undefined && !isUserCall(e)
  );
}

function isInstant({ kind }: DataType): boolean {
  return kind === "timestamp" || kind === "timestamp_ntz";
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
  return rewriteExpression(e, toLiteral);
}

function toLiteral(e: Expression): Expression {
  const computed = e.kind === "cast" || e.kind === "call";
  if (isNullByArgument(e)) return { kind: "literal", value: null, type: typeOf(e) };
  if (!computed || !expressionChildren(e).every((child) => child.kind === "literal") || !isFoldable(e)) return e;
  try {
    return valueOf(e);
  } catch (error) {
    if (error instanceof StreamingError && error.condition !== "INTERNAL_ERROR") return e;
    throw error;
  }
}

/** Null whatever its other arguments are, which are not evaluated then: one of them may be a constant that fails. */
function isNullByArgument(e: Expression): boolean {
  if (e.kind !== "call" || !e.args.some(isNullLiteral)) return false;
  return findEntry(e.name)?.nulls === "strict" && isDeterministicFunction(e.name);
}

function isNullLiteral(e: Expression): boolean {
  return e.kind === "literal" && e.value === null;
}

function valueOf(e: Expression): Expression {
  return { kind: "literal", value: interpret(e, noRow, noBatch), type: typeOf(e) };
}

/** Calls of which only the first argument is certain to be evaluated. */
const conditional = new Set(["case", "coalesce"]);

/**
 * Constant parts as literals, and the failure of one raised at once, as Spark does: outside the branches of CASE and COALESCE a constant that fails
 * fails the batch, whatever its rows.
 */
export function foldEagerly(e: Expression): Expression {
  return foldExpression(e, foldedOver, { parts: certainParts });
}

function certainParts(e: Expression): readonly Expression[] {
  if ((e.kind !== "alias" && e.kind !== "cast" && e.kind !== "call") || isFoldable(e)) return [];
  return isConditional(e) ? expressionChildren(e).slice(0, 1) : expressionChildren(e);
}

function foldedOver(e: Expression, parts: readonly Expression[]): Expression {
  if (e.kind === "literal") return e;
  if (isFoldable(e)) return valueOrNull(e);
  if (isConditional(e)) return withExpressionChildren(e, [...parts, ...expressionChildren(e).slice(1).map(fold)]);
  if (parts.length === 0) return e;
  const folded = withExpressionChildren(e, parts);
  return isNullByArgument(folded) ? { kind: "literal", value: null, type: typeOf(e) } : folded;
}

/** A constant that fails is null all the same where another argument makes it null. */
function valueOrNull(e: Expression): Expression {
  try {
    return valueOf(e);
  } catch (error) {
    const folded = fold(e);
    if (isNullLiteral(folded)) return folded;
    throw error;
  }
}

function isConditional(e: Expression): boolean {
  return e.kind === "call" && conditional.has(e.name);
}
