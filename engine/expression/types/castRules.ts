import type { DataType, DecimalType } from "../../arrow/types.js";
import { sameType } from "../../arrow/types.js";

const numeric = new Set(["byte", "short", "int", "long", "float", "double", "decimal"]);
const datetime = new Set(["date", "timestamp", "timestamp_ntz"]);
const intervals = new Set(["interval_daytime", "interval_yearmonth", "interval"]);

/** Whether CAST takes a value of `from` to `to`: Spark's table, ANSI or legacy. */
export function canCast(from: DataType, to: DataType, ansi: boolean): boolean {
  if (from.kind === "null" || sameType(from, to)) return true;
  if (to.kind === "string") return true;
  if (from.kind === "array" && to.kind === "array") return canCast(from.element, to.element, ansi);
  if (from.kind === "map" && to.kind === "map") return canCast(from.key, to.key, ansi) && canCast(from.value, to.value, ansi);
  if (from.kind === "struct" && to.kind === "struct") {
    return from.fields.length === to.fields.length && from.fields.every((f, i) => canCast(f.type, to.fields[i]!.type, ansi));
  }
  if (from.kind === "string") return isScalar(to);
  if (to.kind === "binary") return !ansi && (from.kind === "byte" || from.kind === "short" || from.kind === "int" || from.kind === "long");
  if (numeric.has(from.kind)) return numeric.has(to.kind) || to.kind === "boolean" || to.kind === "timestamp" || fromIntegral(from, to);
  if (from.kind === "boolean") return numeric.has(to.kind) || (!ansi && to.kind === "timestamp");
  if (from.kind === "timestamp") return datetime.has(to.kind) || numeric.has(to.kind) || (!ansi && to.kind === "boolean");
  if (from.kind === "timestamp_ntz") return datetime.has(to.kind);
  if (from.kind === "date") return datetime.has(to.kind) || (!ansi && (numeric.has(to.kind) || to.kind === "boolean"));
  if (from.kind === "interval_daytime" || from.kind === "interval_yearmonth") {
    if (to.kind === from.kind) return true;
    return to.kind === "byte" || to.kind === "short" || to.kind === "int" || to.kind === "long" || to.kind === "decimal";
  }
  return false;
}

function isScalar(type: DataType): boolean {
  return numeric.has(type.kind) || datetime.has(type.kind) || intervals.has(type.kind) || type.kind === "boolean" || type.kind === "binary";
}

function fromIntegral(from: DataType, to: DataType): boolean {
  return from.kind !== "float" && from.kind !== "double" && (to.kind === "interval_daytime" || to.kind === "interval_yearmonth");
}

/** Whether a cast of a value that is not null may give null (outside ANSI): what makes a cast nullable in Spark, ANSI or not. */
export function castCanFail(from: DataType, to: DataType): boolean {
  if (from.kind === "null" || sameType(from, to)) return false;
  if (from.kind === "string") return to.kind !== "binary";
  if (to.kind === "string") return false;
  if (from.kind === "timestamp" && (to.kind === "byte" || to.kind === "short" || to.kind === "int")) return true;
  if ((from.kind === "float" || from.kind === "double") && to.kind === "timestamp") return true;
  if (from.kind === "timestamp" && to.kind === "date") return false;
  if (to.kind === "date") return true;
  if (from.kind === "date" && to.kind === "timestamp") return false;
  if (from.kind === "date" || to.kind === "interval") return true;
  if (to.kind === "decimal") return !fitsDecimal(from, to);
  if (from.kind === "float" || from.kind === "double" || from.kind === "decimal") {
    return to.kind === "byte" || to.kind === "short" || to.kind === "int" || to.kind === "long";
  }
  return false;
}

function fitsDecimal(from: DataType, to: DecimalType): boolean {
  const integerDigits = to.precision - to.scale;
  switch (from.kind) {
    case "boolean":
      return integerDigits >= 1;
    case "byte":
      return integerDigits >= 3;
    case "short":
      return integerDigits >= 5;
    case "int":
      return integerDigits >= 10;
    case "long":
      return integerDigits >= 20;
    case "decimal":
      return to.scale >= from.scale && integerDigits >= from.precision - from.scale;
    default:
      return false;
  }
}
