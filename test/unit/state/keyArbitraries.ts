import fc from "fast-check";
import { columnFromValues, readValue } from "../../../engine/arrow/columns.js";
import type { Column } from "../../../engine/arrow/column.js";
import { field, types, type DataType } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";

const struct = types.struct([field("a", types.int), field("b", types.string)]);

/** Types of key columns, with values that collide often. */
const columns: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [types.string, fc.constantFrom("", "a", "b", "aaaa", "aaaaaaaa", "aaaaaaab", "é", "0123456789abcdef0123456789abcdef0123")],
  [types.long, fc.constantFrom(0n, 1n, -1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), 4294967296n)],
  [types.int, fc.integer({ min: -3, max: 3 })],
  [types.double, fc.constantFrom(0, -0, NaN, 1.5, Infinity)],
  [types.boolean, fc.boolean()],
  [types.timestamp, fc.constantFrom(0n, -1n, 1_700_000_000_000_000n)],
  [types.decimal(30, 2), fc.constantFrom(0n, 10n ** 29n, -(10n ** 29n))],
  [types.binary, fc.constantFrom(new Uint8Array([1]), new Uint8Array([]))],
  [struct, fc.tuple<[Value, Value]>(fc.option(fc.integer({ min: 0, max: 2 })), fc.option(fc.constantFrom("x", "y")))],
  [types.array(types.int), fc.array(fc.option(fc.integer({ min: 0, max: 1 })), { maxLength: 2 })],
];

export type Encoding = "plain" | "dictionary" | "constant";

/** A batch of keys: its rows, and how its columns are encoded. Constant columns repeat the first row. */
export interface KeyBatch {
  readonly rows: readonly (readonly Value[])[];
  readonly encoding: Encoding;
  /** Removes every so many keys. */
  readonly removeEvery: number;
}

/** Key types and some batches of them. */
export const keyBatches = fc.uniqueArray(fc.nat(columns.length - 1), { minLength: 0, maxLength: 3 }).chain((chosen) =>
  fc.record({
    keyTypes: fc.constant(chosen.map((c) => columns[c]![0])),
    batches: fc.array(
      fc
        .record({
          rows: fc.array(fc.tuple(...chosen.map((c) => fc.option(columns[c]![1]))), { maxLength: 40 }),
          encoding: fc.constantFrom<Encoding>("plain", "dictionary", "constant"),
          removeEvery: fc.integer({ min: 2, max: 9 }),
        })
        .map((batch): KeyBatch => (batch.encoding === "constant" ? { ...batch, rows: batch.rows.map(() => batch.rows[0]!) } : batch)),
      { maxLength: 5 },
    ),
  }),
);

export function columnsOf(keyTypes: readonly DataType[], { rows, encoding }: KeyBatch): Column[] {
  return keyTypes.map((type, c) => {
    const values = rows.map((row) => row[c]!);
    if (encoding === "constant" && rows.length > 0)
      return { type, encoding, length: rows.length, nulls: null, value: columnFromValues(type, [values[0]!]) };
    const plain = columnFromValues(type, values);
    return encoding === "dictionary" ? dictionaryOf(plain) : plain;
  });
}

/** A text that is the same for keys that group together. */
export function identity(key: readonly Value[]): string {
  return JSON.stringify(key, (_, v: unknown) => {
    if (typeof v === "bigint") return `${v}n`;
    if (typeof v === "number") return Number.isNaN(v) ? "NaN" : v === 0 ? 0 : v === Infinity ? "Infinity" : v;
    return v instanceof Uint8Array ? `b${[...v].join()}` : v;
  });
}

function dictionaryOf(column: Column): Column {
  const codes = Int32Array.from({ length: column.length }, (_, i) => column.length - 1 - i);
  const values = Array.from(codes, (code) => readValue(column, code));
  const dictionary = columnFromValues(column.type, values);
  return { type: column.type, encoding: "dictionary", length: column.length, nulls: null, codes, dictionary };
}
