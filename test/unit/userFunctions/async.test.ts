import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { col, Session, transform, udf, when, type DataFrame } from "../../../index.js";
import { crashPoints } from "../../../engine/contract/runtime.js";
import { QueryWorld, refusalOf, type Frame, type Start } from "../query/queryWorld.js";

// Functions that take their time: rows keep their order, so many wait at once and no more, and what they answered is not asked again.

const tables = Session.create({ print: () => {} });
const numbers = tables.range(50) as DataFrame<{ id: number }>;

/** Answers after a while that depends on what is asked, so that answers come in another order; notes how many wait. */
class Outside {
  waiting = 0;
  most = 0;
  asked: number[] = [];

  answer = async (id: number): Promise<number> => {
    this.asked.push(id);
    this.most = Math.max(this.most, ++this.waiting);
    for (let i = 0; i < 1 + ((id * 7) % 5); i++) await setImmediate();
    this.waiting--;
    return id * 10;
  };
}

let outside: Outside;
beforeEach(() => {
  outside = new Outside();
});

describe("asynchronous functions", () => {
  test("as columns, guarded and not", async () => {
    const ask = udf(outside.answer, "BIGINT", { concurrency: 4 });
    const frame = numbers.select("id", ask("id").as("a"), when(col("id").lt(10), ask(col("id").plus(100))).as("b"));
    expect(await frame.collect()).toEqual(Array.from({ length: 50 }, (_, id) => ({ id, a: id * 10, b: id < 10 ? (id + 100) * 10 : null })));
    expect(outside.most).toBeLessThanOrEqual(4);
    expect(outside.asked.length).toBe(60);
  });

  test("of rows and of batches", async () => {
    const options = { concurrency: 3 };
    const expected = Array.from({ length: 50 }, (_, id) => ({ v: id * 10 }));
    expect(await numbers.map(async ({ id }) => ({ v: await outside.answer(id) }), "v BIGINT", options).collect()).toEqual(expected);
    expect(outside.most).toBeLessThanOrEqual(3);
    expect(await numbers.flatMap(async ({ id }) => [{ v: await outside.answer(id) }], "v BIGINT", options).collect()).toEqual(expected);
    const even = numbers.filter(async ({ id }) => (await outside.answer(id)) % 20 === 0, options);
    expect((await even.collect()).map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, i) => 2 * i));
    const batches = numbers.mapBatches(async (table) => {
      await setImmediate();
      return table;
    }, "id BIGINT");
    expect(await batches.collect()).toEqual(await numbers.collect());
  });

  test("one that fails ends it, and nothing more is asked", async () => {
    const ask = udf(
      async (id: number) => {
        await outside.answer(id);
        if (id === 5) throw new Error("no answer");
        return id;
      },
      "BIGINT",
      { name: "ask", concurrency: 2 },
    );
    expect(await refusalOf(numbers.select(ask("id")).collect())).toMatchObject({
      condition: "FAILED_EXECUTE_UDF",
      parameters: { functionName: "ask", reason: "no answer" },
    });
    expect(outside.asked.length).toBeLessThan(20);
  });

  test("are refused where no batch can wait, before the first row", async () => {
    const ask = udf(outside.answer, "BIGINT", { name: "ask" });
    const inLambda = numbers.selectExpr("array(id) AS ids").select(transform("ids", (id) => ask(id)).as("l"));
    expect(await refusalOf(inLambda.collect())).toMatchObject({ condition: "UDF_ASYNC_UNSUPPORTED", parameters: { functionName: "ask" } });
    const other = tables.range(3).withColumnRenamed("id", "other");
    const inJoin = numbers.join(other, udf(async (a: number, b: number) => a === b, "BOOLEAN", { name: "ask" })("id", "other"));
    expect(await refusalOf(inJoin.collect())).toMatchObject({ condition: "UDF_ASYNC_UNSUPPORTED", parameters: { functionName: "ask" } });
    expect(outside.asked).toEqual([]);
  });
});

const echo = (input: Frame): Frame => input.select(udf(async (v: number) => v, "BIGINT")("v").as("v"));

