import type { DataType } from "../../arrow/types.js";

/** Whole numbers, each a value of those behind it. */
const wholes = ["byte", "short", "int", "long"];

/** Whether every value of a type is one of another, wider one, and stays what it is: whole numbers, float to double, more digits before the point of a decimal. */
export function widens(from: DataType, to: DataType): boolean {
  if (from.kind === "decimal" && to.kind === "decimal") return from.scale === to.scale && from.precision < to.precision;
  if (wholes.includes(from.kind) && wholes.includes(to.kind)) return wholes.indexOf(from.kind) < wholes.indexOf(to.kind);
  return from.kind === "float" && to.kind === "double";
}

/** The same of keys, which are compared: of a value that was read as a float the double is another than that of its text. */
export function widensAsKey(from: DataType, to: DataType): boolean {
  return from.kind !== "float" && widens(from, to);
}

const wholeNames = ["tinyint", "smallint", "int", "bigint"];

/** The same of types by their names. */
export function widensByName(from: string, to: string): boolean {
  const [before, now] = [decimalOf(from), decimalOf(to)];
  if (before !== null && now !== null) return before.scale === now.scale && before.precision < now.precision;
  if (wholeNames.includes(from) && wholeNames.includes(to)) return wholeNames.indexOf(from) < wholeNames.indexOf(to);
  return from === "float" && to === "double";
}

function decimalOf(name: string): { readonly precision: number; readonly scale: number } | null {
  const parts = /^decimal\((\d+),(\d+)\)$/.exec(name);
  return parts === null ? null : { precision: Number(parts[1]), scale: Number(parts[2]) };
}
