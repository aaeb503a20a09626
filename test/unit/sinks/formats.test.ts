import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { describe, expect, it, onTestFinished } from "vitest";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types, typeName } from "../../../engine/arrow/types.js";
import { createCsvWriter } from "../../../engine/kernel/csv/csvWriter.js";
import { Session } from "../../../index.js";
import { testRuntime } from "../../runtime/testRuntime.js";

const session = Session.create({ runtime: testRuntime(), warn: () => {} });

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "tidemark-sink-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return join(made, "out");
}

/** The data files of a folder and those within it, by their path there. */
function filesOf(out: string): { readonly name: string; readonly text: string; readonly bytes: Uint8Array }[] {
  return readdirSync(out, { recursive: true, encoding: "utf8" })
    .filter((name) => /part-[^/]*$/.test(name) && !name.includes("_spark_metadata"))
    .toSorted()
    .map((name) => ({ name, bytes: readFileSync(join(out, name)), text: readFileSync(join(out, name), "utf8") }));
}

const values = [
  "a",
  "a,b",
  'say "hi"',
  "a\\b",
  'a\\"b',
  "x\ny",
  "x\r",
  "",
  "  lead",
  "trail  ",
  "\t",
  "#c",
  null,
  "null",
  '"',
  "é,日",
  "a;b",
  "\\",
  '\\"',
];

describe("the csv writer", () => {
  const schema = types.struct([field("a", types.string), field("b", types.string)]);
  const rows = batchFromRows(
    schema,
    values.map((value) => [value, "k"]),
  );

  /** What Spark 4.3.0 wrote of the same rows. */
  it.each([
    [
      {},
      'a,k\n"a,b",k\n"say \\"hi\\"",k\na\\b,k\n"a\\\\\\"b",k\n"x\ny",k\n"x",k\n"",k\nlead,k\ntrail,k\n"",k\n"#c",k\n,k\nnull,k\n"\\"",k\n"é,日",k\na;b,k\n\\,k\n"\\\\\\"",k\n',
    ],
    [
      { quoteAll: "true" },
      '"a","k"\n"a,b","k"\n"say \\"hi\\"","k"\n"a\\\\b","k"\n"a\\\\\\"b","k"\n"x\ny","k"\n"x","k"\n"","k"\n"lead","k"\n"trail","k"\n"","k"\n"#c","k"\n"","k"\n"null","k"\n"\\"","k"\n"é,日","k"\n"a;b","k"\n"\\\\","k"\n"\\\\\\"","k"\n',
    ],
    [
      { escapeQuotes: "false" },
      'a,k\n"a,b",k\nsay "hi",k\na\\b,k\na\\"b,k\n"x\ny",k\n"x",k\n"",k\nlead,k\ntrail,k\n"",k\n"#c",k\n,k\nnull,k\n"\\"",k\n"é,日",k\na;b,k\n\\,k\n\\",k\n',
    ],
    [
      { escape: '"' },
      'a,k\n"a,b",k\n"say ""hi""",k\na\\b,k\n"a\\""b",k\n"x\ny",k\n"x",k\n"",k\nlead,k\ntrail,k\n"",k\n"#c",k\n,k\nnull,k\n"""",k\n"é,日",k\na;b,k\n\\,k\n"\\""",k\n',
    ],
    [
      { sep: ";", nullValue: "NA" },
      'a;k\na,b;k\n"say \\"hi\\"";k\na\\b;k\n"a\\\\\\"b";k\n"x\ny";k\n"x";k\n"";k\nlead;k\ntrail;k\n"";k\n"#c";k\nNA;k\nnull;k\n"\\"";k\né,日;k\n"a;b";k\n\\;k\n"\\\\\\"";k\n',
    ],
    [
      { emptyValue: "" },
      'a,k\n"a,b",k\n"say \\"hi\\"",k\na\\b,k\n"a\\\\\\"b",k\n"x\ny",k\n"x",k\n,k\nlead,k\ntrail,k\n,k\n"#c",k\n,k\nnull,k\n"\\"",k\n"é,日",k\na;b,k\n\\,k\n"\\\\\\"",k\n',
    ],
  ])("writes fields as Spark does, with %j", (options, expected) => {
    expect(createCsvWriter(schema, options, "UTC").lines(rows)).toBe(expected);
  });

  it("writes what it reads back, of every type", async () => {
    const out = await folder();
    const frame = session
      .range(0, 3)
      .selectExpr(
        "id",
        "CAST(id AS STRING) || ', \"x\"' AS s",
        "id / 2 AS d",
        "CAST(id AS DECIMAL(6,2)) AS m",
        "id = 1 AS b",
        "DATE '2024-01-02' AS day",
        "TIMESTAMP '2024-01-02 03:04:05.678' AS at",
        "CAST(NULL AS INT) AS n",
      );
    await frame.write.option("header", true).csv(out);
    const back = session.read.schema("id BIGINT, s STRING, d DOUBLE, m DECIMAL(6,2), b BOOLEAN, day DATE, at TIMESTAMP, n INT");
    expect(await back.option("header", true).csv(out).collect()).toEqual(await frame.collect());
    expect(filesOf(out)[0]!.text).toContain('1,"1, \\"x\\"",0.5,1.00,true,2024-01-02,2024-01-02T03:04:05.678Z,\n');
  });

  it("writes bytes as Spark shows them", () => {
    const bytes = types.struct([field("a", types.binary)]);
    expect(createCsvWriter(bytes, {}, "UTC").lines(batchFromRows(bytes, [[new Uint8Array([0x61, 0x0b])]]))).toBe("[61 0B]\n");
  });

  it("refuses what no field can hold", async () => {
    const out = await folder();
    const frame = session.range(0, 1).selectExpr("array(id) AS a");
    await expect(frame.write.csv(out)).rejects.toMatchObject({ condition: "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE" });
  });
});

