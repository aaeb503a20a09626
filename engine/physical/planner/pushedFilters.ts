import { StreamingError } from "../../errors/streamingError.js";
import type { PushedFilter } from "../../contract/source.js";
import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Call, Expression, Literal } from "../../expression/expression.js";
import { likeParts, type LikePart } from "../../expression/functions/likePattern.js";

const flipped = { "=": "=", "<=>": "<=>", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;
type Comparison = keyof typeof flipped;

/**
 * A condition as a filter that a source may apply: tests of top-level columns against literals of the very same types, and what AND, OR and NOT make of such. Null
 * when it is not of that form; the engine then applies it itself.
 */
export function pushedFilter(condition: Expression): PushedFilter | null {
  if (condition.kind === "attribute") return { op: "=", column: [condition.name], value: true };
  if (condition.kind !== "call") return null;
  const [left, right] = condition.args;
  switch (condition.name) {
    case "isnull":
    case "isnotnull":
      return left?.kind === "attribute" ? { op: condition.name === "isnull" ? "isNull" : "isNotNull", column: [left.name] } : null;
    case "=":
    case "<=>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return comparison(condition.name, left!, right!);
    case "not":
      return negation(pushedFilter(left!));
    case "and":
    case "or":
      return joined(condition.name, condition.args);
    case "in":
      return membership(left!, condition.args.slice(1));
    case "like":
      return likeness(condition);
    case "startswith":
      return partOf("startsWith", left!, right!);
    case "endswith":
      return partOf("endsWith", left!, right!);
    case "contains":
      return partOf("contains", left!, right!);
    default:
      return null;
  }
}

function negation(filter: PushedFilter | null): PushedFilter | null {
  return filter && { op: "not", filter };
}

function joined(op: "and" | "or", conditions: readonly Expression[]): PushedFilter | null {
  const filters = conditions.map(pushedFilter).filter((filter) => filter !== null);
  return filters.length < conditions.length ? null : { op, filters };
}

function comparison(op: Comparison, left: Expression, right: Expression): PushedFilter | null {
  if (right.kind === "literal") return compared(op, left, right);
  return left.kind === "literal" ? compared(flipped[op], right, left) : null;
}

function compared(op: Comparison, side: Expression, { value, type }: Literal): PushedFilter | null {
  if (value === null && op !== "<=>") return null;
  if (side.kind === "attribute") return { op, column: [side.name], value };
  // A column that was widened for the comparison: what it is compared with is brought to the column's own type.
  if (side.kind !== "cast" || side.child.kind !== "attribute" || value === null) return null;
  const own = narrowed(value, type, side.child.type);
  return own === null ? null : { op, column: [side.child.name], value: own };
}

/** The same number as a value of a narrower type; null when that has none, or is no narrower one. */
function narrowed(value: Value, from: DataType, to: DataType): Value {
  const [unscaled, scale] = exactNumber(value, from);
  if (to.kind === "decimal" && from.kind === "decimal" && from.scale >= to.scale) return divided(unscaled, from.scale - to.scale);
  const bits = { byte: 8, short: 16, int: 32, long: 64 }[to.kind as string];
  const whole = divided(unscaled, scale);
  if (bits === undefined || whole === null || BigInt.asIntN(bits, whole) !== whole || !isWider(from, bits)) return null;
  return bits === 64 ? whole : Number(whole);
}

/** Whether every whole number of so many bits is one of the type. */
function isWider(type: DataType, bits: number): boolean {
  if (type.kind === "decimal") return 10n ** BigInt(type.precision - type.scale) > 1n << BigInt(bits - 1);
  return ({ short: 16, int: 32, long: 64, float: 24, double: 53 }[type.kind as string] ?? 0) >= bits;
}

function exactNumber(value: Value, { kind, ...type }: DataType): readonly [unscaled: bigint | null, scale: number] {
  if (typeof value === "bigint") return [value, kind === "decimal" && "scale" in type ? type.scale : 0];
  return [typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : null, 0];
}

function divided(unscaled: bigint | null, digits: number): bigint | null {
  if (unscaled === null) return null;
  const divisor = 10n ** BigInt(digits);
  return unscaled % divisor === 0n ? unscaled / divisor : null;
}

function membership(value: Expression, list: readonly Expression[]): PushedFilter | null {
  if (value.kind !== "attribute") return null;
  const values: Value[] = [];
  for (const item of list) {
    if (item.kind !== "literal") return null;
    values.push(item.value);
  }
  return { op: "in", column: [value.name], values };
}

function partOf(op: "startsWith" | "endsWith" | "contains", column: Expression, part: Expression): PushedFilter | null {
  if (column.kind !== "attribute" || part.kind !== "literal" || typeof part.value !== "string") return null;
  return { op, column: [column.name], text: part.value };
}

/** A pattern with % at its ends only. */
function likeness({ args: [column, pattern, escape] }: Call): PushedFilter | null {
  if (column!.kind !== "attribute" || pattern!.kind !== "literal" || typeof pattern.value !== "string") return null;
  if (escape !== undefined && (escape.kind !== "literal" || typeof escape.value !== "string")) return null;
  const parts = partsOf(pattern.value, (escape?.value as string | undefined) ?? "\\");
  const texts = parts.flatMap((part) => (part.kind === "text" ? [new TextDecoder().decode(part.text)] : []));
  const shape = parts.map(({ kind }) => (kind === "text" ? "t" : kind === "one" ? "_" : "%")).join("");
  const path = [column.name];
  switch (shape) {
    case "t":
      return { op: "=", column: path, value: texts[0]! };
    case "t%":
      return { op: "startsWith", column: path, text: texts[0]! };
    case "%t":
      return { op: "endsWith", column: path, text: texts[0]! };
    case "%t%":
      return { op: "contains", column: path, text: texts[0]! };
    default:
      return null;
  }
}

/** A pattern that is none is told when it is asked, if it ever is. */
function partsOf(pattern: string, escape: string): readonly LikePart[] {
  try {
    return likeParts(pattern, escape);
  } catch (error) {
    if (error instanceof StreamingError) return [];
    throw error;
  }
}
