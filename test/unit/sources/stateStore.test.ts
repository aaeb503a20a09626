import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { count, expr, sum, window } from "../../../index.js";
import { CountToFour, ListAndMap } from "../../golden/runner/portedFunctions.js";
import { QueryWorld, refusalOf, type Frame } from "../query/queryWorld.js";

// The formats `statestore` and `state-metadata`: what a checkpoint holds, read beside its query.

let world: QueryWorld;

beforeEach(() => {
  world = new QueryWorld();
});

afterEach(() => world.close());

const checkpoint = "/data/checkpoint";

type Rows = Record<string, unknown>[];

async function read(options: Record<string, string | number | boolean> = {}): Promise<Rows> {
  const rows = await world.session().read.format("statestore").options(options).load(checkpoint);
  return await rows.collect();
}

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();

/** Numbers that look random and are the same every time. */
function* draws(): Generator<number, never> {
  for (let x = 7; ; x = (x * 48_271) % 2_147_483_647) yield x;
}

async function batches(
  build: (rows: Frame) => Frame,
  files: number,
  outputMode: "append" | "update" | "complete" = "append",
): Promise<number[]> {
  const random = draws();
  const draw = (below: number): number => random.next().value % below;
  for (let file = 0; file < files; file++) {
    const rows = Array.from({ length: 30 }, () => ({
      k: draw(12) === 0 ? null : `key ${draw(9)}`,
      ts: at(file * 8 + draw(12)),
      v: draw(5),
    }));
    await world.file(`${file}.json`, rows);
  }
  const query = await world.run({
    build,
    outputMode,
    readOptions: { maxFilesPerTrigger: "1" },
    conf: { "spark.sql.shuffle.partitions": "3" },
  });
  return query.recentProgress.map(({ stateOperators }) => stateOperators[0]!.numRowsTotal);
}

const shapes: Readonly<Record<string, { build: (rows: Frame) => Frame; mode?: "append" | "update"; stores?: readonly string[] }>> = {
  "windows in append mode": {
    build: (rows) => rows.withWatermark("ts", "3 seconds").groupBy(window("ts", "10 seconds"), "k").agg(count().as("n"), sum("v").as("s")),
  },
  "hopping windows": {
    build: (rows) =>
      rows
        .withWatermark("ts", "3 seconds")
        .groupBy("k", window("ts", "10 seconds", "5 seconds"))
        .agg(sum("v").as("s")),
  },
  "windows by the event time itself": {
    build: (rows) => rows.withWatermark("ts", "3 seconds").groupBy("ts", "k").agg(count().as("n")),
  },
  "keys in update mode": { build: (rows) => rows.groupBy("k").agg(sum("v").as("s")), mode: "update" },
  sessions: {
    build: (rows) => rows.withWatermark("ts", "3 seconds").groupBy(expr("session_window(ts, '4 seconds')"), "k").agg(count().as("n")),
  },
  deduplication: { build: (rows) => rows.withWatermark("ts", "3 seconds").dropDuplicatesWithinWatermark("k", "v") },
  "a join of two streams": {
    build: (rows) => {
      const side = (name: string): Frame =>
        rows.withWatermark("ts", "3 seconds").selectExpr(`k AS ${name}k`, `ts AS ${name}ts`, `v AS ${name}v`);
      return side("l").join(side("r"), expr("lk = rk AND rts BETWEEN lts AND lts + INTERVAL 5 SECONDS"));
    },
    stores: ["left", "right"],
  },
  "a limit": { build: (rows) => rows.limit(50) },
  "user state": {
    build: (rows) => rows.groupBy("k").transformWithState(() => new CountToFour(), { outputSchema: "k string, n bigint, s bigint" }),
    mode: "update",
    stores: ["count"],
  },
};

