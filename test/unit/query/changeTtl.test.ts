import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { count, expr, sum } from "../../../dataframe/functions.js";
import { textOf } from "../../simulation/harness/text.js";
import { QueryWorld, type Frame } from "./queryWorld.js";

// In output mode changes a group that nobody touched for as long as stateTtl says is taken back: what is applied is what is kept.

let world: QueryWorld;

beforeEach(() => {
  world = new QueryWorld();
});

afterEach(() => world.close());

const minute = 60_000;
const groups = (rows: Frame): Frame => rows.groupBy("k").agg(count("*").as("n"));

interface Step {
  readonly afterMs: number;
  readonly keys: readonly string[];
}

interface Seen {
  readonly told: readonly string[];
  readonly kept: readonly number[];
  readonly expired: number | undefined;
}

/** A run of a query whose state is kept for ten minutes: one that ends with its files, or goes on. */
function started(build: (rows: Frame) => Frame, isRestarted: boolean) {
  return world.start({
    outputMode: "changes",
    trigger: isRestarted ? { availableNow: true } : { processingTime: 0 },
    conf: { "spark.sql.streaming.stateStore.minDeltasForSnapshot": "2" },
    build: (rows) => ({ writeStream: build(rows).writeStream.stateTtl("10 minutes") }),
  });
}

/** Runs a query over one file after the other, anew for each or in one run, the clock moving between them. */
async function run(steps: readonly Step[], build: (rows: Frame) => Frame, isRestarted: boolean): Promise<Seen[]> {
  const seen: Seen[] = [];
  await world.world.files.makeDirectory("/data/in");
  const begin = () => started(build, isRestarted);
  let query = isRestarted ? null : await begin();
  for (const [i, { afterMs, keys }] of steps.entries()) {
    world.world.clock.advance(afterMs - 1000);
    await world.file(
      `${i}.json`,
      keys.map((k) => ({ k })),
    );
    const before = world.rows().length;
    if (isRestarted) query = await begin();
    await (isRestarted ? query!.awaitTermination() : query!.processAllAvailable());
    const operators = query!.lastProgress!.stateOperators;
    seen.push({
      told: world.rows().slice(before).map(textOf).toSorted(),
      kept: operators.map(({ numRowsTotal }) => numRowsTotal),
      expired: operators.at(-1)!.customMetrics["rowsExpiredByTtl"],
    });
  }
  await query!.stop();
  return seen;
}

const told = (...rows: (readonly [...unknown[], string])[]): string[] => rows.map((row) => textOf(row as never)).toSorted();

const steps: readonly Step[] = [
  { afterMs: 0, keys: ["a", "b"] },
  { afterMs: 6 * minute, keys: ["b"] },
  { afterMs: 6 * minute, keys: ["c"] },
  { afterMs: 6 * minute, keys: ["a"] },
];

describe.each([true, false])("with restarts: %s", (isRestarted) => {
  test("a group goes with a delete, and begins anew when it comes again", async () => {
    const seen = await run(steps, groups, isRestarted);
    expect(seen.map((step) => step.told)).toEqual([
      told(["a", 1n, "insert"], ["b", 1n, "insert"]),
      told(["b", 1n, "update_preimage"], ["b", 2n, "update_postimage"]),
      told(["a", 1n, "delete"], ["c", 1n, "insert"]),
      told(["b", 2n, "delete"], ["a", 1n, "insert"]),
    ]);
    expect(seen.map(({ kept, expired }) => [kept, expired])).toEqual([
      [[2], 0],
      [[2], 0],
      [[2], 1],
      [[2], 1],
    ]);
  });

  test("operators above let go of what is let go of below", async () => {
    const seen = await run(steps, (rows) => groups(rows).groupBy("n").agg(sum("n").as("s"), expr("collect_list(k)").as("l")), isRestarted);
    expect(seen.map((step) => step.told)).toEqual([
      told([1n, 2n, ["a", "b"], "insert"]),
      told([1n, 2n, ["a", "b"], "update_preimage"], [1n, 1n, ["a"], "update_postimage"], [2n, 2n, ["b"], "insert"]),
      told([1n, 1n, ["a"], "update_preimage"], [1n, 1n, ["c"], "update_postimage"]),
      told([1n, 1n, ["c"], "update_preimage"], [1n, 2n, ["a", "c"], "update_postimage"], [2n, 2n, ["b"], "delete"]),
    ]);
    expect(seen.map(({ kept }) => kept)).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
  });
});

/** Rows of files, and how long after the one before each comes. */
type Timed = readonly [afterMinutes: number, ...rows: (readonly [k: string, v: number])[]];

/** What is told of each file, and what the operator that `rowsExpiredByTtl` is of has let go of. */
async function toldOf(
  files: readonly Timed[],
  build: (rows: Frame) => Frame,
  isRestarted: boolean,
): Promise<(readonly [string[], number])[]> {
  const seen: (readonly [string[], number])[] = [];
  await world.world.files.makeDirectory("/data/in");
  const begin = () => started(build, isRestarted);
  let query = isRestarted ? null : await begin();
  for (const [i, [afterMinutes, ...rows]] of files.entries()) {
    world.world.clock.advance(afterMinutes * minute - 1000);
    const before = world.rows().length;
    await world.file(
      `${i}.json`,
      rows.map(([k, v]) => ({ k, v })),
    );
    if (isRestarted) query = await begin();
    await (isRestarted ? query!.awaitTermination() : query!.processAllAvailable());
    const expired = query!.lastProgress!.stateOperators.map(({ customMetrics }) => customMetrics["rowsExpiredByTtl"] ?? 0);
    seen.push([world.rows().slice(before).map(textOf).toSorted(), expired.reduce((total, n) => total + n, 0)]);
  }
  await query!.stop();
  return seen;
}

