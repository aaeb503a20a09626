import { describe, expect, test } from "vitest";
import { col, collectList, count, expr, max, sessionWindow, window } from "../../../dataframe/functions.js";
import { textOf } from "../../simulation/harness/text.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";

const groups = (input: Frame) => input.groupBy("k").agg(count("*").as("n"));

const groupsOfGroups = (input: Frame) => groups(input).groupBy("n").agg(count("*").as("c"));

const at = (second: number, v: number) => ({ ts: new Date(second * 1000).toISOString(), k: `k${v}`, v });

const sessions = (input: Frame): Frame =>
  input
    .withWatermark("ts", "30 seconds")
    .groupBy(sessionWindow("ts", "10 seconds").as("w"), expr("'x'").as("x"))
    .agg(expr("collect_list(v)").as("l"))
    .selectExpr("CAST(unix_timestamp(w.start) AS INT) AS s", "CAST(unix_timestamp(w.end) AS INT) AS e", "l");

const windowMaxima = (input: Frame): Frame =>
  input.withWatermark("ts", "1 second").groupBy(window("ts", "10 seconds").as("w"), "k").agg(max("v").as("m"));

const joinOfWindows = (input: Frame): Frame =>
  windowMaxima(input).join(windowMaxima(input).selectExpr("w AS v", "k AS j", "m AS o").where("o > 1"), expr("w = v AND k = j"), "left");

