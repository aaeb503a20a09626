import { describe, expect, test } from "vitest";
import { col, collectList, count, max } from "../../../dataframe/functions.js";
import { textOf } from "../../simulation/harness/text.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";

const groups = (input: Frame) => input.groupBy("k").agg(count("*").as("n"));

const groupsOfGroups = (input: Frame) => groups(input).groupBy("n").agg(count("*").as("c"));

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
    ["lists over groups", (input: Frame) => groups(input).groupBy("n").agg(collectList("k").as("m")), "CHANGES_UNSUPPORTED_OPERATION"],
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

  test("another mode on the same checkpoint is refused", async () => {
    const world = new QueryWorld();
    await world.file("0.json", [{ k: "a" }]);
    await world.run({ outputMode: "update", build: groups });
    expect((await refusalOf(world.run({ outputMode: "changes", build: groups }))).condition).toBe("QUERY_CHANGED");
    world.close();
  });
});
