import { expect, test } from "vitest";
import { parseMetadata } from "../../../connectors/parquet/metadata.js";
import { encodeParquet } from "../../../connectors/parquet/write.js";
import type { Batch } from "../../../engine/arrow/batch.js";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";

const schema = types.struct([
  field("id", types.string),
  field("user", types.string),
  field("seen", types.long),
  field("few", types.double),
  field("mostly null", types.string),
  field("device", types.string),
  field("page", types.string),
]);

function row(i: number): Value[] {
  return [
    `id-${i}`,
    `user-${i % 700}`,
    BigInt(i) * 1_000_003n,
    (i * 7919) % 90,
    i % 10 === 0 ? `note ${i}` : null,
    `d${Math.floor((Math.sin(i) + 1) * 2500)}`,
    page(i),
  ];
}

/** Seldom the same, but so long that a code in its place saves much. */
function page(i: number): string {
  return `https://example.org/shop/articles/${(i * 13) % 2000}/reviews?page=1`;
}

async function columnsWithDictionary(batches: readonly Batch[], dictionary = true): Promise<string[]> {
  const file = await encodeParquet(batches, schema, { codec: "snappy", dictionary });
  const footerBytes = new DataView(file.buffer, file.byteOffset + file.length - 8, 4).getUint32(0, true);
  const { rowGroups } = parseMetadata(file.subarray(file.length - 8 - footerBytes, file.length - 8));
  return rowGroups.flatMap(({ columns }) => columns.flatMap(({ path, hasDictionary }) => (hasDictionary ? [path.join(".")] : [])));
}

test.each([1, 7, 3000])(
  "columns of which a dictionary saves little are written without one, in batches of %i rows and more",
  async (rows) => {
    const batches: Batch[] = [];
    for (let i = 0; i < 20_000; i += rows + batches.length)
      batches.push(
        batchFromRows(
          schema,
          Array.from({ length: Math.min(rows + batches.length, 20_000 - i) }, (_, j) => row(i + j)),
        ),
      );
    expect(await columnsWithDictionary(batches)).toEqual(["user", "few", "mostly null", "page"]);
    expect(await columnsWithDictionary(batches, false)).toEqual([]);
  },
);

test("a small file keeps its dictionaries, and one without rows is written", async () => {
  const some = batchFromRows(
    schema,
    Array.from({ length: 100 }, (_, i) => row(i)),
  );
  expect(await columnsWithDictionary([some])).toEqual(schema.fields.map(({ name }) => name));
  expect(await columnsWithDictionary([batchFromRows(schema, [])])).toEqual([]);
});