describe("what the state of a query holds", () => {
  it.each(Object.keys(shapes))("%s: the changes of all batches give the state of each, and nothing is touched", async (name) => {
    const { build, mode = "append", stores = ["default"] } = shapes[name]!;
    await batches(build, 6, mode);
    const before = await listing();
    const metadata = (await world.session().read.format("state-metadata").load(checkpoint).collect()) as Rows;
    expect(metadata.map((row) => row["stateStoreName"])).toEqual(expect.arrayContaining([...stores]));
    const { minBatchId, maxBatchId } = metadata[0] as { minBatchId: number; maxBatchId: number };
    expect(minBatchId).toBe(0);
    let held = 0;
    for (const storeName of stores) {
      const table = new Map<string, string>();
      const changes = await read({ storeName, readChangeFeed: true, changeStartBatchId: 0 });
      for (let batchId = minBatchId; batchId <= maxBatchId; batchId++) {
        for (const row of changes.filter((change) => change["batch_id"] === batchId)) {
          const key = JSON.stringify(row["key"]);
          if (row["change_type"] === "delete") table.delete(key);
          else table.set(key, JSON.stringify([row["value"], row["partition_id"]]));
        }
        const state = await read({ storeName, batchId });
        held += state.length;
        expect(new Map(state.map((row) => [JSON.stringify(row["key"]), JSON.stringify([row["value"], row["partition_id"]])]))).toEqual(
          table,
        );
        for (const row of state) expect([0, 1, 2]).toContain(row["partition_id"]);
      }
    }
    expect(held).toBeGreaterThan(5);
    expect(await listing()).toEqual(before);
  });

  it("has as many rows as the progress says, batch by batch", async () => {
    for (const name of ["windows in append mode", "keys in update mode", "deduplication", "sessions"]) {
      world.close();
      world = new QueryWorld();
      const { build, mode = "append" } = shapes[name]!;
      const totals = await batches(build, 5, mode);
      const counts = [];
      for (const batchId of totals.keys()) counts.push((await read({ batchId })).length);
      expect(counts).toEqual(totals);
    }
  });

  it("shows keys and values as the operator keeps them", async () => {
    await world.file("0.json", [
      { k: "a", ts: at(1), v: 1 },
      { k: "a", ts: at(2), v: 5 },
      { k: "b", ts: at(3), v: 7 },
    ]);
    await world.run({ build: (rows) => rows.groupBy("k").agg(sum("v").as("s")), outputMode: "update" });
    const rows = await read();
    expect(new Map(rows.map(({ key, value }) => [(key as { k: string }).k, Object.values(value as object)[0] as unknown]))).toEqual(
      new Map([
        ["a", 6],
        ["b", 7],
      ]),
    );
  });

  it("lists and maps of user state are tables of their own", async () => {
    await batches(
      (rows) =>
        rows
          .where("k IS NOT NULL")
          .groupBy("k")
          .transformWithState(() => new ListAndMap(), { outputSchema: "k string, vals array<bigint>, hist string" }),
      2,
      "update",
    );
    const metadata = (await world.session().read.format("state-metadata").load(checkpoint).collect()) as Rows;
    const names = metadata.map((row) => String(row["stateStoreName"]));
    expect(names).toEqual(expect.arrayContaining(["vals", "hist"]));
    expect((await read({ stateVarName: "hist" })).length).toBeGreaterThan(5);
  });

  it("can be asked like any table, and only for some columns", async () => {
    await batches(shapes["windows in append mode"]!.build, 3);
    const rows = await world.session().read.format("statestore").load(checkpoint);
    const some = await rows.where("key.k = 'key 3'").select("key.window.start", "partition_id").collect();
    expect(some.length).toBeGreaterThan(0);
    expect(Object.keys(some[0]!)).toEqual(["start", "partition_id"]);
  });
});

describe("what cannot be read is refused by name", () => {
  it("where there is no checkpoint, no state, no such batch, table or operator, and where options say different things", async () => {
    expect(await conditionOf({})).toBe("CHECKPOINT_NOT_FOUND");
    await batches(shapes["a join of two streams"]!.build, 2);
    expect(await conditionOf({})).toBe("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE");
    expect((await refusalOf(read({ joinSide: "left", operatorId: "join-1" }))).message).toContain("Did you mean join-0?");
    expect(await conditionOf({ joinSide: "left", batchId: 77 })).toBe("STDS_OFFSET_LOG_UNAVAILABLE");
    expect(await conditionOf({ joinSide: "left", batchId: -1 })).toBe("STDS_INVALID_OPTION_VALUE.IS_NEGATIVE");
    expect(await conditionOf({ joinSide: "left", storeName: "left" })).toBe("STDS_CONFLICT_OPTIONS");
    expect(await conditionOf({ joinSide: "middle" })).toBe("INVALID_OPTION_VALUE");
    expect(await conditionOf({ joinSide: "left", readChangeFeed: true })).toBe("STDS_REQUIRED_OPTION_UNSPECIFIED");
    expect(await conditionOf({ joinSide: "left", readChangeFeed: true, changeStartBatchId: 1, changeEndBatchId: 0 })).toBe(
      "STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
    );
    expect(await conditionOf({ joinSide: "left", changeStartBatchId: 1 })).toBe("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE");
    expect(await conditionOf({ joinSdie: "left" })).toBe("UNKNOWN_OPTION");
  });

  it("of a query without state, and as a stream", async () => {
    await batches((rows) => rows.where("v > 1"), 1).catch(() => undefined);
    expect(await conditionOf({})).toBe("STDS_FAILED_TO_READ_STATE_SCHEMA");
    expect(
      (await refusalOf(Promise.resolve().then(() => world.session().readStream.format("statestore").load(checkpoint)))).condition,
    ).toBe("SOURCE_IS_BOUNDED");
  });
});

async function conditionOf(options: Record<string, string | number | boolean>): Promise<string> {
  return (await refusalOf(read(options))).condition;
}

/** Every file of the checkpoint, with its size and time. */
async function listing(folder = checkpoint): Promise<string[]> {
  const found = [];
  for (const entry of await world.world.files.list(folder)) {
    found.push(`${entry.path} ${entry.modifiedMs}`);
    if (entry.directory) found.push(...(await listing(entry.path)));
  }
  return found;
}