describe("in a stream what was answered is written down", () => {
  let world: QueryWorld;
  beforeEach(async () => {
    world = new QueryWorld();
    await world.file("0.json", [
      { k: "a", v: 1 },
      { k: "b", v: 2 },
      { k: "c", v: 3 },
    ]);
  });
  afterEach(() => world.close());

  /** An answer that is another each time. */
  let epoch = 0;
  const asking: readonly (readonly [string, (input: Frame) => Frame])[] = [
    ["a column", (input) => input.select("k", udf(async (v: number) => ({ v, epoch }), "STRUCT<v: BIGINT, epoch: INT>")("v").as("a"))],
    ["map", (input) => input.map(async (row) => ({ k: row["k"], epoch }), "k STRING, epoch INT")],
    ["flatMap", (input) => input.flatMap(async (row) => [{ k: row["k"], epoch }], "k STRING, epoch INT")],
    ["filter", (input) => input.filter(async (row) => epoch === 1 && row["k"] !== "b")],
  ];

  test.each(asking)("%s: a batch that runs again reads it", async (_, build) => {
    const start: Start = { build, readOptions: { maxFilesPerTrigger: "1" } };
    epoch = 1;
    await world.run(start);
    const first = JSON.stringify(world.rows(), (__, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    const logged = await world.text("/data/checkpoint/answers/0");
    expect(logged).toMatch(/^v1\n\{"batchId":0,"answers":\{"0 \w+":\[/);
    // The commit is taken back: the batch runs again, and the world has changed.
    await world.world.files.remove("/data/checkpoint/commits/0");
    epoch = 2;
    world.close();
    await world.run(start);
    expect(JSON.stringify(world.rows(), (__, value: unknown) => (typeof value === "bigint" ? String(value) : value))).toBe(first);
    expect(await world.text("/data/checkpoint/answers/0")).toBe(logged);
  });

  test.each(crashPoints)("a crash %s: all rows of a batch are of one attempt", async (point) => {
    const build = asking[0]![1];
    const start: Start = { build, sink: "json" };
    epoch = 1;
    world.world.crashAtPoint(point, 0);
    await world.run(start).catch(() => null);
    const asked = (await world.text("/data/checkpoint/answers/0")) !== null;
    epoch = 2;
    world.world.cancelCrash();
    await world.run(start);
    const session = world.session();
    const rows = await session.read.schema("k STRING, a STRUCT<v: BIGINT, epoch: INT>").json("/data/out").orderBy("k").collect();
    expect(rows).toEqual(["a", "b", "c"].map((k, i) => ({ k, a: { v: i + 1, epoch: asked ? 1 : 2 } })));
  });

  test("a batch that asked nobody has no file; old files go; damaged ones are refused", async () => {
    const start: Start = { build: echo, conf: { "spark.sql.streaming.minBatchesToRetain": "2" } };
    await world.run(start);
    for (let i = 1; i < 5; i++) {
      await world.file(`${i}.json`, [{ k: "z", v: i }]);
      await world.run(start);
    }
    const names = (await world.world.files.list("/data/checkpoint/answers")).map(({ name }) => name);
    expect(names.toSorted()).toEqual(["3", "4"]);
    await world.world.files.remove("/data/checkpoint/commits/4");
    await world.overwrite("/data/checkpoint/answers/4", (await world.text("/data/checkpoint/answers/4"))!.replace('"4"', '"5"'));
    expect(await refusalOf(world.run(start))).toMatchObject({ condition: "CHECKPOINT_CORRUPT" });
  });

  test.each(asking)("%s: a function that never answers does not hold stop(); the next run asks again", async (_, build) => {
    const silent = new Promise<never>(() => {});
    let isSilent = true;
    const asked: number[] = [];
    const ask = async (v: number): Promise<number> => {
      asked.push(v);
      return isSilent ? await silent : v;
    };
    const input = (frame: Frame): Frame => frame.select("k", udf(ask, "BIGINT")("v").as("v"));
    epoch = 1;
    const query = await world.start({ build: (frame) => build(input(frame)), sink: "json" });
    while (asked.length === 0) await setImmediate();
    await query.stop();
    await query.awaitTermination();
    expect(query.exception).toBeNull();
    expect(await world.text("/data/checkpoint/commits/0")).toBeNull();
    isSilent = false;
    world.close();
    await world.run({ build: (frame) => build(input(frame)), sink: "json" });
    expect(await world.text("/data/checkpoint/commits/0")).not.toBeNull();
  });
});
