import { parquetMetadata, parquetReadObjects } from "hyparquet";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openParquet } from "../../connectors/parquet/read.js";
import { withParquetWasm } from "../../connectors/parquet/wasm.js";
import { encodeParquet } from "../../connectors/parquet/write.js";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { batchFromRows, retainBatch, rowsOf } from "../../engine/arrow/columns.js";
import { decodeIpc } from "../../engine/arrow/edge.js";
import { field, types, type DataType, type Field, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { ReadableFile } from "../../engine/contract/fileSystem.js";
import { encodedAs } from "../unit/arrow/arbitraries.js";
import { runs } from "./runs.js";

/*
 * Files of columns that are written here, against two readers that are not ours (parquet-wasm, and hyparquet for the bounds) and against our own: any types and nulls, structs within structs, any encodings of
 * the batches, any sizes of them, pages that end within a batch.
 */

const leaves: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [types.boolean, fc.boolean()],
  [types.byte, fc.integer({ min: -128, max: 127 })],
  [types.short, fc.integer({ min: -32_768, max: 32_767 })],
  [types.int, fc.oneof(fc.integer(), fc.constantFrom(1, 2, -2_147_483_648))],
  [types.date, fc.integer({ min: -700_000, max: 2_900_000 })],
  [types.long, fc.oneof({ weight: 9, arbitrary: fc.bigInt(0n, 100_000n) }, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))],
  [types.long, fc.constantFrom(1n, -1n, 2n ** 53n - 1n, -(2n ** 53n) + 1n)],
  [types.timestamp, fc.bigInt(-(10n ** 15n), 10n ** 15n)],
  [types.timestampNtz, fc.bigInt(-(10n ** 15n), 10n ** 15n)],
  [types.float, fc.oneof(fc.float(), fc.constantFrom(0, -0))],
  [types.double, fc.oneof(fc.double(), fc.constantFrom(0.5, -0))],
  [types.decimal(9, 2), fc.bigInt(-999_999_999n, 999_999_999n)],
  [types.decimal(18, 4), fc.bigInt(-(10n ** 18n) + 1n, 10n ** 18n - 1n)],
  [types.decimal(30, 4), fc.bigInt(-(10n ** 29n), 10n ** 29n)],
  [types.decimal(38, 0), fc.bigInt(-(10n ** 38n) + 1n, 10n ** 38n - 1n)],
  [types.string, fc.constantFrom("", "new", "paid", "größer", "a text of more than a few letters")],
  [types.string, fc.string({ unit: "grapheme", maxLength: 90 })],
  [types.binary, fc.uint8Array({ maxLength: 90 })],
];

interface Drawn {
  readonly type: DataType;
  readonly pool: readonly Value[];
  readonly nulls: "never" | "none" | "some" | "runs" | "all";
  readonly step: number;
  /** Of a struct: its fields, each with values of its own. */
  readonly members: readonly Drawn[];
}

const anyLeaf: fc.Arbitrary<Drawn> = fc.constantFrom(...leaves).chain(([type, value]) =>
  fc.record({
    type: fc.constant(type),
    pool: fc.array(value, { minLength: 1, maxLength: 60 }),
    nulls: fc.constantFrom("never", "none", "some", "runs", "all"),
    step: fc.integer({ min: 1, max: 7 }),
    members: fc.constant([]),
  }),
);

function anyColumn(depth: number): fc.Arbitrary<Drawn> {
  if (depth === 0) return anyLeaf;
  const struct = fc.record({
    members: fc.array(anyColumn(depth - 1), { minLength: 1, maxLength: 3 }),
    nulls: fc.constantFrom<Drawn["nulls"]>("never", "none", "some", "runs", "all"),
    step: fc.integer({ min: 1, max: 7 }),
  });
  return fc.oneof(
    { weight: 4, arbitrary: anyLeaf },
    {
      weight: 1,
      arbitrary: struct.map(({ members, nulls, step }) => ({
        type: types.struct(members.map(fieldOf)),
        pool: [],
        nulls,
        step,
        members,
      })),
    },
  );
}

function fieldOf({ type, nulls }: Drawn, i: number): Field {
  return field(`c${i}`, type, nulls !== "never");
}

function valueAt({ pool, nulls, step, members }: Drawn, i: number): Value {
  const isNull = { never: false, none: false, some: i % 3 === 1, runs: (i >> 6) % 2 === 1, all: true }[nulls];
  if (isNull) return null;
  return members.length > 0 ? members.map((member) => valueAt(member, i)) : pool[(i * step + (i >> 5)) % pool.length]!;
}

interface Table {
  readonly schema: Schema;
  readonly rows: readonly Value[][];
  readonly batches: readonly Batch[];
}

const anyTable: fc.Arbitrary<Table> = fc
  .tuple(fc.array(anyColumn(2), { minLength: 1, maxLength: 4 }), fc.array(fc.oneof(fc.nat(60), fc.nat(800)), { maxLength: 4 }), fc.nat(100))
  .map(([columns, sizes, seed]) => {
    const schema = types.struct(columns.map(fieldOf));
    const rows: Value[][] = [];
    const batches = sizes.map((size, part) => {
      const some = Array.from({ length: size }, (_, i) => columns.map((column) => valueAt(column, rows.length + i)));
      rows.push(...some);
      // A batch may be in any encoding, and each in another.
      const encoded = schema.fields.map(({ type }, c) =>
        encodedAs(
          type,
          some.map((row) => row[c]!),
          seed + part + c,
        ),
      );
      return batchOf(schema, encoded, size);
    });
    return { schema, rows, batches };
  });

