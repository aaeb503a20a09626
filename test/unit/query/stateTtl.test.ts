import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { col, count, expr, sum, window } from "../../../index.js";
import type { Value } from "../../../engine/arrow/value.js";
import { QueryWorld, refusalOf, type Frame, type Start } from "./queryWorld.js";

// State that no watermark bounds lives as long as `stateTtl` says, by the logged time of the batches.

let world: QueryWorld;

beforeEach(() => {
  world = new QueryWorld();
});

afterEach(() => world.close());

/** What one step brings: how long after the last one, which rows. */
type Step = readonly [afterMs: number, ...rows: (readonly [k: string, v: number])[]];

interface Seen {
  readonly rows: readonly (readonly Value[])[];
  readonly kept: number;
  readonly expired: number | undefined;
}

/** Runs a query anew for every step, or once for all of them. */
async function run(steps: readonly Step[], build: (rows: Frame) => Frame, start: Start = {}, isRestarted = true): Promise<Seen[]> {
  const seen: Seen[] = [];
  await world.world.files.makeDirectory("/data/in");
  const begin = () =>
    world.start({
      schema: "k STRING, v BIGINT",
      trigger: isRestarted ? { availableNow: true } : { processingTime: 0 },
      ...start,
      build: (rows) => ({ writeStream: build(rows).writeStream.stateTtl("10 minutes") }),
    });
  let query = isRestarted ? null : await begin();
  for (const [i, [afterMs, ...rows]] of steps.entries()) {
    world.world.clock.advance(afterMs - 1000);
    await world.file(
      `${i}.json`,
      rows.map(([k, v]) => ({ k, v })),
    );
    const before = world.rows().length;
    if (isRestarted) query = await begin();
    await (isRestarted ? query!.awaitTermination() : query!.processAllAvailable());
    const [operator] = query!.lastProgress!.stateOperators;
    seen.push({ rows: world.rows().slice(before), kept: operator!.numRowsTotal, expired: operator!.customMetrics["rowsExpiredByTtl"] });
  }
  await query!.stop();
  return seen;
}

const minute = 60_000;

const totals = (rows: Frame): Frame => rows.groupBy("k").agg(sum("v").as("total"));
const windowCounts = (rows: Frame): Frame =>
  rows.select(expr("timestamp_seconds(v)").as("at")).groupBy(window("at", "10 seconds")).agg(count().as("n")).select("n");
const joined = (rows: Frame): Frame =>
  rows.where("k = 'l'").as("l").join(rows.where("k = 'r'").as("r"), expr("l.v = r.v")).select(col("l.v"));

const started = async (build: (rows: Frame) => Frame, start: Start = {}): Promise<readonly string[]> => {
  await world.file("0.json", [{ ts: "2024-01-01T00:00:00Z", k: "a", v: 1 }]);
  await world.run({ ...start, build: (rows) => ({ writeStream: build(rows).writeStream }) });
  return world.warnings;
};

const late = (rows: Frame): Frame => rows.withWatermark("ts", "1 minute");

const numbers = (from: number, to: number): readonly object[] => Array.from({ length: to - from }, (_, i) => ({ v: from + i }));

describe.each([
  ["one run", false],
  ["a run each step", true],
])("stateTtl, %s", (_, isRestarted) => {
  it("bounds deduplication by the batch of a key's first row", async () => {
    const steps: Step[] = [
      [minute, ["a", 1]],
      [6 * minute, ["a", 2], ["b", 3]],
      [4 * minute, ["c", 4]],
      [minute, ["a", 5], ["b", 6]],
    ];
    const seen = await run(steps, (rows) => rows.dropDuplicates("k"), {}, isRestarted);
    expect(seen).toEqual([
      { rows: [["a", 1n]], kept: 1, expired: 0 },
      { rows: [["b", 3n]], kept: 2, expired: 0 },
      { rows: [["c", 4n]], kept: 2, expired: 1 },
      { rows: [["a", 5n]], kept: 3, expired: 0 },
    ]);
  });

  it("bounds groups by the last batch that touched them", async () => {
    const steps: Step[] = [
      [minute, ["a", 1], ["b", 1]],
      [6 * minute, ["a", 2]],
      [4 * minute, ["c", 4]],
      [6 * minute, ["a", 5], ["b", 6]],
    ];
    const seen = await run(steps, totals, { outputMode: "update" }, isRestarted);
    expect(seen.map(({ rows, ...rest }) => ({ rows: rows.map(String).toSorted(), ...rest }))).toEqual([
      { rows: ["a,1", "b,1"], kept: 2, expired: 0 },
      { rows: ["a,3"], kept: 2, expired: 0 },
      { rows: ["c,4"], kept: 2, expired: 1 },
      // What a batch touches in the moment in which it would go stays.
      { rows: ["a,8", "b,6"], kept: 3, expired: 0 },
    ]);
  });

  it("bounds windows without a watermark", async () => {
    const steps: Step[] = [
      [minute, ["a", 1]],
      [6 * minute, ["a", 1]],
      [10 * minute, ["a", 100]],
    ];
    const seen = await run(steps, windowCounts, { outputMode: "update" }, isRestarted);
    expect(seen).toEqual([
      { rows: [[1n]], kept: 1, expired: 0 },
      { rows: [[2n]], kept: 1, expired: 0 },
      { rows: [[1n]], kept: 1, expired: 1 },
    ]);
  });

  it("bounds both sides of a join by the batches of their rows", async () => {
    const steps: Step[] = [
      [minute, ["l", 1], ["r", 2]],
      [6 * minute, ["r", 1]],
      [4 * minute, ["x", 9]],
      [minute, ["l", 2], ["r", 1], ["l", 1]],
    ];
    const seen = await run(steps, joined, {}, isRestarted);
    expect(seen.map(({ rows, ...rest }) => ({ rows: rows.length, ...rest }))).toEqual([
      { rows: 0, kept: 2, expired: 0 },
      { rows: 1, kept: 3, expired: 0 },
      { rows: 0, kept: 1, expired: 2 },
      { rows: 2, kept: 4, expired: 0 },
    ]);
  });
});

