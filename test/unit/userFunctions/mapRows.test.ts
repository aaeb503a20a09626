import { Table, tableFromArrays, vectorFromArray, Int32, type RecordBatch } from "apache-arrow";
import { beforeEach, describe, expect, test } from "vitest";
import { col, schema, Session, sum, t, Timestamp } from "../../../index.js";
import { refusalOf } from "../query/queryWorld.js";

const session = Session.create({ print: () => {} });
const Reading = schema({ id: t.int.notNull, name: t.string, tags: t.array(t.string), at: t.timestamp });
const readings = session.createDataFrame(
  [
    { id: 1, name: "a", tags: ["x", "y"], at: new Timestamp(1_000_001n) },
    { id: 2, name: null, tags: [], at: null },
    { id: 3, name: "c", tags: null, at: null },
  ],
  Reading,
);
let calls: unknown[];
beforeEach(() => {
  calls = [];
});

describe("functions of rows", () => {
  test("map makes a row of each", async () => {
    const mapped = readings.map(
      (row) => {
        calls.push(row);
        return { twice: row.id * 2, name: row.name, at: row.at };
      },
      schema({ twice: t.int.notNull, name: t.string, at: t.timestamp }),
    );
    expect(mapped.columns).toEqual(["twice", "name", "at"]);
    expect(mapped.explain()).toContain("MapRows map");
    mapped.explain("codegen");
    expect(calls).toEqual([]);
    expect(await mapped.where(col("twice").gt(2)).agg(sum("twice").as("s")).collect()).toEqual([{ s: 10 }]);
    expect(calls).toEqual(await readings.collect());
    expect((await mapped.collect())[0]).toEqual({ twice: 2, name: "a", at: new Timestamp(1_000_001n) });
  });

  test("flatMap makes any number", async () => {
    const tags = readings.flatMap((row) => (row.tags ?? []).map((tag) => ({ id: row.id, tag })), "id INT, tag STRING");
    expect(await tags.collect()).toEqual([
      { id: 1, tag: "x" },
      { id: 1, tag: "y" },
    ]);
    const generated = readings.flatMap(function* count(row) {
      for (let i = 0; i < row.id; i++) yield { i };
    }, "i INT");
    expect(await generated.count()).toBe(6);
    expect(generated.explain()).toContain("MapRows flatMap count");
  });

  test("filter keeps those for which it is true, and their columns", async () => {
    const named = readings.filter((row) => row.name !== null);
    expect(await named.select("id").collect()).toEqual([{ id: 1 }, { id: 3 }]);
    expect(await named.where("id > 1").select("name").collect()).toEqual([{ name: "c" }]);
    expect(await readings.filter(() => null).count()).toBe(0);
    expect(await readings.filter(col("id").gt(2)).count()).toBe(1);
    expect(await readings.filter("id > 2").count()).toBe(1);
  });

  test("a filter behind it is asked first, if it is deterministic", async () => {
    const even = (row: { id: number }): boolean => calls.push(row.id) > 0;
    expect(await readings.filter(even).where("id > 2").select("id").collect()).toEqual([{ id: 3 }]);
    expect(calls).toEqual([3]);
    calls = [];
    expect(await readings.filter(even, { deterministic: false }).where("id > 2").select("id").collect()).toEqual([{ id: 3 }]);
    expect(calls).toEqual([1, 2, 3]);
  });

  test("mapBatches takes and gives Arrow tables", async () => {
    const given: Table[] = [];
    const doubled = readings.select("id").mapBatches((table) => {
      given.push(table);
      const ids = [...(table.getChild("id") as Iterable<number>)];
      return new Table({
        twice: vectorFromArray(
          ids.map((id) => id * 2),
          new Int32(),
        ),
        id: vectorFromArray(ids, new Int32()),
      });
    }, "id INT, twice INT");
    expect(await doubled.orderBy("id").collect()).toEqual([
      { id: 1, twice: 2 },
      { id: 2, twice: 4 },
      { id: 3, twice: 6 },
    ]);
    // What it was given is its own.
    expect(given.flatMap((table) => [...(table.getChild("id") as Iterable<number>)])).toEqual([1, 2, 3]);
    const same = readings.mapBatches(async (table) => table.batches[0] as RecordBatch, Reading);
    expect(await same.collect()).toEqual(await readings.collect());
  });
});

function fail(): never {
  throw new Error("no luck");
}

describe("refused by name", () => {
  test.each([
    ["a member that is missing", { a: 1 }, '{"a":1} (row.b is to be STRING, and is missing)'],
    ["one too many", { a: 1, b: "x", c: 2 }, '{"a":1,"b":"x","c":2} (it has no field c)'],
    ["another name", { a: 1, c: "x" }, '{"a":1,"c":"x"} (row.b is to be STRING, and is missing)'],
    ["another type", { a: "one", b: "x" }, '{"a":"one","b":"x"} (row.a is to be INT, and is one)'],
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["no row", 7, "7, a number"],
  ])("map gives %s", async (_, given, actual) => {
    const wrong = readings.map(() => given as never, "a INT, b STRING", { name: "careless" });
    expect(await refusalOf(wrong.collect())).toMatchObject({
      condition: "UDF_RESULT_MISMATCH",
      parameters: { functionName: "careless", expected: "STRUCT<a: INT, b: STRING>", actual },
    });
  });

  test("flatMap gives no rows, filter no boolean, mapBatches no table or other columns", async () => {
    const name = "careless";
    const wrong = { condition: "UDF_RESULT_MISMATCH", parameters: { functionName: name } };
    expect(await refusalOf(readings.flatMap(() => ({ a: 1 }) as never, "a INT", { name }).collect())).toMatchObject(wrong);
    expect(await refusalOf(readings.filter(() => 1 as never, { name }).collect())).toMatchObject(wrong);
    for (const given of [undefined, [1], tableFromArrays({ b: [1] }), tableFromArrays({ a: ["x"] })]) {
      expect(await refusalOf(readings.mapBatches(() => given as never, "a INT", { name }).collect())).toMatchObject(wrong);
    }
    expect(await refusalOf(readings.map(() => Promise.resolve({ a: 1 }), "a INT", { name }).collect())).toMatchObject({
      condition: "UDF_RETURNED_PROMISE",
    });
  });

  test("what they throw", async () => {
    const failed = { condition: "FAILED_EXECUTE_UDF", parameters: { functionName: "fail", reason: "no luck" } };
    expect(await refusalOf(readings.map(fail, "a INT").collect())).toMatchObject(failed);
    expect(await refusalOf(readings.flatMap(fail, "a INT").collect())).toMatchObject(failed);
    expect(await refusalOf(readings.filter(fail).collect())).toMatchObject(failed);
    expect(await refusalOf(readings.mapBatches(fail, "a INT").collect())).toMatchObject(failed);
    const lazy = readings.flatMap(function* failing() {
      yield { a: 1 };
      throw new Error("no luck");
    }, "a INT");
    expect(await refusalOf(lazy.collect())).toMatchObject({ ...failed, parameters: { functionName: "failing" } });
  });
});
