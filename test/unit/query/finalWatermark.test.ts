import { describe, expect, test } from "vitest";
import { collectBatches } from "../../../dataframe/execution.js";
import { expr } from "../../../dataframe/functions.js";
import type { Session } from "../../../dataframe/session.js";
import { rowsOf } from "../../../engine/arrow/columns.js";
import { Random } from "../../simulation/world/random.js";
import { textOf } from "../../simulation/harness/text.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";

// A stream that ends, with finalWatermark: what comes out is what the same query gives over the same rows as a table.

const watermarked = (input: Frame): Frame => input.withWatermark("ts", "10 seconds");
const n = expr("count(*)").as("n");

const windowed = (input: Frame): Frame => watermarked(input).groupBy(expr("window(ts, '10 seconds')").as("w")).agg(n);

const queries: readonly (readonly [string, (input: Frame, other: Frame) => Frame])[] = [
  ["tumbling windows", (input) => watermarked(input).groupBy(expr("window(ts, '10 seconds')").as("w"), expr("k").as("k")).agg(n)],
  [
    "hopping windows",
    (input) => watermarked(input).groupBy(expr("window(ts, '20 seconds', '5 seconds')").as("w")).agg(n, expr("sum(v)").as("s")),
  ],
  ["sessions", (input) => watermarked(input).groupBy(expr("session_window(ts, '4 seconds')").as("w"), expr("k").as("k")).agg(n)],
  [
    "windows over windows",
    (input) =>
      watermarked(input)
        .groupBy(expr("window(ts, '5 seconds')").as("w"), expr("k").as("k"))
        .agg(n)
        .groupBy(expr("window(w, '20 seconds')").as("w2"))
        .agg(expr("max(n)").as("most")),
  ],
  [
    "an outer join",
    (input, other) =>
      watermarked(input).join(
        watermarked(other).selectExpr("ts AS rts", "k AS rk", "v AS rv"),
        expr("k = rk AND rts BETWEEN ts AND ts + INTERVAL 6 SECONDS AND v < rv"),
        "left",
      ),
  ],
  [
    "windows over an outer join",
    (input, other) =>
      watermarked(input)
        .join(watermarked(other).selectExpr("ts AS rts", "k AS rk"), expr("k = rk AND rts BETWEEN ts AND ts + INTERVAL 6 SECONDS"), "left")
        .groupBy(expr("window(ts, '30 seconds')").as("w"))
        .agg(n, expr("count(rk)").as("met")),
  ],
];

/** Rows in the order of their times, in files. */
async function arrive(world: QueryWorld, random: Random, folder: string): Promise<void> {
  let at = Date.UTC(2026, 0, 1);
  for (let file = 0; file < 4; file++) {
    const rows = Array.from({ length: 8 }, () => {
      at += random.below(3000);
      return { ts: new Date(at).toISOString(), k: random.below(2) === 0 ? "a" : "b", v: random.below(10) };
    });
    await world.file(`${file}.json`, rows, folder);
  }
}

const schema = "ts TIMESTAMP, k STRING, v BIGINT";
const conf = { "spark.sql.streaming.noDataMicroBatches.enabled": "false" };

async function overTable(session: Session, build: (input: Frame, other: Frame) => Frame): Promise<string[]> {
  const frame = build(session.read.schema(schema).json("/data/in"), session.read.schema(schema).json("/data/other"));
  return (await collectBatches(session, frame.plan)).flatMap(rowsOf).map(textOf).toSorted();
}

describe("availableNow with finalWatermark", () => {
  test.each(queries)("%s: all that is open comes out", async (_, build) => {
    for (let seed = 1; seed <= 4; seed++) {
      const world = new QueryWorld();
      await arrive(world, new Random(seed), "/data/in");
      await arrive(world, new Random(seed + 100), "/data/other");
      const start = {
        build: (input: Frame, session: Session) => build(input, session.readStream.schema(schema).json("/data/other")),
        readOptions: { maxFilesPerTrigger: "1" },
        conf,
      };
      const expected = await overTable(world.session(), build);
      // The end may be told by another run than the one that read the rows.
      if (seed % 2 === 0) await world.run(start);
      if (seed % 2 === 0) expect(world.rows().length).toBeLessThan(expected.length);
      const query = await world.run({ ...start, trigger: { availableNow: true, finalWatermark: true } });
      expect(world.rows().map(textOf).toSorted()).toEqual(expected);
      expect(query.lastProgress?.stateOperators.map(({ numRowsTotal }) => numRowsTotal)).toEqual(
        query.lastProgress?.stateOperators.map(() => 0),
      );
      const again = await world.run({ ...start, trigger: { availableNow: true, finalWatermark: true } });
      expect(again.recentProgress).toEqual([]);
      world.close();
    }
  });

  test("what comes behind it is late, and said so at the start", async () => {
    const world = new QueryWorld();
    await arrive(world, new Random(1), "/data/in");
    await world.run({ build: windowed, trigger: { availableNow: true, finalWatermark: true } });
    const rows = world.rows().length;
    await world.file("later.json", [{ ts: "2027-01-01T00:00:00Z", k: "a", v: 1 }]);
    const query = await world.run({ build: windowed });
    expect(world.warnings).toContainEqual(expect.stringContaining("ended with finalWatermark: what comes now is late"));
    expect([world.rows().length, query.lastProgress?.stateOperators[0]?.numRowsDroppedByWatermark]).toEqual([rows, 1]);
    world.close();
  });

  test("is a trigger's that has an end", async () => {
    const world = new QueryWorld();
    await world.file("0.json", [{ k: "a" }]);
    for (const trigger of [
      { processingTime: 0, finalWatermark: true },
      { availableNow: true, finalWatermark: "yes" },
      { finalWatermark: true },
    ]) {
      expect((await refusalOf(world.start({ trigger: trigger as never }))).condition).toBe("INVALID_TRIGGER");
    }
    world.close();
  });
});