describe("encodings of files of text", () => {
  /** What Spark 4.3.0 wrote of `concat('é日', id)`, in latin1. */
  const line = {
    "UTF-16": "\xfe\xff\x00\xe9e\xe5\x000\x00\n",
    "UTF-16LE": "\xe9\x00\xe5e0\x00\n\x00",
    "UTF-16BE": "\x00\xe9e\xe5\x000\x00\n",
  };

  it.each<[string, string]>([
    ...Object.entries(line),
    ["UTF-32", "\x00\x00\x00\xe9\x00\x00e\xe5\x00\x00\x000\x00\x00\x00\n"],
    ["ISO-8859-1", "\xe9?0\n"],
    ["US-ASCII", "??0\n"],
    ["utf-8", "\xc3\xa9\xe6\x97\xa50\n"],
  ])("are written in %s as Spark does, and read back", async (encoding, expected) => {
    const frame = session.range(0, 1).selectExpr("'é日' || id AS value");
    for (const option of ["encoding", "charset"]) {
      const out = await folder();
      await frame.write.option(option, encoding).csv(out);
      expect(Buffer.from(filesOf(out)[0]!.bytes).toString("latin1")).toBe(expected);
      const json = await folder();
      await frame.write.option(option, encoding).option("lineSep", "|").json(json);
      const { bytes } = filesOf(json)[0]!;
      const width = encoding === "UTF-32" ? 4 : encoding.startsWith("UTF-16") ? 2 : 1;
      expect(
        Buffer.from(bytes)
          .toString("latin1")
          .endsWith(encoding.endsWith("LE") ? "|\x00" : `${"\x00".repeat(width - 1)}|`),
      ).toBe(true);
      if (encoding === "US-ASCII" || encoding === "ISO-8859-1") continue;
      const reader = session.read.schema("value STRING").option(option, encoding);
      expect(await reader.csv(out).collect()).toEqual(await frame.collect());
      expect(await reader.option("lineSep", "|").json(json).collect()).toEqual(await frame.collect());
    }
  });

  it("are refused by name before anything is written, and so are line ends that no reader takes", async () => {
    const frame = session.range(0, 1).selectExpr("'a' AS value");
    for (const format of ["csv", "json"]) {
      const write = frame.write.format(format).option("encoding", "latin-7");
      await expect(write.save(await folder())).rejects.toMatchObject({ condition: "INVALID_PARAMETER_VALUE.CHARSET" });
    }
    for (const [format, lineSep] of [
      ["csv", ""],
      ["csv", "|||"],
      ["text", ""],
      ["json", ""],
    ] as const) {
      const write = frame.write.format(format).option("lineSep", lineSep);
      await expect(write.save(await folder())).rejects.toMatchObject({ condition: "INVALID_OPTION_VALUE" });
    }
  });
});

