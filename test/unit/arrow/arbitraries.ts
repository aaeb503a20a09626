import * as fc from "fast-check";
import { constantColumn, columnFromValues, nullColumn } from "../../../engine/arrow/columns.js";
import type { Column } from "../../../engine/arrow/column.js";
import { field, types, type DataType, type Schema } from "../../../engine/arrow/types.js";
import type { MapValue, Value } from "../../../engine/arrow/value.js";

const leafTypes: readonly DataType[] = [
  types.null,
  types.boolean,
  types.byte,
  types.short,
  types.int,
  types.long,
  types.float,
  types.double,
  types.decimal(7, 2),
  types.decimal(18, 0),
  types.decimal(38, 10),
  types.string,
  types.binary,
  types.date,
  types.timestamp,
  types.timestampNtz,
  types.intervalDayTime,
  types.intervalYearMonth,
];

/** Any type a column may have, nested to a depth of two. */
const anyType: fc.Arbitrary<DataType> = typeOfDepth(2);

function typeOfDepth(depth: number): fc.Arbitrary<DataType> {
  const leaf = fc.constantFrom(...leafTypes);
  if (depth === 0) return leaf;
  const inner = typeOfDepth(depth - 1);
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: inner.map((element) => types.array(element)) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(types.string, types.int, types.long), inner).map(([key, value]) => types.map(key, value)),
    },
    {
      weight: 2,
      arbitrary: fc.array(inner, { minLength: 1, maxLength: 3 }).map((list) => types.struct(list.map((type, i) => field(`f${i}`, type)))),
    },
  );
}

/** Any value of a type, its extremes often among them. */
function valueOf(type: DataType, nullable = true): fc.Arbitrary<Value> {
  const present = presentValueOf(type);
  return nullable ? fc.option(present, { nil: null, freq: 5 }) : present;
}

const integer = (bits: number): fc.Arbitrary<number> => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const int64: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt({ min: -1000n, max: 1000n }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      2n ** 53n - 1n,
      2n ** 53n,
      -(2n ** 53n),
      -(2n ** 53n) - 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
      2n ** 32n,
      -(2n ** 32n),
    ),
  },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
);
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "\uFEFFbom", "a longer text than what is copied byte by byte, with ü"),
);

function presentValueOf(type: DataType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "byte":
      return integer(8);
    case "short":
      return integer(16);
    case "int":
    case "date":
    case "interval_yearmonth":
      return integer(32);
    case "float":
      return fc.float();
    case "double":
      return fc.double();
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_daytime":
      return int64;
    case "decimal":
      return fc.bigInt({ min: -(10n ** BigInt(type.precision)) + 1n, max: 10n ** BigInt(type.precision) - 1n });
    case "string":
      return texts;
    case "binary":
      return fc.uint8Array({ maxLength: 40 });
    case "array":
      return fc.array(valueOf(type.element), { maxLength: 4 });
    case "map":
      return fc
        .array(fc.tuple(valueOf(type.key, false), valueOf(type.value)), { maxLength: 3 })
        .map((entries): MapValue => ({ keys: entries.map(([key]) => key), values: entries.map(([, value]) => value) }));
    case "struct":
      return fc.tuple(...type.fields.map((member) => valueOf(member.type)));
    default:
      throw new Error("no column has the type interval");
  }
}

/** The same values in one of the encodings that can hold them, its buffers dirty where nothing may be read. */
export function encodedAs(type: DataType, values: readonly Value[], seed: number): Column {
  const plain = columnFromValues(type, values);
  if (type.kind === "null") return plain;
  if (values.every((value) => value === null) && seed % 2 === 0) return nullColumn(type, values.length);
  if (values.length > 0 && values.every((value) => Object.is(value, values[0]))) return constantColumn(type, values[0]!, values.length);
  if (seed % 3 === 1) return dictionaryOf(type, values);
  if (plain.encoding === "utf8" && seed % 3 === 2) return viewOf(plain.type, values);
  return plain.encoding === "struct" && seed % 3 === 2
    ? { ...plain, children: plain.children.map((child) => reencoded(child, seed)) }
    : plain;
}

function reencoded(column: Column, seed: number): Column {
  if (column.encoding !== "utf8") return column;
  const lengths = Int32Array.from({ length: column.length }, (_, i) =>
    column.nulls?.[i] ? 0x7fff_ffff : column.offsets[i + 1]! - column.offsets[i]!,
  );
  return seed % 2 === 0 ? { ...column, encoding: "view", starts: column.offsets.slice(0, -1), lengths } : column;
}

function dictionaryOf(type: DataType, values: readonly Value[]): Column {
  // A Set would take -0 for 0.
  const distinct = values.filter((value, i) => values.findIndex((other) => Object.is(other, value)) === i).toReversed();
  const codes = Int32Array.from(values, (value) => (value === null ? 9999 : distinct.findIndex((other) => Object.is(other, value))));
  const nulls = values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 1 : 0)) : null;
  return { type, encoding: "dictionary", length: values.length, nulls, codes, dictionary: columnFromValues(type, distinct) };
}

function viewOf(type: DataType, values: readonly Value[]): Column {
  const column = columnFromValues(type, [...values, type.kind === "binary" ? Uint8Array.of(1) : "x"].toReversed());
  if (column.encoding !== "utf8") throw new Error("strings are utf8");
  const starts = new Int32Array(values.length);
  const lengths = new Int32Array(values.length);
  const nulls = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const row = values.length - i;
    starts[i] = column.offsets[row]!;
    lengths[i] = values[i] === null ? 0x7fff_ffff : column.offsets[row + 1]! - column.offsets[row]!;
    nulls[i] = values[i] === null ? 1 : 0;
  }
  return { type, encoding: "view", length: values.length, nulls, data: column.data, starts, lengths };
}

/** A schema with rows for it and a seed that picks encodings. */
export const anyTable: fc.Arbitrary<{ schema: Schema; rows: Value[][]; seed: number }> = fc
  .array(anyType, { minLength: 1, maxLength: 4 })
  .chain((list) => {
    const schema = types.struct(list.map((type, i) => field(`c${i}`, type)));
    return fc.record({
      schema: fc.constant(schema),
      rows: fc.array(fc.tuple<Value[]>(...list.map((type) => valueOf(type))), { maxLength: 12 }),
      seed: fc.nat(100),
    });
  });
