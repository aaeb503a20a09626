import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { count, expr, sum } from "../../../dataframe/functions.js";
import { textOf } from "../../simulation/harness/text.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";

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

/** Runs a query over one file after the other, anew for each or in one run, the clock moving between them. */
async function run(steps: readonly Step[], build: (rows: Frame) => Frame, isRestarted: boolean): Promise<Seen[]> {
  const seen: Seen[] = [];
  await world.world.files.makeDirectory("/data/in");
  const begin = () =>
    world.start({
      outputMode: "changes",
      trigger: isRestarted ? { availableNow: true } : { processingTime: 0 },
      conf: { "spark.sql.streaming.stateStore.minDeltasForSnapshot": "2" },
      build: (rows) => ({ writeStream: build(rows).writeStream.stateTtl("10 minutes") }),
    });
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

test.each([
  ["first rows of keys", (rows: Frame) => rows.selectExpr("k", "row_number() OVER (PARTITION BY k ORDER BY v) AS r").where("r = 1")],
  ["values that count once", (rows: Frame) => rows.groupBy("k").agg(expr("count(DISTINCT v)").as("c"))],
  ["a join of rows that are all new", (rows: Frame) => rows.join(groups(rows).withColumnRenamed("k", "j"), expr("k = j"))],
  ["sessions", (rows: Frame) => rows.groupBy(expr("session_window(ts, '1 second')").as("w"), "k").agg(count("*").as("n"))],
])("of %s it is refused by name", async (what, build) => {
  await world.file("0.json", [{ k: "a" }]);
  const refusal = await refusalOf(
    world.start({ outputMode: "changes", build: (rows) => ({ writeStream: build(rows).writeStream.stateTtl("10 minutes") }) }),
  );
  expect([refusal.condition, refusal.parameters["feature"]]).toEqual(["NOT_YET_SUPPORTED", `stateTtl of ${what} in output mode changes`]);
});
