import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openParquet } from "../../connectors/parquet/read.js";
import { withParquetWasm } from "../../connectors/parquet/wasm.js";
import { batchFromRows, retainBatch, rowsOf } from "../../engine/arrow/columns.js";
import type { Batch } from "../../engine/arrow/batch.js";
import { decodeIpc, encodeIpcStream } from "../../engine/arrow/edge.js";
import { field, types, type DataType, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { ReadableFile } from "../../engine/contract/fileSystem.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { runs } from "./runs.js";

/*
 * Columns that are decoded here, against parquet-wasm's reading of the same file: every layout that its writer has (versions, sizes of pages, dictionaries
 * that are given up on the way, codecs), in batches of any size.
 */

/** Types with values that repeat and values that hardly do. */
const kinds: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [types.boolean, fc.boolean()],
  [types.int, fc.oneof(fc.integer(), fc.constantFrom(1, 2, -2_147_483_648))],
  [types.short, fc.integer({ min: -32_768, max: 32_767 })],
  [types.date, fc.integer({ min: -700_000, max: 2_900_000 })],
  [types.long, fc.oneof({ weight: 9, arbitrary: fc.bigInt(0n, 100_000n) }, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))],
  [types.long, fc.constantFrom(1n, -1n, 2n ** 53n - 1n, -(2n ** 53n) + 1n)],
  [types.long, fc.constantFrom(0n, 2n ** 53n, -(2n ** 53n))],
  [types.timestamp, fc.bigInt(-(10n ** 15n), 10n ** 16n)],
  [types.float, fc.float({ noNaN: true })],
  [types.double, fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0.5, -0))],
  [types.decimal(9, 2), fc.bigInt(-999_999_999n, 999_999_999n)],
  [types.decimal(18, 4), fc.bigInt(-(10n ** 18n) + 1n, 10n ** 18n - 1n)],
  [types.decimal(30, 4), fc.bigInt(-(10n ** 29n), 10n ** 29n)],
  [types.string, fc.constantFrom("", "new", "paid", "größer", "a text of more than a few letters")],
  [types.string, fc.string({ unit: "grapheme", maxLength: 40 })],
  [types.binary, fc.uint8Array({ maxLength: 20 })],
  [types.array(types.int), fc.array(fc.integer(), { maxLength: 3 })],
];

interface Layout {
  readonly codec: "SNAPPY" | "GZIP" | "UNCOMPRESSED" | "ZSTD";
  readonly dictionary: boolean;
  readonly isSecond: boolean;
  readonly pageBytes: number;
  readonly dictionaryBytes: number;
  readonly groupRows: number;
}

const anyLayout: fc.Arbitrary<Layout> = fc.record({
  codec: fc.constantFrom("SNAPPY", "GZIP", "UNCOMPRESSED", "ZSTD"),
  dictionary: fc.boolean(),
  isSecond: fc.boolean(),
  pageBytes: fc.constantFrom(50, 1000, 1_000_000),
  dictionaryBytes: fc.constantFrom(30, 500, 1_000_000),
  groupRows: fc.constantFrom(300, 100_000),
});

