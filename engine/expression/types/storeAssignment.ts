import type { DataType } from "../../arrow/types.js";
import { isInterval, isNumeric } from "./typeOf.js";

/** Whether a value of one type may be written to a column of another, under Spark's ANSI store assignment: what a reader would take for a mistake may not. */
export function canStore(from: DataType, to: DataType): boolean {
  if (from.kind === "null" || from.kind === to.kind) return from.kind === to.kind ? sameKindStores(from, to) : true;
  if (isNumeric(from) && isNumeric(to)) return true;
  if (to.kind === "string") return from.kind !== "binary" && !isNested(from);
  if (isTime(from) && isTime(to)) return true;
  return isInterval(from) && from.kind === to.kind;
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
