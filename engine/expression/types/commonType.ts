import { unreachable } from "../../errors/assert.js";
import type { DataType, DecimalType } from "../../arrow/types.js";
import { sameType, sameUnits, types } from "../../arrow/types.js";
import { spanningInterval } from "./intervalTypes.js";
import { decimalFor, isAtomic, isFractional, isIntegral, isInterval, isNumeric } from "./typeOf.js";

/**
 * The type that both sides are brought to where a function wants its arguments alike (comparisons, CASE, COALESCE, IN, arrays, UNION);
 * null when there is none. `ansi` decides what strings are promoted to.
 */
export function commonType(a: DataType, b: DataType, ansi = true): DataType | null {
  return tightestCommonType(a, b, ansi) ?? widerDecimal(a, b) ?? widerWithString(a, b, ansi) ?? widerNested(a, b, ansi);
}

/** The common type where texts meet texts only. */
export function commonWithoutTexts(a: DataType, b: DataType, { ansi }: { readonly ansi: boolean }): DataType | null {
  return textMeetsOther(a, b) ? null : commonType(a, b, ansi);
}

function textMeetsOther(a: DataType, b: DataType): boolean {
  if (a.kind === "null" || b.kind === "null") return false;
  if (a.kind === "array" && b.kind === "array") return textMeetsOther(a.element, b.element);
  if (a.kind === "map" && b.kind === "map") return textMeetsOther(a.key, b.key) || textMeetsOther(a.value, b.value);
  if (a.kind === "struct" && b.kind === "struct")
    return a.fields.some((f, i) => b.fields[i] !== undefined && textMeetsOther(f.type, b.fields[i].type));
  return (a.kind === "string") !== (b.kind === "string");
}

/** The common type of two arrays that set functions take: the wider of both numbers or times, the wider decimal of two. */
export function alikeArrayType(a: DataType, b: DataType, { ansi }: { readonly ansi: boolean }): DataType | null {
  if (a.kind !== "array" || b.kind !== "array") return null;
  const [x, y] = [a.element, b.element];
  const inner = x.kind === "array" && y.kind === "array" ? alikeArrayType(x, y, { ansi }) : tightestCommonType(x, y, ansi);
  const element = inner ?? (x.kind === "decimal" && y.kind === "decimal" ? widerDecimal(x, y) : null);
  return element && types.array(element, a.containsNull || b.containsNull);
}

/** The same, without promoting strings or decimals. */
function tightestCommonType(a: DataType, b: DataType, ansi = true): DataType | null {
  if (sameType(a, b) && sameUnits(a, b)) return mergeNullability(a, b);
  if (isInterval(a) && isInterval(b)) return spanningInterval(a, b);
  if (a.kind === "null") return b;
  if (b.kind === "null") return a;
  if (isNumeric(a) && isNumeric(b) && a.kind !== "decimal" && b.kind !== "decimal") return widerNumber(a, b, ansi);
  if (isDatetime(a) && isDatetime(b)) return widerDatetime(a, b);
  if (a.kind === "decimal" && holdsWhole(a, b)) return a;
  if (b.kind === "decimal" && holdsWhole(b, a)) return b;
  return null;
}

/** Whether every whole number of the type is one of the decimal's. */
function holdsWhole(decimal: DecimalType, whole: DataType): boolean {
  return isIntegral(whole) && decimal.precision - decimal.scale >= decimalFor(whole).precision;
}

const numberOrder = ["byte", "short", "int", "long", "float", "double"];

function widerNumber(a: DataType, b: DataType, ansi: boolean): DataType {
  const wider = numberOrder.indexOf(a.kind) >= numberOrder.indexOf(b.kind) ? a : b;
  // A float cannot hold every integer: ANSI takes the double instead.
  return wider.kind === "float" && ansi ? types.double : wider;
}

function isDatetime(type: DataType): boolean {
  return type.kind === "date" || type.kind === "timestamp" || type.kind === "timestamp_ntz";
}

function widerDatetime(a: DataType, b: DataType): DataType {
  if (a.kind === "timestamp" || b.kind === "timestamp") return types.timestamp;
  return types.timestampNtz;
}

function widerDecimal(a: DataType, b: DataType): DataType | null {
  if (a.kind !== "decimal" && b.kind !== "decimal") return null;
  if (!isNumeric(a) || !isNumeric(b)) return null;
  if (a.kind === "float" || a.kind === "double" || b.kind === "float" || b.kind === "double") return types.double;
  return widerDecimalType(decimalFor(a), decimalFor(b));
}

/** The decimal that holds every value of both, cut to 38 digits with the integer digits kept. */
function widerDecimalType(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  const integerDigits = Math.max(a.precision - a.scale, b.precision - b.scale);
  return boundedPreferIntegral(integerDigits + scale, scale);
}

