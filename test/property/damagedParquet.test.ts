import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openParquet } from "../../connectors/parquet/read.js";
import { encodeParquet, unsupportedInParquet } from "../../connectors/parquet/write.js";
import { batchFromRows, rowsOf } from "../../engine/arrow/columns.js";
import { field, types, type DataType, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { ReadableFile } from "../../engine/contract/fileSystem.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { anyTable } from "../unit/arrow/arbitraries.js";
import { runs, stride } from "./runs.js";

/*
 * Damaged bytes of any kind: what is read of them are the right rows, or a condition that names the file. The native decoder panics on many of these
 * files; were one of its panics to come from outside of the promise that waits, it would end this process.
 */

const path = "file:/damaged.parquet";

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

async function readAll(bytes: Uint8Array, schema: Schema): Promise<Value[][]> {
  const reader = await openParquet(fileOf(bytes), path, schema, 65_536);
  const rows: Value[][] = [];
  try {
    for (let batch = await reader.next(); batch !== null; batch = await reader.next()) rows.push(...rowsOf(batch));
  } finally {
    await reader.close();
  }
  return rows;
}

async function expectRightOrRefused(
  bytes: Uint8Array,
  schema: Schema,
  right: readonly Value[][],
  what: string,
): Promise<"right" | "refused"> {
  const read = await readAll(bytes, schema).catch((error: unknown) => error);
  if (Array.isArray(read)) {
    expect({ what, read }).toEqual({ what, read: right });
    return "right";
  }
  if (!(read instanceof StreamingError)) throw new Error(`${what}: ${String(read)}`, { cause: read });
  expect({ what, condition: read.condition, path: read.parameters["path"] }).toEqual({
    what,
    condition: expect.stringMatching(/^FAILED_READ_FILE\./) as string,
    path,
  });
  return "refused";
}

function isWritable(type: DataType): boolean {
  try {
    return unsupportedInParquet(type) === null;
  } catch {
    return false;
  }
}

const readings: Schema = types.struct([
  field("id", types.long),
  field("name", types.string),
  field("price", types.double),
  field("tags", types.array(types.string)),
  field("place", types.struct([field("x", types.int), field("total", types.decimal(20, 2))])),
]);

const hundredRows: Value[][] = Array.from({ length: 100 }, (_, i) => [
  BigInt(i),
  i % 11 === 0 ? null : `user-${i % 9}`,
  i / 7,
  Array.from({ length: i % 3 }, (_unused, j) => `t${j}`),
  i % 5 === 0 ? null : [i, BigInt(i) * 10n ** 14n],
]);

test.each(["snappy", "none", "zstd", "gzip", "lz4_raw"] as const)(
  "kind: damaged bytes that kill the process: every flipped bit and every truncation of a hundred rows, %s",
  async (codec) => {
    const bytes = await encodeParquet([batchFromRows(readings, hundredRows)], readings, { codec, dictionary: true });
    const counts = { right: 0, refused: 0 };
    // Some forty bits a codec. The nightly run takes many more.
    for (let bit = 0; bit < bytes.length * 8; bit += stride(971)) {
      const damaged = Uint8Array.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      counts[await expectRightOrRefused(damaged, readings, hundredRows, `bit ${bit}`)]++;
    }
    expect(counts.refused).toBeGreaterThan(counts.right);
    for (let length = 0; length < bytes.length; length += stride(997)) {
      expect(await expectRightOrRefused(bytes.subarray(0, length), readings, hundredRows, `the first ${length} bytes`)).toBe("refused");
    }
  },
);

test("kind: damaged bytes that kill the process: any damage of any table", async () => {
  let refused = 0;
  const damage = fc.record({
    kind: fc.constantFrom("flip", "zero", "drop", "repeat", "noise"),
    at: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
    length: fc.integer({ min: 1, max: 64 }),
    byte: fc.integer({ min: 0, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(
      anyTable,
      fc.constantFrom("snappy", "none", "zstd"),
      fc.boolean(),
      fc.array(damage, { minLength: 1, maxLength: 20 }),
      async ({ schema, rows }, codec, dictionary, damages) => {
        fc.pre(isWritable(schema));
        const bytes = await encodeParquet([batchFromRows(schema, rows)], schema, { codec, dictionary });
        for (const { kind, at, length, byte } of damages) {
          const start = Math.floor(at * bytes.length);
          const damaged = damagedAt(bytes, kind, start, length, byte);
          const what = `${kind} ${length} bytes at ${start} of ${bytes.length}`;
          if ((await expectRightOrRefused(damaged, schema, rows, what)) === "refused") refused++;
        }
      },
    ),
    { numRuns: runs(5) },
  );
  expect(refused).toBeGreaterThan(0);
});

function damagedAt(bytes: Uint8Array, kind: string, start: number, length: number, byte: number): Uint8Array {
  const end = Math.min(bytes.length, start + length);
  if (kind === "drop") return Uint8Array.from([...bytes.subarray(0, start), ...bytes.subarray(end)]);
  if (kind === "repeat") return Uint8Array.from([...bytes.subarray(0, end), ...bytes.subarray(start)]);
  const damaged = Uint8Array.from(bytes);
  if (kind === "flip") damaged[start]! ^= 1 << (byte & 7);
  else damaged.fill(kind === "zero" ? 0 : byte, start, end);
  return damaged;
}
