import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { schema, Session, t } from "../../../index.js";
import type { DataFrame } from "../../../dataframe/dataFrame.js";
import { testRuntime } from "../../runtime/testRuntime.js";

const session = Session.create({ runtime: testRuntime(), warn: () => {} });

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "tidemark-metadata-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function put(root: string, name: string, text: string, seconds: number): Promise<void> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await utimes(path, seconds, seconds);
}

/** Two files of two rows each, in partition folders; a blank in their names. */
async function files(): Promise<string> {
  const root = join(await folder(), "in");
  for (const i of [0, 1]) await put(root, `p=${i}/f ${i}.json`, `{"a":${i}}\n{"a":${i + 10}}\n`, 1_700_000_000.25 + i);
  return root;
}

const read = (root: string): DataFrame => session.read.schema("a INT, p INT").json(root);
const names = ["f%200.json", "f%200.json", "f%201.json", "f%201.json"];

// Expected values are what Spark 4.3.0 gave of the same files.
describe("the hidden column _metadata", () => {
  it("is reached by a function of the row", async () => {
    const rows = await session.read
      .schema(schema({ a: t.int, p: t.int }))
      .json(await files())
      .where((row) => row["_metadata"].getField("file_size").gt(0))
      .select((row) => [row["_metadata"].getField("file_name").as("name")])
      .collect();
    expect(rows.map(({ name }) => name)).toEqual(names);
  });

  it("says path, name, size, block and time of a row's file", async () => {
    const root = await files();
    const shown = await read(root).selectExpr("CAST(_metadata AS STRING) AS text").limit(1).collect();
    expect(shown).toEqual([{ text: `{file:${root}/p=0/f%200.json, f%200.json, 17, 0, 17, 2023-11-14 22:13:20.25}` }]);
    expect(read(root).select("_metadata.*").columns).toEqual([
      "file_path",
      "file_name",
      "file_size",
      "file_block_start",
      "file_block_length",
      "file_modification_time",
    ]);
  });

  it.each<[string, (df: DataFrame) => DataFrame]>([
    ["beside *", (df) => df.selectExpr("*", "_metadata.file_name")],
    ["in other letters", (df) => df.selectExpr("_METADATA.FILE_NAME AS file_name")],
    ["above a select that does not name it", (df) => df.select("a").selectExpr("_metadata.file_name")],
    ["above drop and rename", (df) => df.drop("p").withColumnRenamed("a", "b").selectExpr("b", "_metadata.file_name")],
    ["above a filter", (df) => df.where("a >= 0").selectExpr("_metadata.file_name")],
    ["above an order and a limit", (df) => df.orderBy("p").limit(4).selectExpr("_metadata.file_name")],
    ["under an alias", (df) => df.alias("t").selectExpr("t._metadata.file_name")],
    ["above a generator", (df) => df.selectExpr("a", "explode(array(1)) AS e").selectExpr("e", "_metadata.file_name")],
    ["beside a generator", (df) => df.selectExpr("_metadata.file_name", "explode(array(1)) AS e")],
    ["behind distinct", (df) => df.distinct().orderBy("p").selectExpr("_metadata.file_name")],
    ["behind dropDuplicates", (df) => df.dropDuplicates("a", "p").orderBy("p").selectExpr("_metadata.file_name")],
    ["kept, and asked again", (df) => df.select("_metadata").selectExpr("1 AS z", "_metadata.file_name")],
    ["above a join", (df) => df.alias("x").crossJoin(session.range(0, 1)).orderBy("p").selectExpr("_metadata.file_name")],
    ["as a column", (df) => df.selectExpr("*", "_metadata.file_name")],
  ])("is found %s", async (_, query) => {
    const rows = await query(read(await files())).collect();
    expect(rows.map((row) => (row as { file_name: string }).file_name)).toEqual(names);
  });

  it("filters, orders and groups without becoming a column", async () => {
    const df = read(await files());
    expect(await df.where("_metadata.file_name = 'f%201.json'").collect()).toEqual([
      { a: 1, p: 1 },
      { a: 11, p: 1 },
    ]);
    expect(await df.orderBy("_metadata.file_name").limit(1).collect()).toEqual([{ a: 0, p: 0 }]);
    expect(await df.groupBy("_metadata.file_name").count().orderBy("file_name").collect()).toEqual([
      { file_name: "f%200.json", count: 2 },
      { file_name: "f%201.json", count: 2 },
    ]);
    expect(df.columns).toEqual(["a", "p"]);
    expect(df.drop("_metadata" as never).columns).toEqual(["a", "p"]);
    expect(await df.select("_metadata").groupBy().count().collect()).toEqual([{ count: 4 }]);
  });

  it("counts the rows of Parquet files", async () => {
    const out = join(await folder(), "out");
    await session.range(0, 3).write.parquet(out);
    const df = session.read.schema("id BIGINT").parquet(out) as unknown as DataFrame;
    expect(await df.where("id > 0").selectExpr("id", "_metadata.row_index").collect()).toEqual([
      { id: 1, row_index: 1 },
      { id: 2, row_index: 2 },
    ]);
    expect(await df.selectExpr("_metadata.file_name LIKE 'part-%.parquet' AS ok").distinct().collect()).toEqual([{ ok: true }]);
    expect(df.select("_metadata").schema.fields[0]!.type).toMatchObject({ kind: "struct", fields: { length: 7 } });
  });

  it("is there in csv and text, and in tables of SQL", async () => {
    const root = await files();
    const csv = session.read.schema("x STRING").csv(root) as unknown as DataFrame;
    expect(await csv.selectExpr("_metadata.file_size").distinct().collect()).toEqual([{ file_size: 17 }]);
    expect(await session.read.text(root).selectExpr("_metadata.file_block_length AS n").distinct().collect()).toEqual([{ n: 17 }]);
    const whole = session.read.format("text").option("wholetext", true).load(root);
    expect(await whole.selectExpr("_metadata.file_name").collect()).toEqual([{ file_name: "f%200.json" }, { file_name: "f%201.json" }]);
    read(root).createOrReplaceTempView("metadata_rows");
    const text = "SELECT a, _metadata.file_name AS f FROM metadata_rows WHERE _metadata.file_name LIKE '%1.json' ORDER BY a LIMIT 1";
    expect(await (await session.sql(text)).collect()).toEqual([{ a: 1, f: "f%201.json" }]);
  });

  it.each<[string, string, (df: DataFrame) => DataFrame]>([
    ["of groups", "UNRESOLVED_COLUMN.WITH_SUGGESTION", (df) => df.groupBy("a").count().select("_metadata")],
    ["of a union", "UNRESOLVED_COLUMN.WITH_SUGGESTION", (df) => df.union(df).select("_metadata")],
    ["of a select under another name", "UNRESOLVED_COLUMN.WITH_SUGGESTION", (df) => df.select("a").alias("t").select("_metadata")],
    ["of what is no file", "UNRESOLVED_COLUMN.WITH_SUGGESTION", () => session.range(0, 1).select("_metadata" as never)],
    [
      "of a stream that is no file",
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      () =>
        session.readStream
          .format("rate")
          .load()
          .select("_metadata" as never),
    ],
    ["for a field that is not there", "FIELD_NOT_FOUND", (df) => df.select("_metadata.row_index")],
  ])("is refused %s", async (_, condition, query) => {
    const root = await files();
    expect(() => query(read(root))).toThrow(expect.objectContaining({ condition }));
  });

  it("gives way to a column of the table", async () => {
    const root = join(await folder(), "in");
    await put(root, "f.json", '{"_metadata":"mine"}\n', 1_700_000_000);
    expect(await session.read.schema("_metadata STRING").json(root).select("_metadata").collect()).toEqual([{ _metadata: "mine" }]);
  });

  it("says the same of a file in a stream, also of a batch that runs again", async () => {
    const root = await files();
    const checkpoint = join(await folder(), "checkpoint");
    const seen: unknown[] = [];
    const run = async (fail: boolean): Promise<void> => {
      const df = session.readStream.schema("a INT, p INT").option("maxFilesPerTrigger", 1).json(root);
      const query = await df
        .selectExpr(
          "a",
          "_metadata.file_path AS path",
          "_metadata.file_size AS size",
          "CAST(_metadata.file_modification_time AS STRING) AS at",
        )
        .writeStream.option("checkpointLocation", checkpoint)
        .trigger({ availableNow: true })
        .foreachBatch(async (batch, id) => {
          if (fail && id === 1) throw new Error("once");
          seen.push(...(await batch.collect()));
        })
        .start();
      await query.awaitTermination();
    };
    await expect(run(true)).rejects.toThrow("once");
    await run(false);
    const row = (a: number, i: number, at: string): unknown => ({ a, path: `file:${root}/p=${i}/f%20${i}.json`, size: 17, at });
    expect(seen).toEqual([
      row(0, 0, "2023-11-14 22:13:20.25"),
      row(10, 0, "2023-11-14 22:13:20.25"),
      row(1, 1, "2023-11-14 22:13:21.25"),
      row(11, 1, "2023-11-14 22:13:21.25"),
    ]);
  });
});
