import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { col, schema, Session, t, udaf, window } from "../../../index.js";
import { QueryWorld, refusalOf, type Frame } from "../query/queryWorld.js";

const session = Session.create({ print: () => {} });
const rows = [
  { k: "a", v: 1, w: "one" },
  { k: "b", v: 2, w: "two" },
  { k: "a", v: 5, w: "five" },
  { k: null, v: null, w: null },
  { k: "a", v: 3, w: null },
];
const frame = session.createDataFrame(rows, schema({ k: t.string, v: t.int, w: t.string }));
interface Row {
  readonly k: string | null;
  readonly v: number | null;
  readonly w: string | null;
}
const larger = (a: Row, b: Row): Row => ((a.v ?? 0) >= (b.v ?? 0) ? a : b);

const wrong = (reduce: (...given: unknown[]) => unknown): Promise<unknown> =>
  frame
    .groupBy("k")
    .reduceGroups(reduce as typeof larger)
    .collect();

function fails(): never {
  throw new Error("no luck");
}

const at = (s: number): string => new Date(Date.UTC(2024, 0, 1) + s * 1000).toISOString();
const build = (input: Frame): Frame => {
  // As a job that had a function added to it: it has another number, and the same name.
  udaf({ buffer: "INT", returns: "INT", zero: () => 0, reduce: (n: number) => n, merge: (a) => a, finish: (n) => n });
  const windows = input.withWatermark("ts", "5 seconds").groupBy(window("ts", "10 seconds"), "k");
  return windows.reduceGroups((a, b) => (Number(a["v"]) > Number(b["v"]) ? a : b)).select("k", "v");
};

describe("reduceGroups", () => {
  test("gives a row a group: its keys, then the other columns", async () => {
    expect(await frame.groupBy("k").reduceGroups(larger).orderBy("k").collect()).toEqual([
      { k: null, v: null, w: null },
      { k: "a", v: 5, w: "five" },
      { k: "b", v: 2, w: "two" },
    ]);
    expect(await frame.groupBy().reduceGroups(larger).collect()).toEqual([{ k: "a", v: 5, w: "five" }]);
    const parity = frame.where("v IS NOT NULL").groupBy(col("v").mod(2).as("odd")).reduceGroups(larger);
    expect(await parity.orderBy("odd").collect()).toEqual([
      { odd: 0, k: "b", v: 2, w: "two" },
      { odd: 1, k: "a", v: 5, w: "five" },
    ]);
    const sums = frame.groupBy("k").reduceGroups((a, b) => ({ ...a, v: (a.v ?? 0) + (b.v ?? 0) }));
    expect(await sums.where("k = 'a'").select("v").collect()).toEqual([{ v: 9 }]);
  });

  test("over grouping sets, of which a group of all has rows of every key", async () => {
    const cubed = await frame.cube("k").reduceGroups(larger).where("v IS NOT NULL").orderBy("v", "k").collect();
    expect(cubed.map(({ k, v }) => [k, v])).toEqual([
      ["b", 2],
      [null, 5],
      ["a", 5],
    ]);
  });

  test("what it throws and what it gives wrongly has a condition; groups that are not plain are refused", async () => {
    expect(await refusalOf(wrong(fails))).toMatchObject({ condition: "FAILED_EXECUTE_UDF" });
    expect(await refusalOf(wrong(() => undefined))).toMatchObject({ condition: "UDF_RESULT_MISMATCH" });
    expect(await refusalOf(wrong(() => ({ k: "a", v: "many", w: null })))).toMatchObject({ condition: "UDF_RESULT_MISMATCH" });
    expect(await refusalOf(wrong((a) => Promise.resolve(a)))).toMatchObject({ condition: "UDF_RESULT_MISMATCH" });
    const options = { outputSchema: "k STRING", stateSchema: "n INT", outputMode: "update" } as const;
    for (const grouped of [frame.cube("k"), frame.rollup("k"), frame.groupBy("k").pivot("v", [1])]) {
      await expect(refusalOf(Promise.resolve().then(() => grouped.flatMapGroupsWithState(() => [], options)))).resolves.toMatchObject({
        condition: "GROUPING_NOT_PLAIN",
      });
    }
    const pivoted = Promise.resolve().then(() => frame.groupBy("k").pivot("v", [1]).reduceGroups(larger));
    expect(await refusalOf(pivoted)).toMatchObject({
      condition: "GROUPING_NOT_PLAIN",
      parameters: { verb: "reduceGroups", grouping: "pivot" },
    });
  });
});

describe("in a stream", () => {
  let world: QueryWorld;
  beforeEach(() => {
    world = new QueryWorld();
  });
  afterEach(() => world.close());

  test("the reduced row of a window goes on from the checkpoint, in a process that knows other functions", async () => {
    for (const [i, v] of [3, 8, 5].entries()) {
      await world.file(`${i}.json`, [{ ts: at(i), k: "a", v }]);
      await world.run({ build });
    }
    await world.file("3.json", [{ ts: at(100), k: "z", v: 0 }]);
    await world.run({ build });
    expect(world.rows()).toEqual([["a", 8n]]);
  });
});
