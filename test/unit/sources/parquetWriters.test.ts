import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openParquet, parquetSchema } from "../../../connectors/parquet/read.js";
import { parseMetadata } from "../../../connectors/parquet/metadata.js";
import { inferredSchema } from "../../../connectors/parquet/sparkTypes.js";
import { retainBatch } from "../../../engine/arrow/columns.js";
import type { Batch } from "../../../engine/arrow/batch.js";
import { field, typeName, types, type Schema } from "../../../engine/arrow/types.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { parseDataType } from "../../../engine/sql/ddl.js";
import { localFileSystem } from "../../../runtime/localFileSystem.js";
import { rowsDifference } from "../../golden/runner/compare.js";
import { goldenRows, inOurForm } from "../../golden/runner/compareRun.js";
import type { GoldenRow, OutputColumn } from "../../golden/runner/case.js";

const folder = join(import.meta.dirname, "parquet");

/** A column of a file (null: all of them), read as a type (null: as it is inferred), and what Spark 4.3.0 said: `make.py`. */
interface SparkCase {
  readonly file: string;
  readonly column: string | null;
  readonly wanted: string | null;
  readonly schema?: readonly OutputColumn[];
  readonly rows?: readonly (readonly unknown[])[];
  readonly condition?: string;
}

const cases = JSON.parse(readFileSync(join(folder, "spark.json"), "utf8")) as readonly SparkCase[];

const open = async (name: string) => (await localFileSystem.open(join(folder, name)))!;

/** Of one column alone: what cannot be inferred of another is not asked. */
async function schemaOf({ file, column, wanted }: SparkCase): Promise<Schema> {
  if (column === null) return parquetSchema(await open(file), file);
  if (wanted !== null) return types.struct([field(column, parseDataType(wanted))]);
  const bytes = readFileSync(join(folder, file));
  const end = bytes.length - 8;
  const metadata = parseMetadata(bytes.subarray(end - bytes.readUInt32LE(end), end));
  return inferredSchema({ ...metadata, fields: metadata.fields.filter(({ name }) => name === column) });
}

async function rowsOf(file: string, schema: Schema): Promise<GoldenRow[]> {
  const reader = await openParquet(await open(file), `file:/${file}`, schema, 7);
  const rows: GoldenRow[] = [];
  try {
    for (let batch: Batch | null = await reader.next(); batch !== null; batch = await reader.next())
      rows.push(...goldenRows({ rows: retainBatch(batch) }));
  } finally {
    await reader.close();
  }
  return rows;
}

/** Where we differ on purpose: columns and wanted types, and what we do. */
const onPurpose: readonly (readonly [columns: RegExp, wanted: RegExp, what: string])[] = [
  [/^([iu](16|32)|u8|date|time)/, /^(tinyint|smallint)$/, "refused where a value does not fit; Spark takes the lowest bits"],
  [/^u32$/, /^double$/, "keeps the value; Spark's is negative"],
  [/^f16$/, /^(float|double|null)$/, "read; Spark refuses it"],
  [/ns/, /^(timestamp|timestamp_ntz)$/, "read, cut to microseconds; Spark refuses it"],
  [/ns/, /^null$/, "read, cut to microseconds; Spark refuses it"],
  [/^nothing$/, /./, "null in every type"],
];

/** What we make of a case, against what Spark does; null when it is the same. */
async function difference(given: SparkCase): Promise<string | null> {
  try {
    const schema = await schemaOf(given);
    const rows = await rowsOf(given.file, schema);
    if (given.rows === undefined) return `Spark refuses it (${given.condition}); we: ${JSON.stringify(rows.slice(0, 3))}`;
    const sparkTypes = given.schema!.map(({ type }) => type).join();
    const ours = schema.fields.map(({ type }) => typeName(type)).join();
    if (sparkTypes !== ours) return `of type ${sparkTypes}, ours ${ours}`;
    const expected = given.rows.map((row) => Object.fromEntries(given.schema!.map(({ name }, i) => [name, row[i]]))) as GoldenRow[];
    return rowsDifference(inOurForm(expected, given.schema), rows, true);
  } catch (error) {
    if (!(error instanceof StreamingError)) throw error;
    const isSaid =
      given.condition === "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH" ||
      (given.condition === "PARQUET_TYPE_ILLEGAL" && String(given.column).startsWith("time_"));
    if (isSaid && error.condition !== given.condition) return `${error.message}; Spark: ${given.condition}`;
    return given.condition === undefined ? `${error.message}; Spark: ${JSON.stringify(given.rows?.slice(0, 3))}` : null;
  }
}

describe("Parquet files of pyarrow and Polars", () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith(".parquet")))("%s is read as Spark reads it", async (file) => {
    // Spark has no brotli; the rows are those of the file in gzip.
    const own = cases
      .filter((given) => given.file === (file === "codec-brotli.parquet" ? "codec-gzip.parquet" : file))
      .map((given) => ({ ...given, file }));
    expect(own.length).toBeGreaterThan(0);
    const found: string[] = [];
    for (const given of own) {
      const problem = await difference(given);
      const isMeant = onPurpose.some(([columns, wanted]) => columns.test(String(given.column)) && wanted.test(String(given.wanted)));
      if (problem !== null && !isMeant) found.push(`${given.column} AS ${given.wanted}: ${problem}`);
    }
    expect(found).toEqual([]);
  });
});
