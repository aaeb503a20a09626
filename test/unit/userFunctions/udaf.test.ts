import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { col, expr, lit, schema, Session, sum, t, udaf, Window } from "../../../index.js";
import { QueryWorld, refusalOf, type Frame, type Start } from "../query/queryWorld.js";

/** The mean, with how many values it is of: a struct of a decimal text and a long. */
const mean = udaf({
  name: "mean2",
  buffer: "STRUCT<total: DOUBLE, n: BIGINT>",
  returns: "DOUBLE",
  zero: () => ({ total: 0, n: 0 }),
  reduce: (buffer, value: number | null) => {
    // In place: every group has a buffer of its own.
    if (value !== null) [buffer.total, buffer.n] = [buffer.total + value, buffer.n + 1];
    return buffer;
  },
  merge: (a, b) => ({ total: a.total + b.total, n: a.n + b.n }),
  finish: ({ total, n }) => (n === 0 ? null : total / n),
});

const session = Session.create({ print: () => {} });
function fail(): never {
  throw new Error("no luck");
}

const rows = [
  { k: "a", v: 1, w: 0.5 },
  { k: "b", v: 2, w: 1 },
  { k: "a", v: null, w: 2 },
  { k: "a", v: 5, w: 4 },
  { k: null, v: null, w: null },
];
const frame = session.createDataFrame(rows, schema({ k: t.string, v: t.int, w: t.double }));

describe("a user's aggregate function", () => {
  test("over groups, over all rows, over none, beside others, with FILTER, over windows of rows", async () => {
    expect(await frame.groupBy("k").agg(mean("v").as("m"), sum("v").as("s")).orderBy("k").collect()).toEqual([
      { k: null, m: null, s: null },
      { k: "a", m: 3, s: 6 },
      { k: "b", m: 2, s: 2 },
    ]);
    expect(await frame.agg(mean(col("v").plus(1)).as("m")).collect()).toEqual([{ m: 11 / 3 }]);
    expect(await frame.where(lit(false)).agg(mean("v").as("m")).collect()).toEqual([{ m: null }]);
    session.udf.register("Mean3", mean);
    frame.createOrReplaceTempView("v");
    const filtered = await session.sql("SELECT mean3(v) FILTER (WHERE w < 3) AS m, mean3(v) + 1 AS n FROM v HAVING mean3(v) > 0");
    expect(await filtered.collect()).toEqual([{ m: 1.5, n: 11 / 3 }]);
    const named = await session.sql("SELECT k, mean3(v) FROM v GROUP BY k ORDER BY mean3(v) DESC, k LIMIT 1");
    expect(named.columns).toEqual(["k", "Mean3(v)"]);
    expect(await named.collect()).toEqual([{ k: "a", "Mean3(v)": 3 }]);
    const running = frame.where("v IS NOT NULL").select("v", mean("v").over(Window.orderBy("v")).as("m"));
    expect(await running.orderBy("v").collect()).toEqual([
      { v: 1, m: 1 },
      { v: 2, m: 1.5 },
      { v: 5, m: 8 / 3 },
    ]);
    expect(await frame.agg(expr("mean3(v)").as("m")).collect()).toEqual([{ m: 8 / 3 }]);
  });

  test("two arguments; explain runs nothing of it", async () => {
    const product = udaf({
      buffer: t.double,
      returns: "STRING",
      zero: () => 0,
      reduce: (total: number, a: number | null, b: number | null) => total + (a ?? 0) * (b ?? 0),
      merge: (a, b) => a + b,
      finish: String,
    });
    const of = frame.agg(product("v", "w").as("p"));
    of.explain("codegen");
    expect(await of.collect()).toEqual([{ p: "22.5" }]);
  });
});

