import { decimalText } from "../arrow/valueText.js";
import { assert } from "../errors/assert.js";
import { notYetSupported, StreamingError } from "../errors/streamingError.js";
import type { DataType, DecimalType } from "../arrow/types.js";
import { sameType, sameUnits, sqlTypeName, typeName } from "../arrow/types.js";
import type { MapValue, Value } from "../arrow/value.js";
import type { EvalMode } from "./evalMode.js";
import { throwCastInput, throwCastOverflow, throwDecimalRange, throwOverflow } from "./evaluationErrors.js";
import { fitsIntegral, longMax, longMin, wrapIntegral } from "./ranges.js";
import { parseInterval } from "./interval.js";
import { intervalOfNumber, intervalOfText, lastUnit, numberOfInterval, type AnsiInterval } from "./intervalCast.js";
import { floorDiv, microsPerDay, microsPerSecond } from "./calendar.js";
import { localToMicros, microsToLocal, parseDate, parseTimestamp, parseTimestampNtz } from "./dateTimeText.js";
import { decimalToDouble, divideHalfEven, parseDecimal, toDecimal } from "./decimal.js";
import { doubleText, floatText, parseDouble, parseIntegral, trimSpaces } from "./numberText.js";
import { timeZone } from "./timeZone.js";
import { sqlLiteral, valueText } from "./valueText.js";

/** How a cast goes about what it cannot represent. */
export interface CastRules {
  readonly mode: EvalMode;
  readonly zone: string;
  /** The batch time: texts with a time only mean that day. */
  readonly nowMs: number;
}

const encoder = new TextEncoder();

/**
 * CAST of one value, the interpreter's way.
 *
 * @throws CAST_INVALID_INPUT, CAST_OVERFLOW, NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION in ANSI mode
 */
export function castValue(value: Value, from: DataType, to: DataType, rules: CastRules): Value {
  if (value === null || (sameType(from, to) && sameUnits(from, to))) return value;
  switch (to.kind) {
    case "string":
      return valueText(value, from, rules.zone, { exponents: rules.mode !== "ansi" });
    case "binary":
      return toBinary(value, from);
    case "boolean":
      return toBoolean(value, from, rules);
    case "byte":
    case "short":
    case "int":
    case "long":
      return toIntegral(value, from, to, rules);
    case "float":
    case "double":
      return toFloating(value, from, to, rules);
    case "decimal":
      return toDecimalType(value, from, to, rules);
    case "date":
      return toDate(value, from, to, rules);
    case "timestamp":
      return toTimestamp(value, from, to, rules);
    case "timestamp_ntz":
      return toTimestampNtz(value, from, to, rules);
    case "interval":
      return from.kind === "string" ? textInterval(value as string) : toNested(value, from, to, rules);
    case "interval_daytime":
    case "interval_yearmonth":
      return toInterval(value, from, to, rules);
    default:
      return toNested(value, from, to, rules);
  }
}

/** Of a text, another interval of the same sort, or a number of the smallest unit. */
function toInterval(value: Value, from: DataType, to: AnsiInterval, rules: CastRules): Value {
  const result = (whole: bigint): Value => {
    if (!fitsIntegral(whole, to.kind === "interval_daytime" ? "long" : "int")) return overflow(value, from, to, { ...rules, mode: "ansi" });
    return to.kind === "interval_daytime" ? whole : Number(whole);
  };
  switch (from.kind) {
    case "string":
      try {
        return result(intervalOfText(value as string, to));
      } catch (error) {
        if (rules.mode === "try" && error instanceof StreamingError) return null;
        throw error;
      }
    case "interval_daytime":
    case "interval_yearmonth": {
      const unit = lastUnit(to);
      return result((BigInt(value as number | bigint) / unit) * unit);
    }
    case "decimal":
      return result(intervalOfNumber(value as bigint, from.scale, to));
    default:
      return result(intervalOfNumber(BigInt(value as number | bigint), 0, to));
  }
}

function toNested(value: Value, from: DataType, to: DataType, rules: CastRules): Value {
  if (from.kind === "array" && to.kind === "array") {
    return (value as readonly Value[]).map((v) => castValue(v, from.element, to.element, rules));
  }
  if (from.kind === "struct" && to.kind === "struct") {
    return (value as readonly Value[]).map((v, i) => castValue(v, from.fields[i]!.type, to.fields[i]!.type, rules));
  }
  if (from.kind === "map" && to.kind === "map") {
    const { keys, values } = value as MapValue;
    return {
      keys: keys.map((k) => castValue(k, from.key, to.key, rules)),
      values: values.map((v) => castValue(v, from.value, to.value, rules)),
    };
  }
  throw notYetSupported(`CAST of ${typeName(from)} to ${typeName(to)}`);
}

