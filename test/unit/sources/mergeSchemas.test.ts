import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDataType } from "../../../engine/sql/ddl.js";
import { typeName, type Schema } from "../../../engine/arrow/types.js";
import { Session } from "../../../index.js";
import { mergeSchemas } from "../../../sources/files/mergeSchemas.js";
import { testRuntime } from "../../runtime/testRuntime.js";
import { temporaryFolder } from "./support.js";

const session = Session.create({ runtime: testRuntime(), warn: () => {} });

const schemaOf = (text: string): Schema => parseDataType(`struct<${text}>`) as Schema;

function merged(...texts: readonly string[]): string {
  const [first, ...others] = texts.map((text, i) => ({ path: `/in/${i}.parquet`, schema: schemaOf(text) }));
  return typeName(mergeSchemas([first!, ...others])).slice("struct<".length, -1);
}

describe("mergeSchema", () => {
  // What Spark 4.3.0 made of files of these schemas.
  it.each([
    [["a:int,b:string", "b:string,c:double"], "a:int,b:string,c:double"],
    [["b:string,c:double", "a:int,b:string"], "b:string,c:double,a:int"],
    [["a:decimal(5,2)", "a:decimal(10,2)"], "a:decimal(10,2)"],
    [["a:struct<x:int>", "a:struct<y:string>"], "a:struct<x:int,y:string>"],
    [["a:array<struct<x:int>>", "a:array<struct<y:int>>"], "a:array<struct<x:int,y:int>>"],
    [["a:int", "A:int"], "a:int"],
  ])("brings %j together", (given, expected) => {
    expect(merged(...given)).toBe(expected);
  });

  it.each([
    ["a:int", "a:bigint"],
    ["a:int", "a:string"],
    ["a:float", "a:double"],
    ["a:decimal(5,2)", "a:decimal(10,3)"],
    ["a:date", "a:timestamp"],
    ["a:array<int>", "a:array<string>"],
    ["a:map<string,int>", "a:map<string,string>"],
  ])("refuses %s and %s, as Spark does", (a, b) => {
    expect(() => merged(a, b)).toThrow(expect.objectContaining({ condition: "CANNOT_MERGE_SCHEMAS" }));
  });

  it("is asked for by the option: else the first file says what there is", async () => {
    const folder = await temporaryFolder();
    for (const [name, text] of [
      ["a", "1 AS a, 'x' AS b"],
      ["b", "'y' AS b, 2.5D AS c"],
    ] as const) {
      await mkdir(join(folder, `p=${name}`));
      await session
        .range(0, 1)
        .selectExpr(...text.split(", "))
        .write.mode("append")
        .parquet(join(folder, `p=${name}`));
    }
    const first = await session.read.parquet(folder);
    expect(first.columns).toEqual(["a", "b", "p"]);
    const all = await session.read.option("mergeSchema", true).parquet(folder);
    const bySession = Session.create({ runtime: testRuntime(), warn: () => {}, conf: { "spark.sql.parquet.mergeSchema": "true" } });
    expect((await bySession.read.parquet(folder)).columns).toEqual(["a", "b", "c", "p"]);
    expect((await bySession.read.option("mergeSchema", false).parquet(folder)).columns).toEqual(["a", "b", "p"]);
    expect(await all.orderBy("p").collect()).toEqual([
      { a: 1, b: "x", c: null, p: "a" },
      { a: null, b: "y", c: 2.5, p: "b" },
    ]);
  });
});
