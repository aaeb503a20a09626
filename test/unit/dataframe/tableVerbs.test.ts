import { afterAll, describe, expect, it } from "vitest";
import { avg, col, count, denseRank, desc, expr, lag, median, rowNumber, sum, Window, Session, type DataFrame } from "../../../index.js";

// What SQL has, as methods: nulls, summaries, columns into rows and back, groups of groups, windows.

const session = Session.create({ print: () => {}, warn: () => {} });
afterAll(() => session.stop());

const readings = session.createDataFrame(
  [
    { id: 1, k: "a", v: 1 },
    { id: 2, k: "a", v: 3 },
    { id: 3, k: "b", v: null },
    { id: 4, k: null, v: 5 },
  ],
  "id INT, k STRING, v DOUBLE",
);

async function rowsOf(df: DataFrame<unknown>): Promise<unknown[]> {
  return (await df.collect()).map((row) => Object.values(row as object));
}

describe("verbs of tables", () => {
  it("fill, drop and replace", async () => {
    expect(await rowsOf(readings.na.fill(0).orderBy("id").select("v"))).toEqual([[1], [3], [0], [5]]);
    expect(
      await rowsOf(
        readings.na
          .fill(
            Object.fromEntries<string | number>([
              ["k", "none"],
              ["v", -1],
            ]),
          )
          .orderBy("id"),
      ),
    ).toEqual([
      [1, "a", 1],
      [2, "a", 3],
      [3, "b", -1],
      [4, "none", 5],
    ]);
    expect(await rowsOf(readings.fillna("x").orderBy("id").select("k"))).toEqual([["a"], ["a"], ["b"], ["x"]]);
    expect(await rowsOf(readings.na.drop().select("id").orderBy("id"))).toEqual([[1], [2]]);
    expect(await rowsOf(readings.dropna("all", ["k"]).orderBy("id").select("id"))).toEqual([[1], [2], [3]]);
    expect(
      await rowsOf(
        readings.na
          .replace(new Map([["a", "A"]]), ["k"])
          .orderBy("id")
          .select("k"),
      ),
    ).toEqual([["A"], ["A"], ["b"], [null]]);
    expect(() => readings.na.fill(0, ["nowhere"])).toThrow(expect.objectContaining({ condition: "UNRESOLVED_COLUMN.WITH_SUGGESTION" }));
  });

  it("replace in Java's order too, and drop by columns alone", async () => {
    const ks = async (df: DataFrame) => rowsOf(df.orderBy("id").select("k"));
    expect(await ks(readings.na.replace("k", { a: "A" }))).toEqual([["A"], ["A"], ["b"], [null]]);
    expect(await ks(readings.na.replace(["k"], new Map([["b", null]])))).toEqual([["a"], ["a"], [null], [null]]);
    expect(await rowsOf(readings.na.replace("*", new Map([[3, 4]])).orderBy("id"))).toEqual([
      [1, "a", 1],
      [2, "a", 4],
      [4, "b", null],
      [4, null, 5],
    ]);
    expect(await rowsOf(readings.na.drop(["v"]).select("id").orderBy("id"))).toEqual([[1], [2], [4]]);
    expect(await rowsOf(readings.toDF().select("id").limit(1))).toEqual([[1]]);
  });

  it("refuse what is no filling, replacement or name", () => {
    const na = readings.na as unknown as Record<string, (...given: unknown[]) => unknown>;
    const calls: readonly [string, readonly unknown[]][] = [
      ["fill", []],
      ["fill", [null]],
      ["fill", [[1]]],
      ["fill", [{ v: null }]],
      ["fill", [0, "v"]],
      ["drop", [{}]],
      ["drop", ["any", "v"]],
      ["replace", []],
      ["replace", [5]],
      ["replace", ["k"]],
      ["replace", ["k", 5]],
      ["replace", ["k", ["v"]]],
      ["replace", [new Map([["a", {}]])]],
      ["replace", [new Map(), { a: "b" }]],
    ];
    for (const [verb, given] of calls) {
      expect(() => na[verb]!(...given), `${verb}(${JSON.stringify(given)})`).toThrow(
        expect.objectContaining({ condition: "NOT_EXPECTED_TYPE" }),
      );
    }
  });

  it("count rows in both and in one", async () => {
    const keys = readings.select("k");
    expect(await rowsOf(keys.exceptAll(keys.limit(1)).orderBy("k"))).toEqual([[null], ["a"], ["b"]]);
    expect(await rowsOf(keys.intersectAll(keys).orderBy("k"))).toEqual([[null], ["a"], ["a"], ["b"]]);
    expect(await rowsOf(keys.subtract(keys.where("k = 'a'")).orderBy("k"))).toEqual([[null], ["b"]]);
  });

  it("turn columns into rows, and values into columns", async () => {
    const wide = readings.where("id < 3").select(col("id"), col("v"), col("v").multiply(2).as("w"));
    expect(await rowsOf(wide.unpivot(["id"], ["v", "w"], "name", "value").orderBy("id", "name"))).toEqual([
      [1, "v", 1],
      [1, "w", 2],
      [2, "v", 3],
      [2, "w", 6],
    ]);
    const pivoted = readings.groupBy("id").pivot("k", ["a", "b"]).agg(sum("v"));
    expect(pivoted.columns).toEqual(["id", "a", "b"]);
    expect(await rowsOf(pivoted.orderBy("id"))).toEqual([
      [1, 1, null],
      [2, 3, null],
      [3, null, null],
      [4, null, null],
    ]);
  });

  it("describe columns", async () => {
    expect(await rowsOf(readings.describe("v", "k"))).toEqual([
      ["count", "3", "3"],
      ["mean", "3.0", null],
      ["stddev", "2.0", null],
      ["min", "1.0", "a"],
      ["max", "5.0", "b"],
    ]);
    expect(await rowsOf(readings.select("v").summary("count", "50%"))).toEqual([
      ["count", "3"],
      ["50%", "3.0"],
    ]);
    expect(() => readings.summary("nothing")).toThrow(expect.objectContaining({ condition: "INVALID_OPTION_VALUE" }));
  });

  it("group by parts of the columns", async () => {
    expect(
      await rowsOf(readings.where("v IS NOT NULL AND k IS NOT NULL").rollup("k").agg(count().as("n"), avg("v").as("m")).orderBy("k")),
    ).toEqual([
      [null, 2, 2],
      ["a", 2, 2],
    ]);
    expect(await rowsOf(readings.where("id < 3").cube("k", "id").count().orderBy("k", "id"))).toEqual([
      [null, null, 2],
      [null, 1, 1],
      [null, 2, 1],
      ["a", null, 2],
      ["a", 1, 1],
      ["a", 2, 1],
    ]);
    const odd = readings.where("id < 4").rollup(col("id").mod(2).as("odd"), "k").count();
    expect(odd.columns).toEqual(["odd", "k", "count"]);
    expect(await rowsOf(odd.orderBy("odd", "k"))).toEqual([
      [null, null, 3],
      [0, null, 1],
      [0, "a", 1],
      [1, null, 2],
      [1, "a", 1],
      [1, "b", 1],
    ]);
    const at = session.createDataFrame([{ at: "2026-01-01T00:00:03Z", k: "a" }], "at TIMESTAMP, k STRING");
    const cubed = at.cube(expr("window(at, '5 seconds')"), "k").count().where("window IS NOT NULL");
    expect(await rowsOf(cubed.selectExpr("unix_seconds(window.start) % 60", "k", "count").orderBy("k"))).toEqual([
      [0, null, 1],
      [0, "a", 1],
    ]);
  });

  it("look at windows", async () => {
    const window = Window.partitionBy("k").orderBy(desc("v"));
    const rows = readings
      .where("k = 'a'")
      .select(
        "id",
        rowNumber().over(window).as("n"),
        denseRank().over(window).as("r"),
        lag("v").over(window).as("before"),
        sum("v").over(Window.partitionBy("k").orderBy("id").rowsBetween(Window.unboundedPreceding, Window.currentRow)).as("s"),
        median("v").over(Window.partitionBy("k")).as("m"),
      );
    expect(await rowsOf(rows.orderBy("id"))).toEqual([
      [1, 2, 2, 3, 1, 2],
      [2, 1, 1, null, 4, 2],
    ]);
    expect(() => Window.rowsBetween(0.5, 1)).toThrow(expect.objectContaining({ condition: "INVALID_OPTION_VALUE" }));
  });
});