describe("other file sinks", () => {
  it("text is one string column, a line a row", async () => {
    const out = await folder();
    await session.range(0, 3).selectExpr("if(id = 1, NULL, CAST(id AS STRING)) AS v").write.text(out);
    expect(filesOf(out).map(({ text }) => text)).toEqual(["0\n\n2\n"]);
    await expect(session.range(0, 1).write.text(await folder())).rejects.toMatchObject({ condition: "INVALID_TEXT_SCHEMA" });
  });

  it("arrow is IPC files that apache-arrow opens", async () => {
    const out = await folder();
    await session.range(0, 3).selectExpr("id", "CAST(id AS STRING) AS s").write.format("arrow").save(out);
    const [file] = filesOf(out);
    expect(file!.name).toMatch(/\.arrow$/);
    expect(
      tableFromIPC(file!.bytes)
        .toArray()
        .map((row) => ({ ...row })),
    ).toEqual([0, 1, 2].map((i) => ({ id: BigInt(i), s: String(i) })));
  });

  it("noop takes the rows of a stream and keeps nothing", async () => {
    const input = await folder();
    await session.range(0, 5).write.json(input);
    const stream = session.readStream.schema("id BIGINT").json(input);
    const checkpointLocation = await folder();
    const query = await stream.writeStream
      .format("noop")
      .option("checkpointLocation", checkpointLocation)
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    expect(query.recentProgress.map(({ numInputRows }) => numInputRows)).toContain(5);
  });
});

describe("partitionBy", () => {
  const frame = session.range(0, 6).selectExpr("id", "id % 2 AS half", "if(id = 5, NULL, concat('a/b=', CAST(id % 3 AS STRING))) AS text");
  const paths = ["half=0/text=a%2Fb%3D0", "half=0/text=a%2Fb%3D1", "half=0/text=a%2Fb%3D2", "half=1/text=__HIVE_DEFAULT_PARTITION__"];

  it.each(["csv", "json", "parquet", "arrow"])("puts %s files into folders by value, which reading gives back", async (format) => {
    const out = await folder();
    await frame.write.format(format).partitionBy("half", "text").save(out);
    expect([...new Set(filesOf(out).map(({ name }) => name.replace(/\/part-.*/, "")))].slice(0, 4)).toEqual(paths);
    if (format === "arrow") return;
    const reader = session.read.format(format).options(format === "csv" ? { inferSchema: true } : {});
    const read = await reader.load(out);
    expect(typeName(types.struct(read.schema.fields))).toMatch(/half:int,text:string>$/);
    expect(await read.selectExpr("count(*) AS n", "sum(half) AS s", "count(text) AS t").collect()).toEqual([{ n: 6, s: 3, t: 5 }]);
    expect(await read.where("half = 1 AND text IS NULL").count()).toBe(1);
    expect(await read.select("half").distinct().count()).toBe(2);
  });

  it("works for a stream, exactly once, and for the stream that reads it", async () => {
    const [input, out, first, second] = [await folder(), await folder(), await folder(), await folder()];
    await frame.write.json(input);
    const run = async (): Promise<void> => {
      const stream = session.readStream.schema("id BIGINT, half BIGINT, text STRING").json(input);
      const writer = stream.writeStream.format("parquet").partitionBy("half").option("checkpointLocation", first);
      const query = await writer.option("path", out).trigger({ availableNow: true }).start();
      await query.awaitTermination();
    };
    await run();
    await run();
    const again = session.readStream.schema("id BIGINT, half INT").parquet(out).where("half = 1");
    const query = await again.writeStream
      .format("memory")
      .queryName("halves")
      .option("checkpointLocation", second)
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    expect((await session.table("halves").collect()).toSorted((a, b) => Number(a["id"]) - Number(b["id"]))).toEqual(
      [1, 3, 5].map((id) => ({ id, half: 1 })),
    );
  });

  it("refuses columns that are not there, all of them, and values that do not fit", async () => {
    const out = await folder();
    await expect(frame.write.partitionBy("other").parquet(out)).rejects.toMatchObject({
      condition: "PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA",
    });
    await expect(frame.write.partitionBy("id", "half", "text").parquet(out)).rejects.toMatchObject({
      condition: "ALL_PARTITION_COLUMNS_NOT_ALLOWED",
    });
    await expect(frame.selectExpr("id", "array(id) AS a").write.partitionBy("a").parquet(out)).rejects.toMatchObject({
      condition: "INVALID_PARTITION_COLUMN_DATA_TYPE",
    });
    await frame.write.partitionBy("text").json(out);
    await expect(session.read.schema("id BIGINT, text INT").json(out).collect()).rejects.toMatchObject({
      condition: "INVALID_PARTITION_VALUE",
    });
  });
});
