import { columnsIn, type PushedFilter } from "../../contract/source.js";
import { unreachable } from "../../errors/assert.js";
import type { DataType, Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";

/** Gives a name to bytes that the code of filters compares with. */
export type Constants = (bytes: Uint8Array) => string;

/** The code that says whether a column is null at `row`. */
export type NullTest = (column: number) => string;

/** A pushed filter as code over the builders' arrays at `row`. */
export interface FilterCode {
  /** The columns that it looks at. */
  readonly columns: readonly number[];
  /** The condition of a row that passes. */
  readonly passes: (isNull: NullTest) => string;
}

/** A condition of SQL: where neither holds it is null. */
interface Truth {
  readonly isTrue: string;
  readonly isFalse: string;
}

/** A filter is coded where it is used: what is null is known there in other ways. */
interface Coding {
  readonly schema: Schema;
  readonly constant: Constants;
  readonly isNull: NullTest;
}

/** Whether the decoder of a text format applies `filter` itself, completely. Of the others the rows may fail it. */
export function takesFilter(schema: Schema, filter: PushedFilter, corruptColumn: string): boolean {
  return !columnsIn(filter).some(([name]) => name === corruptColumn) && filterCode(schema, filter, () => "") !== null;
}

/** The code of a filter; null when it is not one the decoder takes. */
export function filterCode(schema: Schema, filter: PushedFilter, constant: Constants): FilterCode | null {
  const paths = columnsIn(filter);
  const columns = [...new Set(paths.map(([name]) => schema.fields.findIndex((field) => field.name === name)))];
  if (columns.length === 0 || columns.includes(-1) || paths.some(({ length }) => length > 1)) return null;
  const truthWith = (isNull: NullTest): Truth | null => truthOf(filter, { schema, constant, isNull });
  if (truthWith(() => "false") === null) return null;
  return { columns, passes: (isNull) => truthWith(isNull)!.isTrue };
}

function truthOf(filter: PushedFilter, coding: Coding): Truth | null {
  if ("filter" in filter) return negated(truthOf(filter.filter, coding));
  if (!("filters" in filter)) return leafTruth(filter, coding);
  const parts = filter.filters.map((part) => truthOf(part, coding)).filter((truth) => truth !== null);
  if (parts.length < filter.filters.length) return null;
  return filter.op === "and" ? allOf(parts) : negated(allOf(parts.map(negated)));
}

function negated<T extends Truth | null>(truth: T): T | Truth {
  return truth && { isTrue: truth.isFalse, isFalse: truth.isTrue };
}

/** True where all are true, false where one is false. */
function allOf(truths: readonly Truth[]): Truth {
  return {
    isTrue: `(${truths.map(({ isTrue }) => isTrue).join(" && ")})`,
    isFalse: `(${truths.map(({ isFalse }) => isFalse).join(" || ")})`,
  };
}

type Leaf = Extract<PushedFilter, { readonly column: readonly string[] }>;

function leafTruth(filter: Leaf, { schema, constant, isNull }: Coding): Truth | null {
  const column = schema.fields.findIndex(({ name }) => name === filter.column[0]);
  const { type } = schema.fields[column]!;
  const missing = isNull(column);
  const known = (test: string | null): Truth | null =>
    test === null ? null : { isTrue: `(!(${missing}) && ${test})`, isFalse: `(!(${missing}) && !${test})` };
  switch (filter.op) {
    case "isNull":
      return { isTrue: `(${missing})`, isFalse: `!(${missing})` };
    case "isNotNull":
      return { isTrue: `!(${missing})`, isFalse: `(${missing})` };
    case "in":
      return membership(filter.values, missing, (value) => compareCode(type, column, "=", value, constant));
    case "<=>": {
      if (filter.value === null) return { isTrue: `(${missing})`, isFalse: `!(${missing})` };
      const equal = known(compareCode(type, column, "=", filter.value, constant));
      return equal && { isTrue: equal.isTrue, isFalse: `!${equal.isTrue}` };
    }
    case "startsWith":
    case "endsWith":
    case "contains":
      return known(type.kind === "string" ? partCode(column, filter.op, new TextEncoder().encode(filter.text), constant) : null);
    case "=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return known(compareCode(type, column, filter.op, filter.value, constant));
    default:
      return unreachable(filter);
  }
}

/** A value that is in no list with a null may be that one. */
function membership(values: readonly Value[], missing: string, equals: (value: Value) => string | null): Truth | null {
  const tests = values.filter((value) => value !== null).map(equals);
  if (tests.includes(null)) return null;
  const test = tests.length === 0 ? "false" : `(${tests.join(" || ")})`;
  const isFalse = tests.length < values.length ? "false" : `(!(${missing}) && !${test})`;
  return { isTrue: `(!(${missing}) && ${test})`, isFalse };
}

function compareCode(type: DataType, column: number, operator: string, value: Value, constant: Constants): string | null {
  const values = `values${column}[row]`;
  const test = (literal: string): string => `(${values} ${jsOperator(operator)} ${literal})`;
  switch (type.kind) {
    case "string":
      return typeof value === "string" ? stringCode(column, operator, new TextEncoder().encode(value), constant) : null;
    case "boolean":
      return typeof value === "boolean" ? test(value ? "1" : "0") : null;
    case "byte":
    case "short":
    case "int":
    case "date":
      return typeof value === "number" ? test(String(value)) : null;
    case "long":
    case "timestamp":
    case "timestamp_ntz":
      // The array holds a wide value rounded, which compares rightly with a safe integer.
      return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? test(String(value)) : null;
    case "float":
    case "double":
      return typeof value === "number" ? doubleCode(values, operator, value) : null;
    case "decimal":
      return typeof value === "bigint" && type.precision <= 18 ? test(`${value}n`) : null;
    default:
      return null;
  }
}

/** Spark's NaN is equal to itself, and greater than any number. */
function doubleCode(values: string, operator: string, value: number): string {
  const isNaN = `(${values} !== ${values})`;
  if (value !== value) return { "=": isNaN, ">=": isNaN, ">": "false", "<=": "true", "<": `!${isNaN}` }[operator]!;
  const test = `(${values} ${jsOperator(operator)} ${value})`;
  return operator.startsWith(">") ? `(${test} || ${isNaN})` : test;
}

function jsOperator(operator: string): string {
  return operator === "=" ? "===" : operator;
}

function stringCode(column: number, operator: string, bytes: Uint8Array, constant: Constants): string {
  const start = `starts${column}[row]`;
  const length = `lengths${column}[row]`;
  if (operator !== "=") return `(compareBytes(memory.bytes, ${start}, ${length}, ${constant(bytes)}) ${operator} 0)`;
  return `(${length} === ${bytes.length}${matchCode(bytes, start, "memory.bytes", "memory.view")})`;
}

function partCode(column: number, op: "startsWith" | "endsWith" | "contains", bytes: Uint8Array, constant: Constants): string {
  const [start, length] = [`starts${column}[row]`, `lengths${column}[row]`];
  if (op === "contains") return `holdsBytes(memory.bytes, ${start}, ${length}, ${constant(bytes)})`;
  const at = op === "startsWith" ? start : `(${start} + ${length} - ${bytes.length})`;
  return `(${length} >= ${bytes.length}${matchCode(bytes, at, "memory.bytes", "memory.view")})`;
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
function compareBytes(bytes: Uint8Array, start: number, length: number, other: Uint8Array): number {
  const common = Math.min(length, other.length);
  for (let i = 0; i < common; i++) {
    const difference = bytes[start + i]! - other[i]!;
    if (difference !== 0) return difference;
  }
  return length - other.length;
}

/** Whether the text [start, start + length) has `part` in it. */
function holdsBytes(bytes: Uint8Array, start: number, length: number, part: Uint8Array): boolean {
  search: for (let at = start; at + part.length <= start + length; at++) {
    for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) continue search;
    return true;
  }
  return false;
}

/** What the code of filters calls. */
export const filterLibrary = { compareBytes, holdsBytes };
