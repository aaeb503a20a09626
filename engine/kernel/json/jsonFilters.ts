import type { PushedFilter } from "../../contract/source.js";
import type { DataType, Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";

/** A pushed filter as text of a condition over the builders' arrays at `row`, with the constants that it names. */
export interface FilterCode {
  readonly column: number;
  /** The test of a row whose column is not null; null when nullness alone decides. */
  readonly test: string | null;
  /** Whether rows without a value pass. */
  readonly nullPasses: boolean;
}

/** Whether the decoder applies `filter` itself, completely. Of the others the rows may fail it. */
export function takesFilter(schema: Schema, filter: PushedFilter, corruptColumn: string): boolean {
  return filter.column[0] !== corruptColumn && filterCode(schema, filter, () => "") !== null;
}

/** The code of a filter; null when it is not one the decoder takes. `constant` gives a name to bytes. */
export function filterCode(schema: Schema, filter: PushedFilter, constant: (bytes: Uint8Array) => string): FilterCode | null {
  if (filter.column.length !== 1) return null;
  const column = schema.fields.findIndex((field) => field.name === filter.column[0]);
  if (column < 0) return null;
  const { type } = schema.fields[column]!;
  if (filter.op === "and" || filter.op === "or") return joinedCode(schema, filter, constant);
  if (filter.op === "isNull") return { column, test: "false", nullPasses: true };
  if (!("value" in filter) && !("values" in filter)) return { column, test: null, nullPasses: false };
  const values = "values" in filter ? filter.values.filter((value) => value !== null) : [filter.value];
  const operator = "values" in filter || filter.op === "<>" ? "=" : filter.op;
  const tests = values.map((value) => compareCode(type, column, operator, value, constant));
  if (tests.includes(null)) return null;
  const test = tests.length === 0 ? "false" : `(${tests.join(" || ")})`;
  return { column, test: filter.op === "<>" ? `!${test}` : test, nullPasses: false };
}

/** The code of several filters of a column. */
function joinedCode(
  schema: Schema,
  { op, filters }: Extract<PushedFilter, { op: "and" | "or" }>,
  constant: (bytes: Uint8Array) => string,
): FilterCode | null {
  const codes = filters.map((filter) => filterCode(schema, filter, constant)).filter((code) => code !== null);
  const [first] = codes;
  if (first === undefined || codes.length < filters.length) return null;
  const test = `(${codes.map((code) => code.test ?? "true").join(op === "or" ? " || " : " && ")})`;
  const nullPasses = op === "or" ? codes.some((code) => code.nullPasses) : codes.every((code) => code.nullPasses);
  return { column: first.column, test, nullPasses };
}

function compareCode(
  type: DataType,
  column: number,
  operator: string,
  value: Value,
  constant: (bytes: Uint8Array) => string,
): string | null {
  const values = `values${column}[row]`;
  if (value === null) return "false";
  switch (type.kind) {
    case "string":
      return typeof value === "string" ? stringCode(column, operator, new TextEncoder().encode(value), constant) : null;
    case "boolean":
      return typeof value === "boolean" ? `${values} ${jsOperator(operator)} ${value ? 1 : 0}` : null;
    case "byte":
    case "short":
    case "int":
    case "date":
      return typeof value === "number" ? `${values} ${jsOperator(operator)} ${value}` : null;
    case "long":
    case "timestamp":
    case "timestamp_ntz":
      // The array holds a wide value rounded, which compares rightly with a safe integer.
      return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? `${values} ${jsOperator(operator)} ${value}` : null;
    case "float":
    case "double":
      return typeof value === "number" && Number.isFinite(value) ? doubleCode(values, operator, value) : null;
    default:
      return null;
  }
}

/** Spark's NaN is greater than any number. */
function doubleCode(values: string, operator: string, value: number): string {
  const test = `${values} ${jsOperator(operator)} ${value}`;
  return operator.startsWith(">") ? `(${test} || ${values} !== ${values})` : test;
}

function jsOperator(operator: string): string {
  return operator === "=" ? "===" : operator;
}

function stringCode(column: number, operator: string, bytes: Uint8Array, constant: (bytes: Uint8Array) => string): string {
  const start = `starts${column}[row]`;
  const length = `lengths${column}[row]`;
  if (operator !== "=") return `compareBytes(memory.bytes, ${start}, ${length}, ${constant(bytes)}) ${operator} 0`;
  return `(${length} === ${bytes.length}${matchCode(bytes, start, "memory.bytes", "memory.view")})`;
}

/** `&& …` for each word of `bytes`, compared with the text at `at`. Words may overlap; up to three bytes are compared one by one. */
export function matchCode(bytes: Uint8Array, at: string, text = "bytes", view = "view"): string {
  let code = "";
  if (bytes.length < 4) {
    for (let i = 0; i < bytes.length; i++) code += ` && ${text}[${at} + ${i}] === ${bytes[i]}`;
    return code;
  }
  const wanted = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < bytes.length; i += 4) {
    const offset = Math.min(i, bytes.length - 4);
    code += ` && ${view}.getInt32(${at} + ${offset}, true) === ${wanted.getInt32(offset, true)}`;
  }
  return code;
}

/** Negative, zero or positive as the text [start, start + length) comes before, with or after `other`: byte by byte, as Spark orders strings. */
export function compareBytes(bytes: Uint8Array, start: number, length: number, other: Uint8Array): number {
  const common = Math.min(length, other.length);
  for (let i = 0; i < common; i++) {
    const difference = bytes[start + i]! - other[i]!;
    if (difference !== 0) return difference;
  }
  return length - other.length;
}
