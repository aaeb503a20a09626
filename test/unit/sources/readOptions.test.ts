import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Session, type DataFrame } from "../../../index.js";
import { refusalOf } from "../query/queryWorld.js";
import { testRuntime } from "../../runtime/testRuntime.js";
import { temporaryFolder } from "./support.js";

const session = Session.create({ runtime: testRuntime(), warn: () => {} });

let folder: string;

async function file(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

const columns = (frame: DataFrame): string => frame.schema.fields.map(({ name, type }) => `${name} ${type.kind}`).join(", ");

const read = (path: string, basePath?: string) => {
  const reader = session.read.format("json");
  return (basePath === undefined ? reader : reader.option("basePath", join(folder, basePath))).load(join(folder, path));
};

const pruned = (pruning: boolean) =>
  session.read.schema("a INT, b INT").option("columnPruning", pruning).option("mode", "DROPMALFORMED").csv(join(folder, "0.csv"));

describe("basePath: below which folder names of folders are columns", () => {
  beforeEach(async () => {
    folder = await temporaryFolder();
    for (const p of [1, 2]) for (const q of ["x", "y"]) await file(`p=${p}/q=${q}/f.json`, `{"v":${p}}\n`);
  });

  // What Spark 4.3.0 infers.
  it.each([
    ["", undefined, "v long, p int, q string", 4],
    ["p=1", undefined, "v long, q string", 2],
    ["p=1", "", "v long, p int, q string", 2],
    ["p=1", "p=1", "v long, q string", 2],
    ["p=*/q=x", "", "v long, p int, q string", 2],
    ["p=*/q=x", undefined, "v long", 2],
    ["p=*", undefined, "v long, q string", 4],
    ["*/*/*.json", undefined, "v long", 4],
    ["p=1/q=x/f.json", undefined, "v long", 1],
    ["p=1/q=x/f.json", "", "v long, p int, q string", 1],
  ])("of %s with %s: %s", async (path, basePath, expected, count) => {
    const table = await read(path, basePath);
    expect(columns(table)).toBe(expected);
    const rows = await table.collect();
    expect(rows.length).toBe(count);
    if (expected.includes("p int")) expect(rows.every((row) => row["p"] === Number(row["v"]))).toBe(true);
    if (expected.includes("q string")) expect(rows.every((row) => /^[xy]$/.test(String(row["q"])))).toBe(true);
  });

  it("of a stream too", async () => {
    const stream = session.readStream.schema("v INT, p INT, q STRING").option("basePath", folder).json(join(folder, "p=2"));
    const query = await stream.writeStream
      .format("memory")
      .queryName("basePath")
      .option("checkpointLocation", join(await temporaryFolder(), "c"))
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    const rows = await session.table("basePath").orderBy("q").collect();
    expect(rows).toEqual([
      { v: 2, p: 2, q: "x" },
      { v: 2, p: 2, q: "y" },
    ]);
  });

  it("holds the path, or is refused", async () => {
    expect(await refusalOf(Promise.resolve().then(() => read("p=1", "p=2")))).toMatchObject({
      condition: "INVALID_OPTION_VALUE",
      parameters: { option: "basePath" },
    });
  });
});

describe("options of the readers of CSV and JSON", () => {
  beforeEach(async () => void (folder = await temporaryFolder()));

  // What Spark 4.3.0 reads.
  it.each([
    [
      "TIMESTAMP",
      "timestampFormat",
      ["2020-02-01 00:00:00", "2020-03-04 00:00:00", "2019-12-31 23:00:00", null, "2020-01-02 03:04:05"],
      ["2020-02-01 00:00:00", null, null, null, null],
    ],
    ["DATE", "dateFormat", ["2020-02-01", "2020-03-04", "2020-01-01", null, "2020-01-02"], ["2020-02-01", null, null, null, null]],
  ])("enableDateTimeParsingFallback reads a %s as CAST does where the pattern does not fit", async (type, option, falling, plain) => {
    const texts = ["01/02/2020", "2020-03-04", "2020-01-01T00:00:00GMT+01:00", "x", "2020-1-2 3:04:05"];
    await file("0.csv", `${texts.join("\n")}\n`);
    await file("0.json", texts.map((text) => `{"a":"${text}"}\n`).join(""));
    for (const format of ["csv", "json"] as const) {
      for (const [fallback, expected] of [
        ["true", falling],
        ["false", plain],
      ] as const) {
        const reader = session.read
          .format(format)
          .schema(`a ${type}`)
          .option(option, "dd/MM/yyyy")
          .option("enableDateTimeParsingFallback", fallback);
        const rows = await reader
          .load(join(folder, `0.${format}`))
          .selectExpr("CAST(a AS STRING) AS a")
          .collect();
        expect(rows.map(({ a }) => a)).toEqual(expected);
      }
    }
  });

  it("columnPruning=false counts the fields of records of which some columns are wanted, as Spark does", async () => {
    await file("0.csv", "1,2\nx,3\n4,y\n5\n6,7,8\n");
    expect(await pruned(true).select("b").collect()).toEqual([{ b: 2 }, { b: 3 }, { b: null }, { b: 7 }]);
    expect(await pruned(false).select("b").collect()).toEqual([{ b: 2 }, { b: 3 }]);
    expect([await pruned(true).count(), await pruned(false).count()]).toEqual([5, 3]);
  });

  it("what is for Spark's machinery is taken", async () => {
    await file("0.csv", "1,2\n");
    const reader = session.read.schema("a INT, b INT").option("inputBufferSize", 1024).option("compression", "gzip");
    expect(await reader.csv(join(folder, "0.csv")).collect()).toEqual([{ a: 1, b: 2 }]);
  });

  it("files of CSV end as `extension` says", async () => {
    const rows = session.range(0, 1);
    await rows.write.format("csv").option("extension", "tsv").option("compression", "gzip").save(join(folder, "out"));
    const names = await readdir(join(folder, "out"));
    expect(names.filter((name) => name.startsWith("part-")).every((name) => name.endsWith(".tsv.gz"))).toBe(true);
    expect(
      await refusalOf(Promise.resolve().then(() => rows.write.format("csv").option("extension", "tabs").save(join(folder, "no")))),
    ).toMatchObject({
      condition: "INVALID_OPTION_VALUE",
    });
  });
});