describe("state that nothing bounds", () => {
  const update: Start = { outputMode: "update" };

  it.each<readonly [string, (rows: Frame) => Frame, Start, RegExp]>([
    ["groups by a key", (rows) => rows.groupBy("k").agg(count().as("n")), update, /^aggregate-0 keeps every group .*withWatermark\("ts"/],
    [
      "windows",
      (rows) => rows.groupBy(window("ts", "1 hour")).agg(count().as("n")),
      update,
      /^aggregate-0 keeps every group .*withWatermark\("ts"/,
    ],
    ["deduplication", (rows) => rows.dropDuplicates("k"), {}, /^deduplicate-0 keeps every key .*withWatermark\("ts"/],
    ["deduplication without its time", (rows) => late(rows).dropDuplicates("k"), {}, /^deduplicate-0 keeps every key .*event time ts/],
    [
      "a join",
      (rows) => rows.as("l").join(rows.as("r"), expr("l.k = r.k")).select("l.k"),
      {},
      /^join-0 keeps every row of both sides .*ts/,
    ],
    [
      "a join with one watermark",
      (rows) => late(rows).as("l").join(rows.as("r"), expr("l.k = r.k AND r.ts >= l.ts")).select("l.k"),
      {},
      /^join-0 keeps every row of .*right side has no watermark/,
    ],
  ])("of %s is warned about, with what is missing and what to write", async (_, build, start, text) => {
    expect(await started(build, start)).toEqual([expect.stringMatching(text)]);
  });

  it.each<readonly [string, (rows: Frame) => Frame, Start]>([
    ["windows behind a watermark", (rows) => late(rows).groupBy(window("ts", "1 hour")).agg(count().as("n")), {}],
    ["deduplication within the watermark", (rows) => late(rows).dropDuplicatesWithinWatermark("k"), {}],
    ["one group", (rows) => rows.agg(count().as("n")), update],
    ["complete mode, which asks for it", (rows) => rows.groupBy("k").agg(count().as("n")), { outputMode: "complete" }],
  ])("is not that of %s", async (_, build, start) => {
    expect(await started(build, start)).toEqual([]);
  });

  it("says how fast it grows when a run has lasted a minute, and again when it has doubled", async () => {
    await world.world.files.makeDirectory("/data/in");
    const query = await world.start({
      trigger: { processingTime: 0 },
      build: (rows) => ({ writeStream: rows.dropDuplicates("v").writeStream }),
    });
    for (const [i, [from, to]] of (
      [
        [0, 10],
        [10, 20],
        [20, 30],
        [30, 50],
      ] as const
    ).entries()) {
      world.world.clock.advance(30 * minute - 1000);
      await world.file(`${i}.json`, numbers(from, to));
      await query.processAllAvailable();
    }
    const { rowsPerHour, bytesPerHour } = query.lastProgress!.stateOperators[0]!.customMetrics;
    expect(rowsPerHour).toBe(Math.round(40 / 1.5));
    expect(bytesPerHour).toBeTypeOf("number");
    await query.stop();
    const told = world.warnings.filter((text) => text.includes("an hour"));
    expect(told).toEqual([expect.stringContaining("has 20 rows"), expect.stringContaining("has 50 rows")]);
  });
});

describe("stateTtl", () => {
  it("takes durations", async () => {
    for (const duration of ["0 seconds", "-1 day", "1 month"]) {
      const refusal = await refusalOf(world.run({ build: (rows) => ({ writeStream: rows.writeStream.stateTtl(duration) }) }));
      expect(refusal).toMatchObject({ condition: "INVALID_OPTION_VALUE", parameters: { option: "stateTtl" } });
    }
  });

  it("may be longer or shorter at the next start, and not taken away under the state", async () => {
    await world.file("0.json", [{ k: "a" }]);
    const start = (ttl: string | null): Promise<unknown> =>
      world.run({
        build: (rows) => {
          const { writeStream } = rows.select("k").dropDuplicates("k");
          return { writeStream: ttl === null ? writeStream : writeStream.stateTtl(ttl) };
        },
      });
    await start("1 day");
    await start("1 hour");
    expect((await refusalOf(start(null))).condition).toMatch(/^(QUERY_CHANGED|STATE_SCHEMA_CHANGED)$/);
  });

  it("leaves alone what a watermark bounds", async () => {
    await world.file("0.json", [{ ts: "2024-01-01T00:00:00Z", k: "a" }]);
    const query = await world.run({
      build: (rows) => ({
        writeStream: rows
          .withWatermark("ts", "1 second")
          .groupBy(window("ts", "1 minute"))
          .agg(count().as("n"))
          .writeStream.stateTtl("1 second"),
      }),
    });
    expect(query.lastProgress!.stateOperators[0]!.customMetrics).not.toHaveProperty("rowsExpiredByTtl");
    expect(query.lastProgress!.stateOperators[0]!.numRowsTotal).toBe(1);
  });
});
