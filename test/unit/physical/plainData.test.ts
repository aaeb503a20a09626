import { expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { expr } from "../../../dataframe/functions.js";
import { planPhysical } from "../../../engine/physical/planner/planner.js";
import { watermarksOf } from "../../../engine/physical/watermarks.js";
import { optimize } from "../../../engine/plan/optimizer/optimize.js";
import { copyingExecutor } from "../../runtime/copyingExecutor.js";
import { testRuntime } from "../../runtime/testRuntime.js";

// A plan can be sent to another thread. The golden, property and simulation suites run on copies too (`CHUNKS`); here is what a copy might lose.

const session = Session.create({ runtime: testRuntime({ executor: copyingExecutor }) });

it("tables in memory, big integers, maps and nulls survive being sent", async () => {
  const rows = [
    { k: 1, text: "a", big: 9_007_199_254_740_993n, tags: new Map([["x", 1]]), list: ["p", null] },
    { k: 2, text: null, big: -1n, tags: new Map(), list: [] },
  ];
  const table = session.createDataFrame(rows, "k INT, text STRING, big BIGINT, tags MAP<STRING, INT>, list ARRAY<STRING>");
  const frame = table
    .filter(expr("big < 9007199254740994 AND big <> 12345678901234567"))
    .crossJoin(session.range(0, 2))
    .select("k", "text", expr("cast(big AS STRING)").as("big"), "tags", "list", "id");
  expect(await frame.collect()).toEqual(
    rows.flatMap(({ k, text, big, tags, list }) => [0, 1].map((id) => ({ k, text, big: String(big), tags, list, id }))),
  );
});

it("the watermarks of a query reach every stateful operator, by its id", () => {
  const stream = session.readStream.format("rate").load().withWatermark("timestamp", "1 second");
  const frame = stream
    .dropDuplicates("value", "timestamp")
    .groupBy(expr("window(timestamp, '5 seconds')").as("w"))
    .agg(expr("count(*)").as("n"));
  const { roots } = planPhysical(optimize(frame.plan), "append", 4);
  const reaching = Object.values(watermarksOf(roots, { lateMs: 1000, evictMs: 2000 }));
  expect(reaching).toEqual([
    { lateMs: 1000, evictMs: 2000 },
    { lateMs: 1000, evictMs: 2000 },
  ]);
});
