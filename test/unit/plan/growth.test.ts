import { describe, expect, it } from "vitest";
import type { AnyColumn } from "../../../dataframe/column.js";
import { col, concat, sum, when } from "../../../dataframe/functions.js";
import type { DataFrame } from "../../../dataframe/dataFrame.js";
import { Session } from "../../../dataframe/session.js";
import { growth, linearGrowth } from "../scaling.js";

// What a line of a program can cost: twice as many verbs, terms, branches, columns … take twice the time, from the text to the last row.

const session = Session.create();

function table(): DataFrame {
  return session.createDataFrame([{ n: 1, s: "a" }], "n INT, s STRING");
}

function many<T>(size: number, item: (i: number) => T): T[] {
  return Array.from({ length: size }, (_, i) => item(i));
}

/** A verb applied again and again. */
function chain<T>(size: number, start: T, verb: (before: T, i: number) => T): T {
  let result = start;
  for (let i = 0; i < size; i++) result = verb(result, i);
  return result;
}

function wide(size: number): DataFrame {
  return session.createDataFrame([Object.fromEntries(many(size, (i) => [`c${i}`, i]))], many(size, (i) => `c${i} INT`).join(", "));
}

const verbs: readonly (readonly [string, (size: number) => DataFrame, number])[] = [
  ["withColumn of one column", (n) => chain(n, table(), (d) => d.withColumn("n", col("n").plus(1))), 66],
  ["select", (n) => chain(n, table(), (d) => d.select(col("n").plus(1).as("n"), "s")), 66],
  ["withColumn and where in turn", (n) => chain(n, table(), (d, i) => d.withColumn("n", col("n").plus(1)).where(`n <> ${-i}`)), 66],
  ["where", (n) => chain(n, table(), (d, i) => d.where(`n <> ${i + 5}`)), 66],
  ["withColumnRenamed", (n) => chain(n, table(), (d, i) => d.withColumnRenamed(i === 0 ? "n" : `n${i - 1}`, `n${i}`)), 66],
  ["as", (n) => chain(n, table(), (d, i) => d.as(`a${i}`)), 133],
  ["limit", (n) => chain(n, table(), (d, i) => d.limit(9000 - i)), 266],
  ["dropDuplicates", (n) => chain(n, table(), (d, i) => d.dropDuplicates(i % 2 === 0 ? "n" : "s")), 133],
  ["groupBy", (n) => chain(n, table(), (d) => d.groupBy("s").agg(sum("n").as("n"))), 133],
];

const texts: readonly (readonly [string, (size: number) => DataFrame, number])[] = [
  ["terms of AND in a filter", (n) => table().where(many(n, (i) => `n <> ${i + 5}`).join(" AND ")), 333],
  ["terms of OR in a filter", (n) => table().where(many(n, (i) => `n = ${i + 1}`).join(" OR ")), 333],
  ["terms of AND in a column", (n) => table().selectExpr(`${many(n, (i) => `n <> ${i + 5}`).join(" AND ")} AS x`), 333],
  ["terms of a sum", (n) => table().selectExpr(`${many(n, () => "n").join(" + ")} AS x`), 1000],
  ["terms of a sum of columns", (n) => table().select(chain<AnyColumn>(n, col("n"), (c) => col("n").plus(c)).as("x")), 1000],
  ["constants of a sum", (n) => table().selectExpr(`${many(n, String).join(" + ")} AS x`), 333],
  ["branches of CASE", (n) => table().selectExpr(`CASE ${many(n, (i) => `WHEN n = ${i} THEN '${i}'`).join(" ")} END AS x`), 166],
  ["branches of when", (n) => table().select(chain(n, when(col("n").gt(1), 0), (c, i) => c.when(col("n").eq(i), i)).as("x")), 83],
  ["arguments of coalesce", (n) => table().selectExpr(`coalesce(${many(n, (i) => `nullif(n, ${i})`).join()}) AS x`), 166],
  ["arguments of concat", (n) => table().selectExpr(`length(concat(${many(n, () => "s").join()})) AS x`), 266],
  ["operators ||", (n) => table().selectExpr(`length(${many(n, () => "s").join("||")}) AS x`), 166],
  ["arguments of greatest", (n) => table().selectExpr(`greatest(${many(n, (i) => `n + ${i}`).join()}) AS x`), 166],
  ["elements of an array", (n) => table().selectExpr(`array(${many(n, (i) => `n + ${i}`).join()}) AS x`), 166],
  ["fields of a struct", (n) => table().selectExpr(`struct(${many(n, (i) => `n + ${i} AS a${i}`).join()}) AS x`), 133],
  ["items of a select list", (n) => table().selectExpr(...many(n, (i) => `n + ${i} AS c${i}`)), 133],
  ["columns of a table", (n) => wide(n).where("c1 = 1"), 166],
  [
    "keys of a group",
    (n) =>
      table()
        .groupBy(...many(n, (i) => col("n").plus(i).as(`k${i}`)))
        .count(),
    66,
  ],
  [
    "aggregates",
    (n) =>
      table()
        .groupBy("s")
        .agg(...many(n, (i) => sum(col("n").plus(i)).as(`c${i}`))),
    66,
  ],
  ["aggregates in one column", (n) => table().selectExpr(`${many(n, (i) => `sum(n + ${i})`).join(" + ")} AS x`), 66],
  ["keys of an order", (n) => table().orderBy(...many(n, (i) => col("n").plus(i))), 66],
  [
    "fields of from_json",
    (n) =>
      table()
        .selectExpr(`from_json(s, '${many(n, (i) => `c${i} INT`).join()}') AS x`)
        .select("x.*"),
    83,
  ],
  [
    "columns that are doubled",
    (n) =>
      table()
        .select(chain<AnyColumn>(n, col("s"), (c, i) => (i % 50 === 0 ? concat(c, c) : concat(c, col("s")))).as("x"))
        .limit(0),
    83,
  ],
];

describe("kind: more than linear: growth of a plan", () => {
  it.each([...verbs, ...texts])("is linear in %s", async (_, make, size) => {
    expect(
      await growth(
        (n) => n,
        (n) => make(n).collect(),
        size,
      ),
    ).toBeLessThan(linearGrowth);
  });

  it("is linear in unions", async () => {
    expect(await growth(unions, (frame) => frame.collect(), 100)).toBeLessThan(linearGrowth);
  });

  it("is that of the columns that come out in withColumn of new ones", async () => {
    // The columns of all steps are n²/2.
    expect(
      await growth(
        (n) => n,
        (n) => added(n).collect(),
        100,
      ),
    ).toBeLessThan(linearGrowth * 4);
  });

  it("is linear in watermarks", async () => {
    expect(
      await growth(
        (n) => n,
        (n) => delayed(n).collect(),
        200,
      ),
    ).toBeLessThan(linearGrowth);
  });
});

function unions(size: number): DataFrame {
  return chain(size, table(), (d) => d.union(table()));
}

function added(size: number): DataFrame {
  return chain(size, table(), (d, i) => d.withColumn(`c${i}`, col("n").plus(i)));
}

function delayed(size: number): DataFrame {
  return chain(size, session.createDataFrame([], "ts TIMESTAMP, n INT"), (d, i) => d.withWatermark("ts", `${i + 1} seconds`));
}