describe("refused by name", () => {
  const parts = {
    name: "bad",
    buffer: "INT",
    returns: "INT",
    zero: (): unknown => 0,
    reduce: (buffer: unknown, value: unknown): unknown => Number(buffer) + Number(value),
    merge: (a: unknown, b: unknown): unknown => Number(a) + Number(b),
    finish: (buffer: unknown): unknown => buffer,
  } as const;

  test.each([
    [{ zero: () => "0" }, { functionName: "bad (zero)", expected: "INT" }],
    [{ zero: () => undefined }, { functionName: "bad (zero)", actual: "undefined" }],
    [{ reduce: () => 0.5 }, { functionName: "bad (buffer)", actual: "0.5, a number" }],
    [{ reduce: () => undefined }, { functionName: "bad (reduce)", actual: "undefined" }],
    [{ finish: () => "x" }, { functionName: "bad (finish)", actual: "x, a string" }],
    [{ finish: () => undefined }, { functionName: "bad (finish)", actual: "undefined" }],
  ])("%o", async (wrong, parameters) => {
    const bad = udaf({ ...parts, ...wrong });
    expect(await refusalOf(frame.groupBy("k").agg(bad("v").as("x")).collect())).toMatchObject({
      condition: "UDF_RESULT_MISMATCH",
      parameters,
    });
  });

  test("what it throws", async () => {
    for (const wrong of [{ zero: fail }, { reduce: fail }, { finish: fail }]) {
      const bad = udaf({ ...parts, ...wrong });
      expect(await refusalOf(frame.agg(bad("v").as("x")).collect())).toMatchObject({
        condition: "FAILED_EXECUTE_UDF",
        parameters: { functionName: "bad", signature: "INT", result: "INT", reason: "no luck" },
      });
    }
  });

  test("parts that are missing", async () => {
    expect(await refusalOf((async () => udaf({ ...parts, merge: undefined as never }))())).toMatchObject({
      condition: "NOT_EXPECTED_TYPE",
    });
    expect(await refusalOf((async () => udaf({ ...parts, buffer: 7 as never }))())).toMatchObject({ condition: "NOT_EXPECTED_TYPE" });
  });
});

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

const build = (input: Frame, grouping: string): Frame => {
  if (grouping === "") return input.groupBy("k").agg(mean("v").as("m")).selectExpr("'' AS at", "k", "m");
  const grouped = input.groupBy(expr(grouping).as("w"), "k").agg(mean("v").as("m"));
  return grouped.selectExpr("CAST(w.start AS STRING) AS at", "k", "m");
};

describe("in streams it is what it is in tables, and outlives restarts", () => {
  let world: QueryWorld;
  beforeEach(() => {
    world = new QueryWorld();
  });
  afterEach(() => world.close());

  const files = [
    [
      { ts: at(1), k: "a", v: 1 },
      { ts: at(2), k: "b", v: 10 },
    ],
    [
      { ts: at(3), k: "a", v: 3 },
      { ts: at(40), k: "a", v: 7 },
    ],
    [
      { ts: at(41), k: "b", v: null },
      { ts: at(5), k: "a", v: 8 },
    ],
    [{ ts: at(200), k: "z", v: 0 }],
    [{ ts: at(400), k: "z", v: 0 }],
  ];

  const groupings: readonly (readonly [name: string, grouping: string])[] = [
    ["keys", ""],
    ["windows", "window(ts, '10 seconds')"],
    ["hopping windows", "window(ts, '10 seconds', '5 seconds')"],
    ["sessions", "session_window(ts, '4 seconds')"],
  ];

  for (const [name, grouping] of groupings) {
    for (const outputMode of ["append", "update", "complete"] as const) {
      if (name === "keys" && outputMode === "append") continue;
      if (name === "sessions" && outputMode === "update") continue;
      test(`${name}, ${outputMode}`, async () => {
        const given: Start = { outputMode, build: (input) => build(input.withWatermark("ts", "1 minute"), grouping) };
        for (const [i, lines] of files.entries()) {
          await world.file(`${i}.json`, lines);
          await world.run(given);
        }
        const batches = [...world.batches().values()];
        const streamed = outputMode === "complete" ? batches.at(-1)! : batches.flat();
        const table = world.session().read.schema("ts TIMESTAMP, k STRING, v BIGINT").json("/data/in");
        const whole = await build(table, grouping).collect();
        // In append mode the last of them are still open.
        const done = (all: readonly unknown[][]): unknown[][] => all.filter(([, k]) => outputMode !== "append" || k !== "z");
        const keyed = (all: readonly unknown[][]): unknown => new Map(done(all).map(([from, k, m]) => [JSON.stringify([from, k]), m]));
        expect(keyed(streamed)).toEqual(keyed(whole.map(Object.values)));
        expect(whole.length).toBeGreaterThan(1);
      });
    }
  }
});
