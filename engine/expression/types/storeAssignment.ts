import { types, type DataType, type Field } from "../../arrow/types.js";
import { literal, type Expression } from "../expression.js";
import { callOf } from "../functions/entry.js";
import { resolveCast, type AnalysisContext } from "./coerce.js";
import { isInterval, isNumeric, typeOf } from "./typeOf.js";

/** Whether a value of one type may be written to a column of another, under Spark's ANSI store assignment: what a reader would take for a mistake may not. */
export function canStore(from: DataType, to: DataType): boolean {
  if (from.kind === "null" || from.kind === to.kind) return from.kind === to.kind ? sameKindStores(from, to) : true;
  if (isNumeric(from) && isNumeric(to)) return true;
  if (to.kind === "string") return !isNested(from);
  if (isTime(from) && isTime(to)) return true;
  return isInterval(from) && from.kind === to.kind;
}

/** Whether a cast keeps every value: what Spark's STRICT store assignment takes, and a DEFAULT. */
export function canUpCast(from: DataType, to: DataType): boolean {
  if (from.kind === "null") return true;
  if (from.kind === "decimal" && to.kind === "decimal")
    return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  if (from.kind === to.kind) return !isNested(from) || nestedUpCast(from, to);
  if (to.kind === "string") return !isNested(from);
  if (isTime(from) && isTime(to)) return to.kind !== "date";
  if (to.kind === "decimal") return (wholeDigits[from.kind] ?? 99) <= to.precision - to.scale;
  if (from.kind === "decimal") return to.kind === "double" && from.precision <= 15;
  const [narrow, wide] = [widening.indexOf(from.kind), widening.indexOf(to.kind)];
  return narrow >= 0 && narrow < wide;
}

const widening = ["byte", "short", "int", "long", "float", "double"];
const wholeDigits: Readonly<Record<string, number>> = { byte: 3, short: 5, int: 10, long: 20 };

function nestedUpCast(from: DataType, to: DataType): boolean {
  if (from.kind === "array" && to.kind === "array") return canUpCast(from.element, to.element);
  if (from.kind === "map" && to.kind === "map") return canUpCast(from.key, to.key) && canUpCast(from.value, to.value);
  if (from.kind !== "struct" || to.kind !== "struct") return false;
  return from.fields.length === to.fields.length && from.fields.every((field, i) => canUpCast(field.type, to.fields[i]!.type));
}

/**
 * A value in the type of the column that keeps it. A number that does not fit is refused by the name of the column, while the cast of a user is by that of the cast.
 *
 * @throws CAST_OVERFLOW_IN_TABLE_INSERT when a row has one
 */
export function storeCast(source: Expression, { name, type }: Field, context: AnalysisContext): Expression {
  const from = typeOf(source);
  if (!context.ansi || !isNumeric(from) || !isNumeric(type) || canUpCast(from, type) || type.kind === "float" || type.kind === "double")
    return resolveCast(source, type, false, context);
  const fitting = resolveCast(source, type, true, context);
  const refusal = callOf("refuse overflow", [source, literal(name, types.string)], type, true, "ansi");
  return callOf("coalesce", [fitting, refusal], type, true, "ansi");
}

function sameKindStores(from: DataType, to: DataType): boolean {
  if (from.kind === "array" && to.kind === "array") return canStore(from.element, to.element);
  if (from.kind === "map" && to.kind === "map") return canStore(from.key, to.key) && canStore(from.value, to.value);
  if (from.kind === "struct" && to.kind === "struct") {
    return from.fields.length === to.fields.length && from.fields.every((field, i) => canStore(field.type, to.fields[i]!.type));
  }
  return true;
}

function isNested({ kind }: DataType): boolean {
  return kind === "array" || kind === "map" || kind === "struct";
}

function isTime({ kind }: DataType): boolean {
  return kind === "date" || kind === "timestamp" || kind === "timestamp_ntz";
}
