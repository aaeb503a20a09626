import { notYetSupported } from "../engine/errors/streamingError.js";
import { Timestamp } from "../engine/arrow/rows.js";
import { types } from "../engine/arrow/types.js";
import { literal, type Expression } from "../engine/expression/expression.js";
import { notExpected } from "./arguments.js";

/** A JavaScript value that can stand for a column. */
export type LiteralValue = null | boolean | number | bigint | string | Date | Uint8Array | readonly LiteralValue[];

/** What a value becomes when it is a literal column. */
export type LiteralType<L> = L extends number
  ? number
  : L extends string
    ? string
    : L extends boolean
      ? boolean
      : L extends bigint
        ? bigint | number
        : L;

const longMin = -(2n ** 63n);
const longMax = 2n ** 63n - 1n;

/**
 * A value as a literal of Spark's type for it: whole numbers are int, or long when they need it; other numbers double; bigint long, or decimal
 * when it needs it; Date timestamp; Uint8Array binary; an array `array(…)`.
 *
 * @throws NOT_EXPECTED_TYPE for what is none of them
 */
export function literalOf(value: LiteralValue, depth = 0): Expression {
  if (value === null) return literal(null, types.null);
  switch (typeof value) {
    case "boolean":
      return literal(value, types.boolean);
    case "string":
      return literal(value, types.string);
    case "number":
      return numberLiteral(value);
    case "bigint":
      return bigintLiteral(value);
    default:
      return objectLiteral(value, depth);
  }
}

function numberLiteral(value: number): Expression {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return literal(value, types.double);
  return value === (value | 0) ? literal(value, types.int) : literal(BigInt(value), types.long);
}

function bigintLiteral(value: bigint): Expression {
  if (value >= longMin && value <= longMax) return literal(value, types.long);
  const digits = (value < 0n ? -value : value).toString().length;
  if (digits > 38) throw notYetSupported(`A literal of ${digits} digits`);
  return literal(value, types.decimal(digits, 0));
}

/** Arrays in arrays beyond this are one that holds itself. */
const deepest = 100;

function objectLiteral(value: unknown, depth: number): Expression {
  if (value instanceof Uint8Array) return literal(value, types.binary);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return literal(microsecondsOf(value), types.timestamp);
  if (!Array.isArray(value) || depth > deepest) throw notExpected("a literal", 1, expected, value);
  const elements = value as readonly LiteralValue[];
  const args = elements.map((element) => literalOf(element, depth + 1));
  return { kind: "unresolvedFunction", name: "array", args, distinct: false, filter: null };
}

const expected = "null, a boolean, a number, a bigint, a text, a valid Date, a Uint8Array or an array of those";

function microsecondsOf(value: Date): bigint {
  return value instanceof Timestamp ? value.microseconds : BigInt(value.getTime()) * 1000n;
}
