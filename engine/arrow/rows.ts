import { Cache } from "../codegen/cache.js";
import { compileFunction } from "../codegen/compileFunction.js";
import { assert } from "../errors/assert.js";
import { StreamingError } from "../errors/streamingError.js";
import type { Batch } from "./batch.js";
import { dateText, dateTimeText } from "./civil.js";
import type { Column, ListColumn, MapColumn } from "./column.js";
import { checkNamesDiffer } from "./columnNames.js";
import { readValue } from "./reading.js";
import { sliceColumn } from "./slice.js";
import { plainColumn } from "./take.js";
import { Timestamp } from "./timestamp.js";
import type { DataType, MapType } from "./types.js";
import { dayTimeIntervalText, decimalText, yearMonthIntervalText } from "./valueText.js";

export { Timestamp } from "./timestamp.js";
export { memberFromUser, valueFromUser } from "./userValues.js";

/** A row as users see it: design, section 1. */
export type Row = Record<string, unknown>;

/**
 * All rows of a batch as objects. Longs are numbers, unless their type in the schema asks for bigint (`t.bigint`).
 *
 * @throws LONG_BEYOND_SAFE_INTEGER when a long that is to be a number cannot be one
 */
export function toRows(batch: Batch): Row[] {
  const { fields } = batch.schema;
  const columns = batch.columns.map((column, i) => userValues(column, fields[i]!.type, fields[i]!.name));
  return objectsOf(
    fields.map((field) => field.name),
    columns,
    batch.length,
  );
}

type Assemble = (columns: readonly (readonly unknown[])[], length: number) => Row[];

const assemblers = new Cache<Assemble>(256);

/** One object literal a row: objects of one shape, made without a loop over the fields. */
function objectsOf(names: readonly string[], columns: readonly (readonly unknown[])[], length: number): Row[] {
  return assemblers.get(JSON.stringify(names), () => assembler(names))(columns, length);
}

/** @throws COLUMN_ALREADY_EXISTS: an object has one value a name */
function assembler(names: readonly string[]): Assemble {
  checkNamesDiffer(names, { ignoreCase: false });
  const variables = names.map((_, i) => `const c${i} = columns[${i}];`).join("\n");
  // In brackets `__proto__` is a name like any other.
  const members = names.map((name, i) => `[${JSON.stringify(name)}]: c${i}[i]`).join(", ");
  const body = `${variables}\nconst rows = new Array(length);\nfor (let i = 0; i < length; i++) rows[i] = { ${members} };\nreturn rows;`;
  return compileFunction({ name: "rowObjects", parameters: ["columns", "length"], body }) as Assemble;
}

/** The values of a column as users see them, each a row's own. `type` says how longs are read; `path` names the column in messages. */
export function userColumn(column: Column, type: DataType, path: string): readonly unknown[] {
  return userValues(column, type, path);
}

/** The values of a column as users see them. `type` is that of the schema, which says how; `path` names the column in messages. */
function userValues(column: Column, type: DataType, path: string): unknown[] {
  if (type.kind === "string" && column.encoding === "dictionary") {
    const { codes, dictionary, nulls } = column;
    const entries = userValues(dictionary, type, path);
    return Array.from({ length: column.length }, (_, i) => (nulls !== null && nulls[i] === 1 ? null : entries[codes[i]!]));
  }
  const plain = plainColumn(column);
  const values = presentValues(plain, type, path);
  const { nulls } = plain;
  if (nulls !== null) for (let i = 0; i < values.length; i++) if (nulls[i] === 1) values[i] = null;
  return values;
}

/** The same for a plain column; anything may stand where the row is null. */
function presentValues(column: Column, type: DataType, path: string): unknown[] {
  switch (type.kind) {
    case "long":
      return longValues(column, path, type.asBigint === true);
    case "decimal":
      return mapped(column, (value: bigint) => decimalText(value, type.scale));
    case "date":
      return mapped(column, dateText);
    case "timestamp":
      return mapped(column, (value: bigint) => new Timestamp(value));
    case "timestamp_ntz":
      return mapped(column, dateTimeText);
    case "interval_daytime":
      return mapped(column, dayTimeIntervalText);
    case "interval_yearmonth":
      return mapped(column, yearMonthIntervalText);
    case "array":
      assert(column.encoding === "list", `an array of encoding ${column.encoding}`);
      return rangesOf(column, column.element, type.element, `${path}.element`);
    case "map":
      assert(column.encoding === "map", `a map of encoding ${column.encoding}`);
      return mapValues(column, type, path);
    case "struct": {
      assert(column.encoding === "struct", `a struct of encoding ${column.encoding}`);
      const names = type.fields.map((field) => field.name);
      const children = column.children.map((child, i) => userValues(maskedBy(child, column), type.fields[i]!.type, `${path}.${names[i]!}`));
      return objectsOf(names, children, column.length);
    }
    default:
      return mapped(column, (value) => value);
  }
}

/** A member of a null struct may hold anything, a long that is no safe integer too: it counts as null. */
function maskedBy(child: Column, struct: Column): Column {
  if (struct.nulls === null) return child;
  const plain = plainColumn(child);
  if (plain.encoding === "null") return plain;
  const nulls = new Uint8Array(plain.length);
  for (let i = 0; i < plain.length; i++) nulls[i] = struct.nulls[i]! | (plain.nulls === null ? 0 : plain.nulls[i]!);
  return { ...plain, nulls };
}

/** The values through `convert`, which takes those of the column's type. */
function mapped(column: Column, convert: (value: never) => unknown): unknown[] {
  const values: unknown[] = [];

  for (let i = 0; i < column.length; i++) {
    const value = readValue(column, i);
    values.push(value === null ? null : convert(value as never));
  }
  return values;
}

function longValues(column: Column, path: string, asBigint: boolean): unknown[] {
  if (asBigint) return mapped(column, (value: bigint) => value);
  if (column.encoding === "f64") return Array.from(column.values.subarray(0, column.length));
  return mapped(column, (value: bigint) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new StreamingError("LONG_BEYOND_SAFE_INTEGER", { column: path, value: value.toString() });
    return number;
  });
}

function rangesOf(list: ListColumn | MapColumn, elements: Column, type: DataType, path: string): unknown[][] {
  const first = list.offsets[0]!;
  const values = userValues(sliceColumn(elements, first, list.offsets[list.length]!), type, path);
  return Array.from({ length: list.length }, (_, i) => values.slice(list.offsets[i]! - first, list.offsets[i + 1]! - first));
}

function mapValues(column: MapColumn, type: MapType, path: string): unknown[] {
  const keys = rangesOf(column, column.keys, type.key, `${path}.key`);
  const values = rangesOf(column, column.values, type.value, `${path}.value`);
  return keys.map((row, i) => new Map(row.map((key, j) => [key, values[i]![j]])));
}