/** The interval that a text says; null for any other text, in ANSI mode too, as in Spark. */
function textInterval(text: string): Value {
  try {
    return parseInterval(text);
  } catch (error) {
    if (error instanceof StreamingError) return null;
    throw error;
  }
}

function malformed(value: Value, from: DataType, to: DataType, rules: CastRules): null {
  if (rules.mode === "ansi") throwCastInput(sqlLiteral(value, from, rules.zone), sqlTypeName(from), sqlTypeName(to));
  return null;
}

function overflow(value: Value, from: DataType, to: DataType, rules: CastRules): null {
  if (rules.mode === "ansi") throwCastOverflow(sqlLiteral(value, from, rules.zone), sqlTypeName(from), sqlTypeName(to));
  return null;
}

function toBinary(value: Value, from: DataType): Value {
  if (from.kind === "string") return encoder.encode(value as string);
  const width = { byte: 1, short: 2, int: 4, long: 8 }[from.kind as "int"];
  let rest = BigInt.asUintN(64, BigInt(value as number));
  const bytes = new Uint8Array(width);
  for (let i = width - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

function toBoolean(value: Value, from: DataType, rules: CastRules): Value {
  if (from.kind === "string") {
    const word = trimSpaces(value as string).toLowerCase();
    if (["t", "true", "y", "yes", "1"].includes(word)) return true;
    if (["f", "false", "n", "no", "0"].includes(word)) return false;
    return malformed(value, from, { kind: "boolean" }, rules);
  }
  if (from.kind === "date") return null;
  return typeof value === "bigint" ? value !== 0n : value !== 0;
}

function toIntegral(value: Value, from: DataType, to: DataType, rules: CastRules): Value {
  switch (from.kind) {
    case "string": {
      const parsed = parseIntegral(value as string, rules.mode === "legacy");
      return parsed === undefined || !fitsIntegral(parsed, to.kind) ? malformed(value, from, to, rules) : integral(parsed, to);
    }
    case "boolean":
      return integral(value === true ? 1n : 0n, to);
    case "float":
    case "double":
      return fromDouble(value as number, from, to, rules);
    case "decimal": {
      const whole = (value as bigint) / 10n ** BigInt(from.scale);
      return narrowed(whole, value, from, to, rules);
    }
    case "timestamp":
      return wholeSeconds(floorDiv(value as bigint, microsPerSecond), value, from, to, rules);
    case "date":
      return null;
    case "interval_daytime":
    case "interval_yearmonth": {
      const whole = numberOfInterval(BigInt(value as number | bigint), from);
      return fitsIntegral(whole, to.kind) ? integral(whole, to) : overflow(value, from, to, { ...rules, mode: "ansi" });
    }
    default:
      return narrowed(BigInt(value as number | bigint), value, from, to, rules);
  }
}

function narrowed(whole: bigint, value: Value, from: DataType, to: DataType, rules: CastRules): Value {
  if (fitsIntegral(whole, to.kind)) return integral(whole, to);
  return rules.mode === "legacy" ? integral(wrapIntegral(BigInt.asIntN(64, whole), to.kind), to) : overflow(value, from, to, rules);
}

/** Beyond the type there is no number, in the legacy mode too. */
function wholeSeconds(seconds: bigint, value: Value, from: DataType, to: DataType, rules: CastRules): Value {
  return fitsIntegral(seconds, to.kind) ? integral(seconds, to) : overflow(value, from, to, rules);
}

function integral(value: bigint, to: DataType): Value {
  return to.kind === "long" ? value : Number(value);
}

function fromDouble(value: number, from: DataType, to: DataType, rules: CastRules): Value {
  const whole = Math.trunc(value);
  if (Number.isFinite(value) && fitsIntegral(BigInt(whole), to.kind)) return integral(BigInt(whole), to);
  if (rules.mode !== "legacy") return overflow(value, from, to, rules);
  if (Number.isNaN(value)) return integral(0n, to);
  // Java saturates at int (and long), then cuts to the narrower type.
  const [low, high] = to.kind === "long" ? [longMin, longMax] : [-2147483648n, 2147483647n];
  const saturated = value < 0 ? (value < Number(low) ? low : BigInt(whole)) : value >= Number(high) ? high : BigInt(whole);
  return integral(wrapIntegral(saturated, to.kind), to);
}

function toFloating(value: Value, from: DataType, to: DataType, rules: CastRules): Value {
  const round = (x: number): number => (to.kind === "float" ? Math.fround(x) : x);
  switch (from.kind) {
    case "string": {
      const parsed = parseDouble(value as string);
      return parsed === undefined ? malformed(value, from, to, rules) : round(parsed);
    }
    case "boolean":
      return value === true ? 1 : 0;
    case "decimal":
      return round(decimalToDouble(value as bigint, from.scale));
    case "timestamp":
      return round(Number(value) / 1_000_000);
    case "date":
      return null;
    default:
      return round(Number(value));
  }
}

function toDecimalType(value: Value, from: DataType, to: DecimalType, rules: CastRules): Value {
  const parsed = decimalOf(value, from);
  if (parsed === null) return from.kind === "string" ? malformed(value, from, to, rules) : null;
  const result = toDecimal(parsed.unscaled, parsed.scale, to.precision, to.scale);
  if (result !== null) return result;
  if (rules.mode === "ansi") {
    const { unscaled, scale } = parsed;
    throwDecimalRange(scale < 0 ? `${unscaled}${"0".repeat(-scale)}` : decimalText(unscaled, scale), to.precision, to.scale);
  }
  return null;
}

function decimalOf(value: Value, from: DataType): { unscaled: bigint; scale: number } | null {
  switch (from.kind) {
    case "string":
      return parseDecimal(trimSpaces(value as string));
    case "boolean":
      return { unscaled: value === true ? 1n : 0n, scale: 0 };
    case "float":
      return parseDecimal(floatText(value as number));
    case "double":
      return parseDecimal(doubleText(value as number));
    case "decimal":
      return { unscaled: value as bigint, scale: from.scale };
    case "timestamp":
      return { unscaled: value as bigint, scale: 6 };
    case "date":
      return null;
    case "interval_yearmonth":
      return { unscaled: numberOfInterval(BigInt(value as number), from), scale: 0 };
    case "interval_daytime":
      if (lastUnit(from) === 1_000_000n) return { unscaled: value as bigint, scale: 6 };
      return { unscaled: numberOfInterval(value as bigint, from), scale: 0 };
    default:
      return { unscaled: BigInt(value as number | bigint), scale: 0 };
  }
}

function toDate(value: Value, from: DataType, to: DataType, rules: CastRules): Value {
  if (from.kind === "string") return parseDate(value as string) ?? malformed(value, from, to, rules);
  const local = from.kind === "timestamp" ? microsToLocal(value as bigint, timeZone(rules.zone)) : (value as bigint);
  return Number(floorDiv(local, microsPerDay));
}

function toTimestamp(value: Value, from: DataType, to: DataType, rules: CastRules): Value {
  switch (from.kind) {
    case "string":
      return parseTimestamp(value as string, rules.zone, rules.nowMs) ?? malformed(value, from, to, rules);
    case "date":
      return checkedMicros(localToMicros(BigInt(value as number) * microsPerDay, timeZone(rules.zone)));
    case "timestamp_ntz":
      return checkedMicros(localToMicros(value as bigint, timeZone(rules.zone)));
    case "boolean":
      return value === true ? 1n : 0n;
    case "float":
    case "double": {
      const micros = (value as number) * 1_000_000;
      if (!Number.isFinite(micros)) return malformed(value, from, to, rules);
      if (rules.mode === "ansi" && (micros >= 2 ** 63 || micros < -(2 ** 63))) return overflow(value, from, to, rules);
      return clampLong(BigInt(Math.trunc(micros)));
    }
    case "decimal":
      return BigInt.asIntN(64, toDigits((value as bigint) * 1_000_000n, 34) / 10n ** BigInt(from.scale));
    default:
      return clampLong(BigInt(value as number | bigint) * 1_000_000n);
  }
}

/** A number of at most as many significant digits: Spark multiplies decimals so. */
function toDigits(value: bigint, digits: number): bigint {
  const surplus = (value < 0n ? -value : value).toString().length - digits;
  if (surplus <= 0) return value;
  const unit = 10n ** BigInt(surplus);
  return divideHalfEven(value, unit) * unit;
}

/** Dates reach further than timestamps. @throws ARITHMETIC_OVERFLOW */
function checkedMicros(micros: bigint): bigint {
  return fitsIntegral(micros, "long") ? micros : throwOverflow("", "long overflow");
}

function clampLong(value: bigint): bigint {
  return value > longMax ? longMax : value < longMin ? longMin : value;
}

function toTimestampNtz(value: Value, from: DataType, to: DataType, rules: CastRules): Value {
  if (from.kind === "string") return parseTimestampNtz(value as string) ?? malformed(value, from, to, rules);
  if (from.kind === "date") return checkedMicros(BigInt(value as number) * microsPerDay);
  assert(from.kind === "timestamp", `no cast of ${from.kind} to timestamp_ntz`);
  return checkedMicros(microsToLocal(value as bigint, timeZone(rules.zone)));
}
