import { describe, expect, it } from "vitest";
import type { AnyColumn } from "../../../dataframe/column.js";
import { abs, coalesce, col, concat, length, lit, lower, struct, upper, when } from "../../../dataframe/functions.js";
import type { DataFrame } from "../../../dataframe/dataFrame.js";
import { Session } from "../../../dataframe/session.js";

// Trees of any depth are analysed, optimised, generated and evaluated: nothing recurses into them, and what is too much for one loop is cut.

const session = Session.create();
const depth = 2500;
const table = session.createDataFrame([{ n: 1, s: "a", b: true }], "n INT, s STRING, b BOOLEAN");
const long = col("n").cast("bigint");

function many(size: number, item: (i: number) => string): string[] {
  return Array.from({ length: size }, (_, i) => item(i));
}

function chain(size: number, start: AnyColumn, over: (before: AnyColumn, i: number) => AnyColumn): AnyColumn {
  let result = start;
  for (let i = 0; i < size; i++) result = over(result, i);
  return result;
}

async function valueOf(frame: DataFrame): Promise<unknown> {
  const [row] = await frame.collect();
  return Object.values(row!)[0];
}

const columns: readonly (readonly [string, (size: number) => AnyColumn, unknown])[] = [
  ["+ on the left", (n) => chain(n, long, (c) => c.plus(1)), depth + 1],
  ["+ on the right", (n) => chain(n, long, (c) => lit(1).plus(c)), depth + 1],
  ["+ of a column that may be null", (n) => chain(n, long, (c) => c.plus(col("n"))), depth + 1],
  ["OR on the left", (n) => chain(n, col("n").gt(5), (c, i) => c.or(col("n").gt(i + 5))), false],
  [
    "OR on the right",
    (n) =>
      chain(n, col("n").gt(5), (c, i) =>
        col("n")
          .gt(i + 5)
          .or(c),
      ),
    false,
  ],
  [
    "AND on the right",
    (n) =>
      chain(n, col("n").gt(0), (c, i) =>
        col("n")
          .lt(i + 5)
          .and(c),
      ),
    true,
  ],
  ["NOT", (n) => chain(n, col("b"), (c) => c.not()), true],
  ["a function", (n) => chain(n, col("n").negate(), (c) => abs(c)), 1],
  ["functions of strings", (n) => chain(n, col("s"), (c, i) => (i % 2 === 0 ? upper(c) : lower(c))), "a"],
  ["casts", (n) => chain(n, col("n"), (c, i) => c.cast(i % 2 === 0 ? "string" : "bigint")), 1],
  ["otherwise", (n) => chain(n, lit("x"), (c, i) => when(col("n").eq(i + 7), "y").otherwise(c)), "x"],
  ["branches", (n) => chain(n, lit("x"), (c, i) => when(col("n").lt(i + 7), c).otherwise("z")), "x"],
  ["conditions", (n) => chain(n, col("b"), (c) => when(c, false).otherwise(true)), true],
  ["coalesce on the left", (n) => chain(n, col("n"), (c) => coalesce(c, lit(1))), 1],
  ["coalesce on the right", (n) => chain(n, col("n"), (c) => coalesce(lit(null).cast("int"), c)), 1],
  ["concat on the left", (n) => length(chain(n, col("s"), (c) => concat(c, col("s")))), depth + 1],
  ["concat on the right", (n) => length(chain(n, col("s"), (c) => concat(col("s"), c))), depth + 1],
  ["fields", (n) => chain(Math.min(n, 100), col("n"), (c) => struct(c.as("a")).getField("a")), 1],
];

const texts: readonly (readonly [string, (size: number) => string, unknown])[] = [
  ["a sum", (n) => many(n, () => "n").join(" + "), depth],
  ["AND", (n) => many(n, (i) => `n <> ${i + 9}`).join(" AND "), true],
  ["OR", (n) => many(n, (i) => `n = ${i + 2}`).join(" OR "), false],
  ["||", (n) => `length(${many(n, () => "s").join("||")})`, depth],
  ["CASE", (n) => `CASE ${many(n, (i) => `WHEN n = ${i + 3} THEN ${i}`).join(" ")} ELSE -1 END`, -1],
  ["IN over columns", (n) => `5 IN (${many(n, (i) => `n + ${i}`).join()})`, true],
];

describe("kind: recursion without a limit: expressions of any depth", () => {
  it.each(columns)("made of columns: %s", async (_, make, expected) => {
    expect(await valueOf(table.select(make(depth).as("x")))).toBe(expected);
  });

  it.each(texts)("written as text: %s", async (_, make, expected) => {
    expect(await valueOf(table.selectExpr(`${make(depth)} AS x`))).toBe(expected);
  });

  it("in a filter", async () => {
    const all = chain(5000, col("n").gt(0), (c, i) => c.and(col("n").lt(i + 5)));
    expect(await table.where(all).count()).toBe(1);
    expect(await table.where(many(5000, (i) => `n <> ${i + 1}`).join(" AND ")).count()).toBe(0);
    expect(table.where(all).columns).toEqual(["n", "s", "b"]);
  });

  it("of thirty thousand", async () => {
    expect(await valueOf(table.select(chain(30_000, long, (c) => c.plus(1)).as("x")))).toBe(30_001);
  });

  it("over aggregates, which are taken out of it", async () => {
    const frame = table.selectExpr(`${many(500, (i) => `sum(n + ${i})`).join(" + ")} AS x`);
    expect(await valueOf(frame)).toBe(500 + (500 * 499) / 2);
  });

  it("that hold one column again and again", async () => {
    expect(await valueOf(table.select(chain(50, long, (c) => c.plus(c)).as("x")))).toBe(2 ** 50);
    let frame: DataFrame = table.select(long.as("n"));
    for (let i = 0; i < 50; i++) frame = frame.withColumn("n", col("n").plus(col("n")));
    expect(await frame.where("n > 5").collect()).toEqual([{ n: 2 ** 50 }]);
  });
});