function boundedPreferIntegral(precision: number, scale: number): DecimalType {
  if (precision <= 38) return types.decimal(precision, scale);
  const lost = precision - 38;
  return types.decimal(38, Math.max(0, scale - lost));
}

function widerWithString(a: DataType, b: DataType, ansi: boolean): DataType | null {
  if (b.kind === "string" && a.kind !== "string") return widerWithString(b, a, ansi);
  if (a.kind !== "string") return null;
  if (!ansi) return isAtomic(b) && b.kind !== "binary" && b.kind !== "boolean" ? types.string : null;
  if (isIntegral(b)) return types.long;
  if (isFractional(b)) return types.double;
  if (isInterval(b)) return null;
  return isAtomic(b) ? b : null;
}

function widerNested(a: DataType, b: DataType, ansi: boolean): DataType | null {
  if (a.kind === "array" && b.kind === "array") {
    const element = commonType(a.element, b.element, ansi);
    return element && types.array(element, a.containsNull || b.containsNull || mayFail(a.element, element) || mayFail(b.element, element));
  }
  if (a.kind === "map" && b.kind === "map") {
    const key = commonType(a.key, b.key, ansi);
    const value = commonType(a.value, b.value, ansi);
    return key && value && types.map(key, value, a.valueContainsNull || b.valueContainsNull);
  }
  if (a.kind === "struct" && b.kind === "struct" && a.fields.length === b.fields.length) {
    const fields = a.fields.map((f, i) => {
      const other = b.fields[i]!;
      const type = f.name.toLowerCase() === other.name.toLowerCase() ? commonType(f.type, other.type, ansi) : null;
      return type && { name: f.name, type, nullable: f.nullable || other.nullable };
    });
    return fields.every((f) => f !== null) ? types.struct(fields) : null;
  }
  return null;
}

function mayFail(from: DataType, to: DataType): boolean {
  return from.kind === "string" && to.kind !== "string";
}

function mergeNullability(a: DataType, b: DataType): DataType {
  if (a.kind === "array" && b.kind === "array")
    return types.array(mergeNullability(a.element, b.element), a.containsNull || b.containsNull);
  if (a.kind === "map" && b.kind === "map") {
    return types.map(mergeNullability(a.key, b.key), mergeNullability(a.value, b.value), a.valueContainsNull || b.valueContainsNull);
  }
  if (a.kind === "struct" && b.kind === "struct") {
    return types.struct(
      a.fields.map((f, i) => ({
        name: f.name,
        type: mergeNullability(f.type, b.fields[i]!.type),
        nullable: f.nullable || b.fields[i]!.nullable,
      })),
    );
  }
  return a;
}

/** Spark's type of `a <op> b` on decimals: exact where 38 digits suffice, else fraction digits go (at least 6 stay) unless they are to be kept. */
export function decimalResult(op: "+" | "-" | "*" | "/" | "%", a: DecimalType, b: DecimalType, keepsFractions = false): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  const integerDigits = Math.max(a.precision - a.scale, b.precision - b.scale);
  const fitted = keepsFractions ? bounded : adjusted;
  switch (op) {
    case "+":
    case "-":
      return fitted(integerDigits + scale + 1, scale);
    case "*":
      return fitted(a.precision + b.precision + 1, a.scale + b.scale);
    case "/":
      return quotientType(a, b, keepsFractions);
    case "%":
      return fitted(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
    default:
      return unreachable(op);
  }
}

function quotientType(a: DecimalType, b: DecimalType, keepsFractions: boolean): DecimalType {
  const quotientScale = Math.max(6, a.scale + b.precision + 1);
  const integerDigits = a.precision - a.scale + b.scale;
  if (!keepsFractions) return adjusted(integerDigits + quotientScale, quotientScale);
  const [whole, fraction] = [Math.min(38, integerDigits), Math.min(38, quotientScale)];
  const surplus = whole + fraction - 38;
  if (surplus <= 0) return bounded(whole + fraction, fraction);
  // Each side gives half of what is too much.
  return bounded(38, fraction - (Math.floor(surplus / 2) + 1));
}

function bounded(precision: number, scale: number): DecimalType {
  return types.decimal(Math.min(38, precision), Math.min(38, scale));
}

/** Cuts a precision above 38, keeping the integer digits and at least 6 (or all) fraction digits. */
function adjusted(precision: number, scale: number): DecimalType {
  if (precision <= 38) return types.decimal(precision, scale);
  const integerDigits = precision - scale;
  const minimumScale = Math.min(scale, 6);
  return types.decimal(38, Math.max(38 - integerDigits, minimumScale));
}