/** A table of many rows out of few drawn values: each column repeats its pool, some with nulls in runs and some with nulls here and there. */
const anyFlatTable = fc
  .tuple(
    fc.array(
      fc.constantFrom(...kinds).chain(([type, value]) =>
        fc.record({
          type: fc.constant(type),
          pool: fc.array(value, { minLength: 1, maxLength: 300 }),
          nulls: fc.constantFrom<"none" | "some" | "runs" | "all">("none", "some", "runs", "all"),
          step: fc.integer({ min: 1, max: 7 }),
        }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    fc.integer({ min: 0, max: 1500 }),
  )
  .map(([columns, count]) => {
    const schema = types.struct(columns.map(({ type }, i) => field(`c${i}`, type)));
    const isNull = { none: () => false, some: (i: number) => i % 3 === 1, runs: (i: number) => (i >> 6) % 2 === 1, all: () => true };
    const rows = Array.from({ length: count }, (_, i) =>
      columns.map(({ pool, nulls, step }) => (isNull[nulls](i) ? null : pool[(i * step + (i >> 5)) % pool.length]!)),
    );
    return { schema, rows };
  });

function write(schema: Schema, rows: readonly Value[][], layout: Layout): Uint8Array {
  const stream = encodeIpcStream([batchFromRows(schema, rows)], schema);
  return withParquetWasm((wasm) => {
    const properties = new wasm.WriterPropertiesBuilder()
      .setCompression(wasm.Compression[layout.codec])
      .setDictionaryEnabled(layout.dictionary)
      .setWriterVersion(layout.isSecond ? wasm.WriterVersion.V2 : wasm.WriterVersion.V1)
      .setDataPageSizeLimit(layout.pageBytes)
      .setDictionaryPageSizeLimit(layout.dictionaryBytes)
      .setWriteBatchSize(17)
      .setMaxRowGroupSize(layout.groupRows);
    return wasm.writeParquet(wasm.Table.fromIPCStream(stream), properties.build());
  });
}

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

async function read(bytes: Uint8Array, schema: Schema, rowsAtOnce: number): Promise<Batch[]> {
  const reader = await openParquet(fileOf(bytes), "file:/flat.parquet", schema, rowsAtOnce);
  const batches: Batch[] = [];
  for (let batch = await reader.next(); batch !== null; batch = await reader.next()) batches.push(retainBatch(batch));
  await reader.close();
  return batches;
}

test("columns that are decoded here are what parquet-wasm reads, in any layout of its writer", async () => {
  await fc.assert(
    fc.asyncProperty(anyFlatTable, anyLayout, fc.constantFrom(1, 7, 1000, 65_536), async ({ schema, rows }, layout, rowsAtOnce) => {
      const bytes = write(schema, rows, layout);
      // Arrow's reader has no room for what is within columns without rows.
      const expected =
        rows.length === 0 ? [] : withParquetWasm((wasm) => decodeIpc(wasm.readParquet(bytes).intoIPCStream(), schema)).flatMap(rowsOf);
      expect((await read(bytes, schema, rowsAtOnce)).flatMap(rowsOf)).toEqual(expected);
    }),
    { numRuns: runs(80) },
  );
});

test("files without checksums that are damaged give rows or a condition, and end", async () => {
  let refused = 0;
  const damage = fc.array(fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), byte: fc.nat(255) }), {
    minLength: 10,
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(anyFlatTable, anyLayout, damage, async ({ schema, rows }, layout, damages) => {
      const bytes = write(schema, rows, layout);
      for (const { at, byte } of damages) {
        const damaged = Uint8Array.from(bytes);
        damaged[Math.floor(at * bytes.length)] = byte;
        await read(damaged, schema, 1000).catch((error: unknown) => {
          if (!(error instanceof StreamingError)) throw error;
          expect(error.condition).toMatch(/^FAILED_READ_FILE\./);
          refused++;
        });
      }
    }),
    { numRuns: runs(15) },
  );
  expect(refused).toBeGreaterThan(0);
});

test("texts with few values come as a dictionary that all batches of a row group share", async () => {
  const schema = types.struct([field("status", types.string)]);
  const rows = Array.from({ length: 1000 }, (_, i) => [i % 10 === 0 ? null : ["new", "paid", "sent"][i % 3]!]);
  const layout: Layout = { codec: "SNAPPY", dictionary: true, isSecond: false, pageBytes: 1000, dictionaryBytes: 1000, groupRows: 10_000 };
  const reader = await openParquet(fileOf(write(schema, rows, layout)), "file:/flat.parquet", schema, 300);
  const dictionaries = new Set<unknown>();
  for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
    const column = batch.columns[0]!;
    dictionaries.add(column.encoding === "dictionary" ? column.dictionary : column.encoding);
  }
  expect([...dictionaries]).toEqual([expect.objectContaining({ length: 3 })]);
});
