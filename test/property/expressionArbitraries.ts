import fc from "fast-check";
import { batchFromRows, columnFromValues, plainColumn, readValue } from "../../engine/arrow/columns.js";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import type { Column } from "../../engine/arrow/column.js";
import { types, type DataType } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { Attribute } from "../../engine/expression/expression.js";

/** Random values, batches in all encodings, and trees of functions. */

export const columns: readonly DataType[] = [
  types.boolean,
  types.boolean,
  types.byte,
  types.short,
  types.int,
  types.int,
  types.long,
  types.long,
  types.float,
  types.double,
  types.string,
  types.string,
  types.date,
  types.timestamp,
  types.timestampNtz,
  types.decimal(9, 2),
  types.decimal(25, 4),
  types.array(types.int),
  types.struct([
    { name: "a", type: types.int, nullable: true },
    { name: "s", type: types.string, nullable: true },
  ]),
];

export const attributes: readonly Attribute[] = columns.map((type, i) => ({
  kind: "attribute",
  id: 1_000_000 + i,
  name: `c${i}`,
  type,
  nullable: true,
  qualifier: [],
}));

const integers = (limit: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: -3, max: 12 }), fc.integer({ min: -limit, max: limit - 1 }), fc.constantFrom(-limit, limit - 1));

const longs: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: -20n, max: 100n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n }) },
  { weight: 1, arbitrary: fc.constantFrom(2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n, 9007199254740991n, 3037000500n) },
);

const doubles: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 1e300, 0.1, 2 ** 53, 2 ** 63),
);

const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: fc.constantFrom("a", "b", " ", "A", "é", "ß", "😀", "1", ",", "%"), maxLength: 6 }),
  fc.constantFrom(
    "",
    " 42 ",
    "-7",
    "1.5",
    "9223372036854775807",
    "true",
    "no",
    "NaN",
    "1e3",
    "2024-02-29",
    "2024-02-30",
    "2024-02-29 01:02:03.5",
    "2024-02-29T01:02:03Z",
    "0042",
    "-0",
    "+5",
  ),
  fc.constantFrom('{"a":1}', '{"a":2,"b":"x"}', '{"a":"no number"}', '{"a":null}', "{broken", "[1]"),
);

/** Microseconds between the years 1 and 9999, mostly near 1970 and now. */
const micros: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: -86_400_000_001n, max: 86_400_000_001n }),
  fc.bigInt({ min: 1_700_000_000_000_000n, max: 1_800_000_000_000_000n }),
  fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }),
);

function valuesOf(type: DataType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case "boolean":
      return fc.boolean();
    case "byte":
      return integers(128);
    case "short":
      return integers(32768);
    case "int":
      return integers(2147483648);
    case "long":
      return longs;
    case "float":
      return doubles.map(Math.fround);
    case "double":
      return doubles;
    case "string":
      return texts;
    case "date":
      return fc.integer({ min: -719_162, max: 2_932_896 });
    case "timestamp":
    case "timestamp_ntz":
      return micros;
    case "decimal":
      return fc.oneof(
        fc.bigInt({ min: -1000n, max: 1000n }),
        fc.bigInt({ min: -(10n ** BigInt(type.precision)) + 1n, max: 10n ** BigInt(type.precision) - 1n }),
      );
    case "array":
      return fc.array(fc.option(valuesOf(type.element), { freq: 4 }), { maxLength: 3 });
    case "struct":
      return fc.tuple(...type.fields.map((field) => fc.option(valuesOf(field.type), { freq: 4 })));
    default:
      throw new Error(`no values of type ${type.kind}`);
  }
}

type Encoded = "plain" | "dictionary" | "constant";

/** The column as it is, by dictionary, or its first row for all. */
function encode(column: Column, how: Encoded): Column {
  const { type, length } = column;
  const values = Array.from({ length }, (_, i) => readValue(column, i));
  if (how === "plain" || length === 0) return plainColumn(column);
  if (how === "constant") return { type, encoding: "constant", length, nulls: null, value: columnFromValues(type, [values[0]!]) };
  const entries = [...values, null];
  const nulls = Uint8Array.from(values, (value, i) => (value === null && i % 2 === 0 ? 1 : 0));
  const codes = Int32Array.from(values, (_, i) => (nulls[i] === 1 ? -1 : i));
  return {
    type,
    encoding: "dictionary",
    length,
    nulls: nulls.includes(1) ? nulls : null,
    codes,
    dictionary: columnFromValues(type, entries),
  };
}

const schema = types.struct(attributes.map(({ name, type }) => ({ name, type, nullable: true })));

