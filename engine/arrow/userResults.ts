import { buffers } from "./buffers.js";
import { columnFromValues } from "./builder.js";
import type { Column } from "./column.js";
import { allocateFixed, fixedColumn, fixedEncodingOf } from "./encodings.js";
import { StreamingError } from "../errors/streamingError.js";
import { sqlTypeName, type DataType } from "./types.js";
import { memberFromUser } from "./userValues.js";
import type { Value } from "./value.js";

/*
 * What users' functions give, as the engine knows it. It is taken more strictly than rows that are written down: nothing may be left out, since what a function forgot to
 * return is no null.
 */

/** Says what is wrong with a result. */
type Refuse = (given: unknown, error: unknown) => Error;

const wholeRanges: Readonly<Record<string, readonly [least: number, most: number]>> = {
  byte: [-128, 127],
  short: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
};

/** One result. @throws VALUE_NOT_OF_TYPE, UNKNOWN_FIELD */
export function valueFromResult(type: DataType, nullable: boolean, given: unknown, path: string): Value {
  refuseMissing(type, given, path);
  return memberFromUser(type, nullable, given, path);
}

/** Results, one a row. @throws what `refuse` makes of the first that is no value of the type */
export function columnFromUsers(type: DataType, nullable: boolean, given: readonly unknown[], refuse: Refuse): Column {
  const plain = plainNumbers(type, nullable, given) ?? wholeNumbers(type, nullable, given);
  if (plain !== null) return plain;
  const values = given.map((value) => {
    try {
      return valueFromResult(type, nullable, value, "result");
    } catch (error) {
      throw refuse(value, error);
    }
  });
  return columnFromValues(type, values);
}

/** Floating point: null for another type, and when something is no number. */
function plainNumbers(type: DataType, nullable: boolean, given: readonly unknown[]): Column | null {
  if (type.kind !== "double" && type.kind !== "float") return null;
  const { length } = given;
  const values = type.kind === "double" ? buffers.float64(length) : allocateFixed("f32", length);
  let nulls: Uint8Array | null = null;
  for (let i = 0; i < length; i++) {
    const value = given[i];
    if (typeof value === "number") values[i] = value;
    else if (value === null && nullable) (nulls ??= buffers.bytes(length))[i] = 1;
    else return null;
  }
  return fixedColumn(type, type.kind === "double" ? "f64" : "f32", values, length, nulls);
}

/** The same of whole numbers, as far as they are numbers in JavaScript too. */
function wholeNumbers(type: DataType, nullable: boolean, given: readonly unknown[]): Column | null {
  const range = wholeRanges[type.kind] ?? (type.kind === "long" ? [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] : null);
  const encoding = type.kind === "long" ? "f64" : fixedEncodingOf(type);
  if (range === null || encoding === null) return null;
  const [least, most] = range;
  const { length } = given;
  const values = allocateFixed(encoding, length);
  let nulls: Uint8Array | null = null;
  for (let i = 0; i < length; i++) {
    const value = given[i];
    // Without a sign: a whole number has one zero.
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) values[i] = value + 0;
    else if (value === null && nullable) (nulls ??= buffers.bytes(length))[i] = 1;
    else return null;
  }
  return fixedColumn(type, encoding, values, length, nulls);
}

/** @throws VALUE_NOT_OF_TYPE for `undefined`, at any depth */
function refuseMissing(type: DataType, given: unknown, path: string): void {
  if (given === undefined) throw missing(type, path);
  if (given === null || typeof given !== "object") return;
  switch (type.kind) {
    case "array":
      // A hole is no element either, and `forEach` would pass it over.
      if (Array.isArray(given)) for (const element of given) refuseMissing(type.element, element, `${path}.element`);
      return;
    case "map":
      for (const value of given instanceof Map ? given.values() : Object.values(given)) refuseMissing(type.value, value, `${path}.value`);
      return;
    case "struct":
      type.fields.forEach((field, i) => {
        const member: unknown = Array.isArray(given) ? given[i] : (given as Readonly<Record<string, unknown>>)[field.name];
        refuseMissing(field.type, Array.isArray(given) || Object.hasOwn(given, field.name) ? member : undefined, `${path}.${field.name}`);
      });
      return;
    default:
      return;
  }
}

function missing(type: DataType, path: string): StreamingError {
  return new StreamingError("VALUE_NOT_OF_TYPE", { column: path, type: sqlTypeName(type), value: "missing", valueType: "undefined" });
}
