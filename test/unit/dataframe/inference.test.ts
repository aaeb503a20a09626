import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Session } from "../../../index.js";
import { types, typeName } from "../../../engine/arrow/types.js";
import { testRuntime } from "../../runtime/testRuntime.js";

interface Asked {
  readonly name: string;
  readonly text: string | Readonly<Record<string, string>>;
  readonly schema?: string;
  readonly options: Readonly<Record<string, string>>;
  readonly select?: readonly string[];
  readonly where?: string;
  readonly ddl?: string;
  readonly rows?: readonly (readonly unknown[])[];
  readonly error?: string;
}

const { asks } = JSON.parse(readFileSync(new URL("../kernel/sparkCsv.json", import.meta.url), "utf8")) as {
  readonly asks: readonly Asked[];
};

/** Conditions of ours where Spark has none, or another that says less. */
const ourConditions: Readonly<Record<string, string>> = {
  "enforce-names-true": "CSV_HEADER_MISMATCH",
  "enforce-count": "CSV_HEADER_MISMATCH",
  "enforce-order": "CSV_HEADER_MISMATCH",
  badsep: "INVALID_OPTION_VALUE",
  badquote: "INVALID_OPTION_VALUE",
  badcomment: "INVALID_OPTION_VALUE",
  linesep3: "INVALID_OPTION_VALUE",
  "failfast-count": "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
  "infer-empty": "UNABLE_TO_INFER_SCHEMA",
  "infer-blank": "UNABLE_TO_INFER_SCHEMA",
  badmode: "INVALID_OPTION_VALUE",
  "infer-corrupt-name": "INVALID_CORRUPT_RECORD_TYPE",
};

/** Where Spark looks at filters before it looks whether a record is malformed, samples by chance, or takes one file's header for data of another. */
const others = new Set(["where", "infer-sampling", "infer-two-files", "infer-two-files-first-empty"]);

async function folderOf(text: Asked["text"]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-csv-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = typeof text === "string" ? { "f.csv": text } : text;
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

async function answer({
  text,
  schema,
  options,
  select,
  where,
}: Asked): Promise<{ readonly ddl: string; readonly rows: readonly unknown[][] }> {
  const session = Session.create({ runtime: testRuntime(), warn: () => {} });
  const folder = await folderOf(text);
  const reader = session.read.format("csv").options(options);
  let frame = await (schema === undefined ? reader.load(folder) : reader.schema(schema).load(folder));
  if (where !== undefined) frame = frame.where(where);
  if (select !== undefined) frame = select[0] === "count" ? frame.selectExpr("count(*) AS count") : frame.selectExpr(...select);
  const rows = await frame.collect();
  return { ddl: typeName(types.struct(frame.schema.fields)), rows: rows.map((row) => Object.values(row)) };
}

describe("what Spark answered when it was asked of CSV files", () => {
  it.each(asks.filter(({ name }) => !others.has(name)))("$name", async (asked) => {
    const condition = ourConditions[asked.name] ?? asked.error;
    if (condition !== undefined) return expect(answer(asked)).rejects.toMatchObject({ condition });
    const { ddl, rows } = await answer(asked);
    expect(ddl).toBe(asked.ddl);
    expect(rows.length).toBe(asked.rows!.length);
    for (const [i, row] of rows.entries()) expect(row.map(plain)).toEqual(asked.rows![i]!.map(plain));
  });
});

/** Values as far as both print them alike. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().replace("T", " ").slice(0, 19);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value).toLowerCase().replace("infinity", "inf");
  return typeof value === "string" && /^(nan|inf)$/.test(value) ? value : value;
}

describe("a bounded read without a schema", () => {
  const session = Session.create({ runtime: testRuntime(), warn: () => {} });

  it("finds the columns in all rows, of every file", async () => {
    const folder = await folderOf({ "a.json": '{"a":1}\n{"a":2.5,"b":"x"}\n', "b.json": '{"c":[1]}\n' });
    const frame = await session.read.json(folder);
    expect(typeName(types.struct(frame.schema.fields))).toBe("struct<a:double,b:string,c:array<bigint>>");
    expect(await frame.count()).toBe(3);
    const few = await session.read.option("samplingRatio", 0.4).json(folder);
    expect(few.columns).toEqual(["c"]);
  });

  it("takes the first header's names, whatever the files hold", async () => {
    const folder = await folderOf({ "a.csv": "a,b\n1,x\n", "b.csv": "a,b\n2.5,y\n" });
    const frame = await session.read.option("header", true).option("inferSchema", true).csv(folder);
    expect(await frame.collect()).toEqual([
      { a: 1, b: "x" },
      { a: 2.5, b: "y" },
    ]);
  });

  it("is refused for a stream, with what works", () => {
    expect(() => session.readStream.json("in")).toThrow(
      /STREAMING_SOURCE_NEEDS_SCHEMA.*await session\.read\.format\("json"\)\.load\(path\)/s,
    );
    expect(() => session.readStream.format("csv").load("in")).toThrow(/STREAMING_SOURCE_NEEDS_SCHEMA/);
  });
});
