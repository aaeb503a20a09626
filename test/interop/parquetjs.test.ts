import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import parquetjs from "parquetjs-lite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { schema, Session, t } from "../../index.js";

/* An independent reader and writer of Parquet, with limits that facts set: flat files, no dictionaries, no decimals, times to the millisecond. */

const Flat = schema({ flag: t.boolean, small: t.int, large: t.long, ratio: t.double, name: t.string, at: t.timestamp });

interface FlatRow {
  readonly flag: boolean | null;
  readonly small: number | null;
  readonly large: number | null;
  readonly ratio: number | null;
  readonly name: string | null;
  readonly at: Date | null;
}

const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 4 });

const flatRows: fc.Arbitrary<FlatRow[]> = fc.array(
  fc.record({
    flag: orNull(fc.boolean()),
    small: orNull(fc.integer()),
    large: orNull(fc.maxSafeInteger()),
    // It writes -0 as 0.
    ratio: orNull(fc.double({ noNaN: true }).map((value) => value + 0)),
    name: orNull(fc.string({ unit: "grapheme" })),
    // parquetjs-lite writes times before 1970 as large unsigned numbers.
    at: orNull(fc.date({ min: new Date(0), max: new Date("2200-01-01T00:00:00Z"), noInvalidDate: true })),
  }),
  { minLength: 1, maxLength: 200 },
);

const session = Session.create();
let folder = "";
let counter = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-interop-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(["uncompressed", "snappy", "gzip"])(
  "parquetjs-lite reads flat files that we wrote without dictionary, %s",
  async (compression) => {
    await fc.assert(
      fc.asyncProperty(flatRows, async (rows) => {
        const path = join(folder, `ours-${counter++}`);
        await session
          .createDataFrame(rows.map(Object.values), Flat)
          .write.options({ compression, "parquet.enable.dictionary": false })
          .parquet(path);
        const files = (await readdir(path)).filter((name) => name.endsWith(".parquet"));
        const read = (await Promise.all(files.map((name) => rowsByParquetjs(join(path, name))))).flat();
        expect(read).toEqual(rows);
      }),
      { numRuns: 15 },
    );
  },
);

test.each(["UNCOMPRESSED", "SNAPPY", "GZIP"])("we read flat files that parquetjs-lite wrote, %s", async (compression) => {
  await fc.assert(
    fc.asyncProperty(flatRows, async (rows) => {
      const path = join(folder, `theirs-${counter++}`);
      await mkdir(path);
      await writeByParquetjs(join(path, "a.parquet"), rows, compression);
      const reader = await session.read.format("parquet").inferSchema(path);
      const frame = reader.load();
      expect(frame.schema.fields.map(({ name, type }) => `${name} ${type.kind}`)).toEqual([
        "flag boolean",
        "small int",
        "large long",
        "ratio double",
        "name string",
        "at timestamp",
      ]);
      const read = (await frame.collect()) as unknown as FlatRow[];
      expect(read.map((row) => ({ ...row, at: row.at === null ? null : new Date(row.at.getTime()) }))).toEqual(rows);
    }),
    { numRuns: 15 },
  );
});

type ReadRow = Omit<FlatRow, "large"> & { readonly large: bigint | null };

/** The rows as parquetjs-lite sees them: it leaves out what is null, and gives longs as bigint. */
async function rowsByParquetjs(path: string): Promise<FlatRow[]> {
  const reader = await parquetjs.ParquetReader.openFile(path);
  const rows: FlatRow[] = [];
  try {
    const cursor = reader.getCursor();
    for (let row = await cursor.next(); row !== null; row = await cursor.next()) {
      const { flag = null, small = null, large = null, ratio = null, name = null, at = null } = row as Partial<ReadRow>;
      rows.push({ flag, small, large: large === null ? null : Number(large), ratio, name, at });
    }
  } finally {
    await reader.close();
  }
  return rows;
}

async function writeByParquetjs(path: string, rows: readonly FlatRow[], compression: string): Promise<void> {
  const column = (type: string) => ({ type, optional: true, compression });
  const writer = await parquetjs.ParquetWriter.openFile(
    new parquetjs.ParquetSchema({
      flag: column("BOOLEAN"),
      small: column("INT32"),
      large: column("INT64"),
      ratio: column("DOUBLE"),
      name: column("UTF8"),
      at: column("TIMESTAMP_MILLIS"),
    }),
    path,
  );
  for (const row of rows) {
    await writer.appendRow(Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
  }
  await writer.close();
}
