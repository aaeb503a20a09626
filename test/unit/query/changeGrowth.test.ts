import { expect, test } from "vitest";
import { count, expr, max } from "../../../dataframe/functions.js";
import { QueryWorld, type Frame } from "./queryWorld.js";

// What a batch does to the state of each operator of change rows depends on its rows, not on how many keys there are. Times are measured by `npm run bench -- state changes`.

const groups = (input: Frame): Frame => input.groupBy("k").agg(count("*").as("n"), max("v").as("m"));
/** Ten groups each. */
const tens = expr("CAST(substring(k, 2) AS INT) DIV 10").as("ten");

const shapes: readonly (readonly [string, (input: Frame) => Frame])[] = [
  ["an aggregation", groups],
  ["sums of groups", (input) => groups(input).groupBy(tens).agg(expr("sum(n)").as("s"))],
  ["extremes of groups", (input) => groups(input).groupBy(tens).agg(expr("max(n)").as("h"))],
  ["lists of groups", (input) => groups(input).groupBy(tens).agg(expr("collect_list(n)").as("l"))],
  ["values that count once", (input) => groups(input).groupBy(tens).agg(expr("count(DISTINCT n)").as("c"))],
  [
    "the first 10 of one key",
    (input) => groups(input).selectExpr("*", "row_number() OVER (PARTITION BY n < 0 ORDER BY n, k) AS r").where("r <= 10"),
  ],
  ["distinct", (input) => groups(input).select("k", "n").distinct()],
  ["a join", (input) => groups(input).join(input.selectExpr("k AS kk", "v AS w"), expr("k = kk"), "left")],
  ["sessions", (input) => input.groupBy(expr("session_window(timestamp_seconds(v), '1 second')").as("w"), "k").agg(count("*").as("n"))],
];

const changedKeys = 20;

const row = (i: number, v: number) => ({ k: `k${10_000 + i}`, v });

/** Rows of state that a batch of 20 rows changed, and the bytes of it in the checkpoint, where there are `keys` keys. */
async function lastBatch(build: (input: Frame) => Frame, keys: number): Promise<{ readonly rows: number; readonly bytes: number }> {
  const world = new QueryWorld();
  const start = { outputMode: "changes", build, conf: { "spark.sql.streaming.stateStore.minDeltasForSnapshot": "50" } } as const;
  await world.file(
    "0.json",
    Array.from({ length: keys }, (_, i) => row(i, 1)),
  );
  await world.run(start);
  const step = Math.floor(keys / changedKeys);
  await world.file(
    "1.json",
    Array.from({ length: changedKeys }, (_, i) => row(i * step, 3)),
  );
  const query = await world.run(start);
  const folder = "/data/checkpoint/state";
  const files = await world.world.files.list(folder);
  const delta = files.find(({ name }) => name.startsWith("2."));
  expect(delta?.name).toMatch(/\.delta$/);
  const bytes = (await world.world.files.read(`${folder}/${delta!.name}`))!.length;
  const rows = query.lastProgress!.stateOperators.reduce(
    (sum, { numRowsUpdated, numRowsRemoved }) => sum + numRowsUpdated + numRowsRemoved,
    0,
  );
  world.close();
  return { rows, bytes };
}

test.each(shapes)("%s", async (_, build) => {
  const [few, many] = [await lastBatch(build, 200), await lastBatch(build, 2000)];
  expect(many.rows).toBe(few.rows);
  expect(many.bytes).toBeLessThan(1.1 * few.bytes);
});