export const batches: fc.Arbitrary<Batch> = fc
  .record({
    rows: fc.array(fc.tuple(...columns.map((type) => fc.option(valuesOf(type), { freq: 5 }))), { maxLength: 6 }),
    // Generated code is specialised for columns without nulls.
    nullable: fc.array(fc.boolean(), { minLength: columns.length, maxLength: columns.length }),
    encodings: fc.array(fc.constantFrom<Encoded>("plain", "plain", "plain", "dictionary", "constant"), {
      minLength: columns.length,
      maxLength: columns.length,
    }),
    spare: fc.tuple(...columns.map(valuesOf)),
  })
  .map(({ rows, nullable, encodings, spare }) => {
    const filled = rows.map((row) => row.map((value, i) => (value === null && !nullable[i] ? spare[i]! : value)));
    const batch = batchFromRows(schema, filled);
    return batchOf(
      schema,
      batch.columns.map((column, i) => encode(column, encodings[i]!)),
      batch.length,
    );
  });

const unary = [
  "not",
  "negative",
  "abs",
  "isnull",
  "isnotnull",
  "is true",
  "is not false",
  "isnan",
  "length",
  "octet_length",
  "upper",
  "lower",
  "trim",
  "ltrim",
  "rtrim",
  "year",
  "month",
  "day",
  "hour",
  "minute",
  "second",
  "quarter",
  "dayofweek",
  "weekday",
  "dayofyear",
  "weekofyear",
  "last_day",
  "floor",
  "ceil",
  "round",
  "sqrt",
  "ln",
  "signum",
  "~",
  "unix_seconds",
  "unix_micros",
  "timestamp_seconds",
  "timestamp_millis",
  "size",
  "reverse",
  "sort_array",
  "bit_count",
  "hex",
];
const binary = [
  "+",
  "-",
  "*",
  "/",
  "%",
  "div",
  "pmod",
  "try_add",
  "try_subtract",
  "try_multiply",
  "try_divide",
  "try_mod",
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "<=>",
  "and",
  "or",
  "&",
  "|",
  "^",
  "shiftleft",
  "shiftright",
  "coalesce",
  "nullif",
  "nvl",
  "greatest",
  "least",
  "concat",
  "contains",
  "startswith",
  "endswith",
  "instr",
  "substring",
  "left",
  "right",
  "date_add",
  "date_sub",
  "datediff",
  "add_months",
  "date_trunc",
  "like",
  "getItem",
  "array",
  "concat_ws",
  "pow",
  "atan2",
  "in",
];
const ternary = ["if", "case", "between", "in", "coalesce", "substring", "nvl2", "greatest", "concat", "locate", "replace"];
export const castTypes: readonly DataType[] = [
  types.boolean,
  types.byte,
  types.short,
  types.int,
  types.long,
  types.float,
  types.double,
  types.string,
  types.date,
  types.timestamp,
  types.timestampNtz,
  types.decimal(12, 3),
  types.decimal(30, 6),
  types.binary,
];

/** A tree of choices; `build` makes an expression of it, leaving out what does not resolve. */
export interface Tree {
  readonly name: string;
  readonly column: number;
  readonly literal: Value;
  readonly args: readonly Tree[];
}

const leaf: fc.Arbitrary<Tree> = fc.integer({ min: 0, max: columns.length - 1 }).chain((column) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Tree>({ name: "column", column, literal: null, args: [] }) },
    {
      weight: 1,
      arbitrary: fc
        .option(valuesOf(columns[column]!), { freq: 8 })
        .map((literal): Tree => ({ name: "literal", column, literal, args: [] })),
    },
  ),
);

export const { tree } = fc.letrec<{ tree: Tree }>((tie) => {
  const node = (names: readonly string[], count: number): fc.Arbitrary<Tree> =>
    fc
      .record({ name: fc.constantFrom(...names), args: fc.array(tie("tree"), { minLength: count, maxLength: count }) })
      .map(({ name, args }): Tree => ({ name, column: 0, literal: null, args }));
  const cast = fc
    .record({ index: fc.nat(castTypes.length - 1), isTry: fc.boolean(), arg: tie("tree") })
    .map(({ index, isTry, arg }): Tree => ({ name: isTry ? "try_cast" : "cast", column: index, literal: null, args: [arg] }));
  const field = fc.constantFrom("a", "s").map((name): Tree => ({ name: "field", column: 0, literal: name, args: [] }));
  return {
    tree: fc.oneof(
      { maxDepth: 4, depthSize: "small", withCrossShrink: true },
      leaf,
      field,
      node(unary, 1),
      node(binary, 2),
      node(ternary, 3),
      cast,
    ),
  };
});