function fileOf(bytes: Uint8Array): ReadableFile {
  return {
    sizeBytes: bytes.length,
    async read(into, position) {
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
    sync: async () => {},
    close: async () => {},
  };
}

async function readByUs(bytes: Uint8Array, schema: Schema): Promise<Value[][]> {
  const reader = await openParquet(fileOf(bytes), "file:/written.parquet", schema, 1000);
  const batches: Batch[] = [];
  for (let batch = await reader.next(); batch !== null; batch = await reader.next()) batches.push(retainBatch(batch));
  await reader.close();
  return batches.flatMap(rowsOf);
}

function readByWasm(bytes: Uint8Array, schema: Schema): Value[][] {
  return withParquetWasm((wasm) => decodeIpc(wasm.readParquet(bytes).intoIPCStream(), schema)).flatMap(rowsOf);
}

function metadataOf(bytes: Uint8Array): ReturnType<typeof parquetMetadata> {
  return parquetMetadata(bytes.slice().buffer);
}

describe("Parquet files of columns without lists and maps", () => {
  test("are read as what was written, by parquet-wasm and by us", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTable,
        fc.constantFrom("snappy", "none", "gzip"),
        fc.boolean(),
        async ({ schema, rows, batches }, codec, dictionary) => {
          const bytes = await encodeParquet(batches, schema, { codec, dictionary });
          expect(await readByUs(bytes, schema)).toEqual(rows);
          // Arrow's reader has no room for what is within columns without rows.
          if (rows.length > 0) expect(readByWasm(bytes, schema)).toEqual(rows);
          expect(Number(metadataOf(bytes).num_rows)).toBe(rows.length);
        },
      ),
      { numRuns: runs(150) },
    );
  });

  test("say which values lie in a column, and how many do not", async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, fc.boolean(), async ({ schema, rows, batches }, dictionary) => {
        fc.pre(rows.length > 0);
        const bytes = await encodeParquet(batches, schema, { codec: "none", dictionary });
        const [group] = metadataOf(bytes).row_groups;
        const top = group!.columns.filter(({ meta_data }) => meta_data!.path_in_schema.length === 1);
        for (const { meta_data } of top) {
          const c = Number(meta_data!.path_in_schema[0]!.slice(1));
          const values = rows.map((row) => row[c]!);
          const { null_count, min_value, max_value } = meta_data!.statistics!;
          expect(Number(null_count)).toBe(values.filter((value) => value === null).length);
          const { kind } = schema.fields[c]!.type;
          if (kind !== "long" && kind !== "int" && kind !== "double" && kind !== "string") continue;
          const present = values.filter((value) => value !== null && !Number.isNaN(value));
          if (present.length === 0) expect([min_value, max_value]).toEqual([undefined, undefined]);
          else if (kind === "string") {
            const sorted = present.map((value) => Buffer.from(value as string)).toSorted((a, b) => Buffer.compare(a, b));
            if (min_value === undefined) continue;
            expect(Buffer.compare(Buffer.from(min_value as string), sorted[0]!)).toBeLessThanOrEqual(0);
            expect(Buffer.compare(Buffer.from(max_value as string), sorted.at(-1)!)).toBeGreaterThanOrEqual(0);
          } else {
            const sorted = present.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
            // Of the two zeros the least is -0 and the greatest is 0, whichever is there (Parquet's format says so).
            const zeros = kind === "double" ? [-0, 0] : [0, 0];
            const expected = [sorted[0], sorted.at(-1)].map((value, i) => (Number(value) === 0 ? zeros[i] : Number(value)));
            expect([min_value, max_value].map(Number)).toEqual(expected);
          }
        }
      }),
      { numRuns: runs(60) },
    );
  });

  test("have pages of at most 20,000 rows and a megabyte, whatever the batches are", async () => {
    const schema = types.struct([field("n", types.long), field("text", types.string)]);
    const long = "x".repeat(700_000);
    const text = (i: number): string | null => (i % 5 === 3 ? null : i % 9000 === 17 ? `${i}${long}` : `text ${i * 7919}`);
    const rows = Array.from({ length: 50_000 }, (_, i): Value[] => [BigInt(i), text(i)]);
    const batches = [rows.slice(0, 3), rows.slice(3, 30_000), rows.slice(30_000)].map((part) => batchFromRows(schema, part));
    for (const dictionary of [false, true]) {
      const bytes = await encodeParquet(batches, schema, { codec: "snappy", dictionary });
      expect(await readByUs(bytes, schema)).toEqual(rows);
      expect(readByWasm(bytes, schema)).toEqual(rows);
      const read = await parquetReadObjects({ file: bytes.slice().buffer });
      expect(read).toEqual(rows.map(([n, value]) => ({ n, text: value })));
    }
  });

  test("have row groups of a million rows", async () => {
    const schema = types.struct([field("n", types.int)]);
    const values = Int32Array.from({ length: 700_000 }, (_, i) => i);
    const batch: Batch = batchOf(schema, [{ type: types.int, encoding: "i32", values, length: values.length, nulls: null }], values.length);
    const bytes = await encodeParquet([batch, batch, batch], schema, { codec: "snappy", dictionary: true });
    expect(metadataOf(bytes).row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([1_048_576, 1_048_576, 2848]);
    const sum = withParquetWasm((wasm) => decodeIpc(wasm.readParquet(bytes).intoIPCStream(), schema)).reduce(
      (total, { columns: [column] }) => total + (column as unknown as { values: Int32Array }).values.reduce((a, b) => a + b, 0),
      0,
    );
    expect(sum).toBe((3 * 700_000 * 699_999) / 2);
  });
});
