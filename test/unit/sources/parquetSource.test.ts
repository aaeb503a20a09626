import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { encodeParquet, unsupportedInParquet } from "../../../connectors/parquet/write.js";
import { openParquet } from "../../../connectors/parquet/read.js";
import { batchFromRows, rowsOf } from "../../../engine/arrow/columns.js";
import { field, types, typeName, windowType, type DataType, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { ReadableFile } from "../../../engine/contract/fileSystem.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { parquetProvider } from "../../../sources/files/source.js";
import { anyTable } from "../arrow/arbitraries.js";
import { drain, open, put, temporaryFolder } from "./support.js";

function fileOf(bytes: Uint8Array): ReadableFile {
  return {
    sizeBytes: bytes.length,
    async read(into, position) {
      // Short reads are allowed, so they must be borne.
      const part = bytes.subarray(position, position + Math.min(into.length, 1000));
      into.set(part);
      return part.length;
    },
    sync: async () => {},
    close: async () => {},
  };
}

async function readBack(bytes: Uint8Array, schema: Schema): Promise<Value[][]> {
  const reader = await openParquet(fileOf(bytes), "file:/x.parquet", schema, 1000);
  const rows: Value[][] = [];
  for (let batch = await reader.next(); batch !== null; batch = await reader.next()) rows.push(...rowsOf(batch));
  await reader.close();
  return rows;
}

const snappy = { codec: "snappy", dictionary: true } as const;

function isWritable(type: DataType): boolean {
  try {
    return unsupportedInParquet(type) === null;
  } catch {
    return false;
  }
}

describe("Parquet", () => {
  test("keeps every value of every type it has", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTable,
        fc.constantFrom("snappy", "none", "gzip", "zstd", "lz4_raw"),
        fc.boolean(),
        async ({ schema, rows }, codec, dictionary) => {
          fc.pre(isWritable(schema));
          const bytes = await encodeParquet([batchFromRows(schema, rows), batchFromRows(schema, rows)], schema, { codec, dictionary });
          expect(await readBack(bytes, schema)).toEqual([...rows, ...rows]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("is read by hyparquet too", async () => {
    const schema = types.struct([field("w", windowType), field("k", types.string), field("n", types.long), field("mean", types.double)]);
    const rows: Value[][] = [
      [[0n, 600_000_000n], "a", 2n ** 60n, 0.5],
      [null, null, null, null],
    ];
    const bytes = await encodeParquet([batchFromRows(schema, rows)], schema, snappy);
    const read = await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer });
    expect(read).toEqual([
      { w: { start: new Date(0), end: new Date(600_000) }, k: "a", n: 2n ** 60n, mean: 0.5 },
      // It shows a null struct as undefined.
      { w: undefined, k: null, n: null, mean: null },
    ]);
  });

  test("columns are found by name without regard to case, widened, and null where a file has none", async () => {
    const written = types.struct([field("Id", types.int), field("s", types.struct([field("x", types.int), field("y", types.string)]))]);
    const bytes = await encodeParquet([batchFromRows(written, [[7, [1, "a"]]])], written, snappy);
    const wanted = types.struct([
      field("new", types.string),
      field("s", types.struct([field("y", types.string), field("z", types.int)])),
      field("id", types.long),
    ]);
    expect(await readBack(bytes, wanted)).toEqual([[null, ["a", null], 7n]]);
    expect(await readBack(bytes, types.struct([]))).toEqual([[]]);
    await expect(readBack(bytes, types.struct([field("id", types.string)]))).rejects.toMatchObject({
      condition: "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
      parameters: { path: "file:/x.parquet", column: "[Id]", expectedType: "STRING", actualType: "INT32" },
    });
  });

  test("files that are none are refused by name", async () => {
    for (const bytes of [new Uint8Array(0), new TextEncoder().encode("this is a text and no parquet file at all")]) {
      await expect(readBack(bytes, types.struct([]))).rejects.toMatchObject({
        condition: "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
        parameters: { path: "file:/x.parquet" },
      });
    }
  });

  test.each([
    ["has become shorter", (): Promise<number> => Promise.resolve(0), "FAILED_READ_FILE.FILE_SHRANK", "FAILED_READ_FILE.FILE_SHRANK"],
    [
      "cannot be read any more",
      (): Promise<number> => Promise.reject(new Error("EIO")),
      "FAILED_READ_FILE.NO_HINT",
      "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
    ],
  ] as const)("a file that %s since it was opened is refused by name", async (_what, failure, rows, footer) => {
    const schema = types.struct([field("id", types.int)]);
    const file = fileOf(await encodeParquet([batchFromRows(schema, [[7], [8]])], schema, snappy));
    let fails = false;
    const changing: ReadableFile = { ...file, read: (into, at) => (fails ? failure() : file.read(into, at)) };
    const reader = await openParquet(changing, "file:/x.parquet", schema, 1000);
    fails = true;
    const parameters = { path: "file:/x.parquet" };
    await expect(reader.next()).rejects.toMatchObject({ condition: rows, parameters });
    await reader.close();
    await expect(openParquet(changing, "file:/x.parquet", schema, 1000)).rejects.toMatchObject({ condition: footer, parameters });
  });

  test("a folder of Spark's own streaming sink is read by its manifest, moved as it is", async () => {
    const output = new URL("../../golden/spark-checkpoints/stateless-filesink-compaction/output/", import.meta.url);
    const folder = await temporaryFolder();
    for (const name of readdirSync(output, { recursive: true, encoding: "utf8" })) {
      if (/(parquet|\d|compact)$/.test(name)) await put(join(folder, name), readFileSync(new URL(name, output)), 100);
    }
    const spare = types.struct([field("x", types.int)]);
    await put(join(folder, "part-leftover.parquet"), await encodeParquet([batchFromRows(spare, [[1]])], spare, snappy), 100);
    const schema = await parquetProvider.inferSchema!({ path: folder }, systemRuntime(), {});
    expect(typeName(schema)).toMatch(/^struct<.*bigint.*>$/);
    const rows = (await drain(await open(parquetProvider, { path: folder }, schema, { bounded: true }))).flat();
    expect(rows.length).toBe(23 * 3);
    expect(rows.every((text) => !text.includes("null"))).toBe(true);
  });
});