const files: readonly Timed[] = [
  [0, ["a", 1], ["a", 2], ["b", 5]],
  [6, ["b", 4], ["b", 5]],
  [6, ["c", 1]],
  [6, ["a", 2], ["c", 1]],
];

const firstRows = (rows: Frame): Frame =>
  rows.select("k", "v", expr("row_number() OVER (PARTITION BY k ORDER BY v)").as("r")).where("r = 1").select("k", "v");

const valuesOnce = (rows: Frame): Frame =>
  rows.groupBy("k").agg(expr("count(DISTINCT v)").as("d"), expr("sum(DISTINCT v) FILTER (WHERE v > 4)").as("s"), count("*").as("n"));

const sessionsOfKeys = (rows: Frame): Frame =>
  rows
    .select("k", expr("timestamp_seconds(v)").as("at"))
    .groupBy(expr("session_window(at, '2 seconds')").as("w"), "k")
    .agg(count("*").as("n"))
    .selectExpr("k", "unix_seconds(w.start) AS s", "n");

const outerJoin = (rows: Frame): Frame =>
  rows
    .where("k <> 'c'")
    .join(rows.where("k = 'c'").select(expr("v").as("w")), expr("v = w"), "left")
    .select("k", "v", "w");

const pairsWithGroups = (rows: Frame): Frame =>
  rows
    .where("k <> 'c'")
    .join(rows.where("k = 'c'").groupBy(expr("v").as("w")).agg(count("*").as("c")), expr("v = w"))
    .groupBy("w")
    .agg(count("*").as("n"), expr("collect_set(k)").as("ks"));

describe.each([true, false])("with restarts: %s, what nobody came to goes with a delete, and begins anew", (isRestarted) => {
  test("first rows of keys", async () => {
    expect(await toldOf(files, firstRows, isRestarted)).toEqual([
      [told(["a", 1n, "insert"], ["b", 5n, "insert"]), 0],
      [told(["b", 5n, "update_preimage"], ["b", 4n, "update_postimage"]), 0],
      [told(["a", 1n, "delete"], ["c", 1n, "insert"]), 1],
      [told(["b", 4n, "delete"], ["a", 2n, "insert"]), 1],
    ]);
  });

  test("values that count once, also where a FILTER leaves out what comes to their group", async () => {
    expect(await toldOf(files, valuesOnce, isRestarted)).toEqual([
      [told(["a", 2n, null, 2n, "insert"], ["b", 1n, 5n, 1n, "insert"]), 0],
      [told(["b", 1n, 5n, 1n, "update_preimage"], ["b", 2n, 5n, 3n, "update_postimage"]), 0],
      [told(["a", 2n, null, 2n, "delete"], ["c", 1n, null, 1n, "insert"]), 3],
      [
        told(
          ["b", 2n, 5n, 3n, "delete"],
          ["a", 1n, null, 1n, "insert"],
          ["c", 1n, null, 1n, "update_preimage"],
          ["c", 1n, null, 2n, "update_postimage"],
        ),
        4,
      ],
    ]);
    // A group that is come to by rows that a set leaves out keeps the values of the set.
    world.close();
    world = new QueryWorld();
    const some: readonly Timed[] = [
      [0, ["a", 5]],
      [6, ["a", 1]],
      [6, ["a", 5], ["a", 6]],
    ];
    expect((await toldOf(some, valuesOnce, isRestarted)).at(-1)![0]).toEqual(
      told(["a", 2n, 5n, 2n, "update_preimage"], ["a", 3n, 11n, 4n, "update_postimage"]),
    );
  });

  test("sessions", async () => {
    expect(await toldOf(files, sessionsOfKeys, isRestarted)).toEqual([
      [told(["a", 1n, 2n, "insert"], ["b", 5n, 1n, "insert"]), 0],
      [told(["b", 5n, 1n, "delete"], ["b", 4n, 3n, "insert"]), 0],
      [told(["a", 1n, 2n, "delete"], ["c", 1n, 1n, "insert"]), 2],
      [told(["b", 4n, 3n, "delete"], ["a", 2n, 1n, "insert"], ["c", 1n, 1n, "delete"], ["c", 1n, 2n, "insert"]), 2],
    ]);
  });

  test("rows of a join: each so long after it came last", async () => {
    expect(await toldOf(files, outerJoin, isRestarted)).toEqual([
      [told(["a", 1n, null, "insert"], ["a", 2n, null, "insert"], ["b", 5n, null, "insert"]), 0],
      [told(["b", 4n, null, "insert"], ["b", 5n, null, "insert"]), 0],
      // The pair of the row that goes is never told.
      [told(["a", 1n, null, "delete"], ["a", 2n, null, "delete"]), 2],
      [told(["a", 2n, null, "insert"], ["b", 4n, null, "delete"], ["b", 5n, null, "delete"], ["b", 5n, null, "delete"]), 3],
    ]);
  });

  test("a pair goes with one of its rows, and operators above let go", async () => {
    const pairs: readonly Timed[] = [
      [0, ["a", 1], ["c", 1]],
      [6, ["a", 1], ["b", 1], ["c", 1]],
      [3, ["c", 1]],
      [8, ["b", 7]],
      [6, ["b", 7]],
    ];
    expect((await toldOf(pairs, pairsWithGroups, isRestarted)).map(([changes]) => changes)).toEqual([
      told([1n, 1n, ["a"], "insert"]),
      told([1n, 1n, ["a"], "update_preimage"], [1n, 3n, ["a", "b"], "update_postimage"]),
      [],
      // The rows of a and b.
      told([1n, 3n, ["a", "b"], "delete"]),
      [],
    ]);
  });
});