describe("output mode changes", () => {
  test("says what became of each group", async () => {
    const world = new QueryWorld();
    const start = { outputMode: "changes", build: (input: Frame) => groups(input).filter(col("n").lt(3)) } as const;
    await world.file("0.json", [{ k: "a" }, { k: "b" }]);
    await world.run(start);
    await world.file("1.json", [{ k: "a" }, { k: "c" }]);
    await world.run(start);
    await world.file("2.json", [{ k: "a" }, { k: "c" }, { k: "c" }]);
    await world.run(start);
    const told = [...world.batches().values()].map((rows) => rows.map(textOf).toSorted());
    expect(told).toEqual(
      [
        [
          ["a", 1n, "insert"],
          ["b", 1n, "insert"],
        ],
        [
          ["a", 1n, "update_preimage"],
          ["a", 2n, "update_postimage"],
          ["c", 1n, "insert"],
        ],
        [
          ["a", 2n, "delete"],
          ["c", 1n, "delete"],
        ],
      ].map((rows) => rows.map(textOf)),
    );
    world.close();
  });

  test("a result that stays is not told again", async () => {
    const world = new QueryWorld();
    const start = { outputMode: "changes", build: (input: Frame) => input.groupBy("k").agg(max("v").as("m")) } as const;
    await world.file("0.json", [{ k: "a", v: 5 }]);
    await world.run(start);
    await world.file("1.json", [{ k: "a", v: 4 }]);
    await world.run(start);
    expect([...world.batches().values()].map((rows) => rows.length)).toEqual([1, 0]);
    world.close();
  });

  test("files have the column", async () => {
    const world = new QueryWorld();
    await world.file("0.json", [{ k: "a" }]);
    await world.run({ outputMode: "changes", build: groups, sink: "json" });
    const rows = await world
      .session()
      .read.json("/data/out")
      .then((frame) => frame.collect());
    expect(rows).toEqual([{ _change_type: "insert", k: "a", n: 1 }]);
    world.close();
  });

  test("explain shows which operators take rows back", async () => {
    const world = new QueryWorld();
    await world.file("0.json", [{ k: "a" }]);
    const query = await world.run({ outputMode: "changes", build: groupsOfGroups });
    const lines = query
      .explain()
      .split("\n")
      .filter((line) => line.includes("Change"));
    expect(lines.map((line) => line.replace(/^[^A-Z]*/, "").replace(/, functions .*, takes/, ", takes"))).toEqual([
      "ChangeRows insert, update_preimage, update_postimage, delete by [n]",
      "ChangeAggregate (aggregate-1) keys [n], takes insert, delete, 4 partitions",
      "ChangeAggregate (aggregate-0) keys [k], takes insert, 4 partitions",
    ]);
    world.close();
  });

  test.each([
    ["dropDuplicates of groups", (input: Frame) => groups(input).dropDuplicates("n"), "CHANGES_UNSUPPORTED_OPERATION"],
    ["a column of that name", (input: Frame) => input.withColumn("_change_type", col("k")), "CHANGES_COLUMN_TAKEN"],
    ["sorting", (input: Frame) => input.orderBy("k"), "STREAMING_SORT"],
  ])("%s is refused", async (_, build, condition) => {
    const world = new QueryWorld();
    await world.file("0.json", [{ k: "a" }]);
    const refusal = await refusalOf(world.start({ outputMode: "changes", build }));
    expect(refusal.condition).toBe(condition);
    world.close();
  });

  test("a list of groups is told anew when one of them changes, and one row is written for each that did", async () => {
    const world = new QueryWorld();
    const start = { outputMode: "changes", build: (input: Frame) => groups(input).groupBy("n").agg(collectList("k").as("l")) } as const;
    await world.file("0.json", [{ k: "c" }, { k: "a" }, { k: "b" }]);
    await world.run(start);
    await world.file("1.json", [{ k: "b" }]);
    const query = await world.run(start);
    expect([...world.batches().values()].map((rows) => rows.map(textOf).toSorted())).toEqual([
      [[1n, ["a", "b", "c"], "insert"]].map(textOf),
      [
        [1n, ["a", "b", "c"], "update_preimage"],
        [1n, ["a", "c"], "update_postimage"],
        [2n, ["b"], "insert"],
      ]
        .map(textOf)
        .toSorted(),
    ]);
    const [kept] = query.lastProgress!.stateOperators.filter(({ operatorName }) => operatorName === "keptAggregate");
    expect(kept).toMatchObject({ numRowsTotal: 3, numRowsUpdated: 2, numRowsRemoved: 1 });
    world.close();
  });

  test.each([
    ["least and greatest", ["min(v) AS l", "max(v) AS h"]],
    ["lists", ["collect_list(v) AS l"]],
    ["the first", null],
  ] as const)("%s of windows are forgotten when the watermark has passed them", async (_, aggregates) => {
    const world = new QueryWorld();
    const build = (input: Frame): Frame => {
      const windows = input.withWatermark("ts", "1 second").groupBy(window("ts", "10 seconds").as("w"), "k").agg(max("v").as("v"));
      if (aggregates === null) return windows.selectExpr("w", "v", "row_number() OVER (PARTITION BY w ORDER BY v) AS r").where("r = 1");
      const [first, ...rest] = aggregates.map(expr);
      return windows.groupBy("w").agg(first!, ...rest);
    };
    const sizes: number[][] = [];
    for (const [i, rows] of [[at(1, 1), at(2, 2), at(3, 3)], [at(15, 4)], [at(4, 5), at(16, 5)], [at(30, 6)]].entries()) {
      await world.file(`${i}.json`, rows);
      const query = await world.run({ outputMode: "changes", build });
      sizes.push(query.lastProgress!.stateOperators.map(({ numRowsTotal }) => numRowsTotal));
    }
    // What is left behind the last batch: the groups and rows of the last window alone, a row an aggregate that asks for the first.
    expect(sizes[0]!.every((size) => size >= 1)).toBe(true);
    expect(Math.max(...sizes[3]!)).toBe(aggregates?.length ?? 1);
    const windows = new Set(world.rows().map(([w]) => textOf([w!])));
    expect(windows.size).toBe(3);
    // The late row of the first window said nothing.
    const last = [...world.batches().values()].at(-1)!;
    expect(last.every((row) => row.at(-1) === "insert")).toBe(true);
    world.close();
  });

  test("a join by windows forgets both sides of those that the watermark has passed, and leaves out their late rows", async () => {
    const world = new QueryWorld();
    const seen: number[] = [];
    for (const [i, rows] of [[at(1, 1), at(2, 2), at(3, 3)], [at(15, 4)], [at(4, 5)], [at(30, 6)]].entries()) {
      await world.file(`${i}.json`, rows);
      const query = await world.run({ outputMode: "changes", build: joinOfWindows });
      const join = query.recentProgress.map(({ stateOperators }) =>
        stateOperators.find(({ operatorName }) => operatorName === "changeJoin")!,
      );
      seen.push(join.at(-1)!.numRowsTotal);
    }
    // Three keys on the left, two of which have a partner; then those of the second window; nothing of the late row; then those of the last.
    expect(seen).toEqual([5, 2, 2, 2]);
    const rows = world.rows().map((row) => textOf([row[1]!, row[2]!, row[5]!, row[6]!]));
    expect(rows.toSorted()).toEqual(
      [
        ["k1", 1n, null, "insert"],
        ["k2", 2n, 2n, "insert"],
        ["k3", 3n, 3n, "insert"],
        ["k4", 4n, 4n, "insert"],
        ["k6", 6n, 6n, "insert"],
      ].map(textOf),
    );
    world.close();
  });

  test("sessions come early, grow, merge, and are forgotten when the watermark has passed them", async () => {
    const world = new QueryWorld();
    const kept: number[] = [];
    for (const [i, rows] of [[at(100, 1), at(120, 2)], [at(125, 3)], [at(110, 4)], [at(200, 5)], [at(130, 6)]].entries()) {
      await world.file(`${i}.json`, rows);
      const query = await world.run({ outputMode: "changes", build: sessions });
      kept.push(query.lastProgress!.stateOperators[0]!.numRowsTotal);
    }
    const told = [...world.batches().values()].filter((rows) => rows.length > 0).map((rows) => rows.map(textOf));
    expect(told.map((rows) => rows.toSorted())).toEqual(
      [
        [
          [100, 110, [1n], "insert"],
          [120, 130, [2n], "insert"],
        ],
        [
          [120, 130, [2n], "delete"],
          [120, 135, [2n, 3n], "insert"],
        ],
        [
          [100, 110, [1n], "delete"],
          [120, 135, [2n, 3n], "delete"],
          // In the order of their times.
          [100, 135, [1n, 4n, 2n, 3n], "insert"],
        ],
        // The first session is behind the watermark now, and the row that comes last would have been of it.
        [[200, 210, [5n], "insert"]],
      ].map((rows) => rows.map(textOf).toSorted()),
    );
    expect(kept).toEqual([2, 3, 4, 1, 1]);
    world.close();
  });

  test("another mode on the same checkpoint is refused", async () => {
    const world = new QueryWorld();
    await world.file("0.json", [{ k: "a" }]);
    await world.run({ outputMode: "update", build: groups });
    expect((await refusalOf(world.run({ outputMode: "changes", build: groups }))).condition).toBe("QUERY_CHANGED");
    world.close();
  });
});
