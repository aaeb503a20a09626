import fc from "fast-check";
import { expect, test } from "vitest";
import { field, types, windowType } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { OutputMode } from "../../engine/contract/sink.js";
import { Driver, show, type Ran, type Shape } from "../unit/physical/aggregateFixture.js";
import { partitionCounts, restarts } from "../unit/physical/savedState.js";
import { runs } from "./runs.js";

// Groupings by an event time that is a column: a timestamp, or a window that was computed below. Late and expired by a time index instead of by panes.

type Row = readonly [bigint | null, string];

const row = fc.tuple(
  fc.option(
    fc.integer({ min: -2, max: 40 }).map((s) => BigInt(s) * 1_000_000n),
    { freq: 9 },
  ),
  fc.constantFrom("a", "b"),
) as fc.Arbitrary<Row>;
const steps = fc.array(
  fc.record({
    rows: fc.array(row, { maxLength: 10 }),
    restart: restarts,
  }),
  { maxLength: 7 },
);

function model(mode: OutputMode): (rows: readonly Row[], lateMs: number, evictMs: number) => Ran {
  const groups = new Map<string, { row: Row; count: bigint }>();
  const closed = ([time]: Row, watermarkMs: number): boolean => mode !== "complete" && time !== null && time <= BigInt(watermarkMs) * 1000n;
  return (rows, lateMs, evictMs) => {
    const touched = new Set<string>();
    const late = new Set<string>();
    for (const r of rows) {
      const id = show(r);
      if (closed(r, lateMs)) {
        late.add(id);
        continue;
      }
      const group = groups.get(id) ?? { row: r, count: 0n };
      group.count++;
      groups.set(id, group);
      touched.add(id);
    }
    const expired = [...groups].filter(([, g]) => closed(g.row, evictMs)).map(([id]) => id);
    const emitted = mode === "update" ? [...touched] : mode === "append" ? expired : [...groups.keys()];
    const out = emitted.map((id): Value[] => [...groups.get(id)!.row, groups.get(id)!.count]);
    for (const id of expired) groups.delete(id);
    return { rows: out, updated: touched.size, removed: expired.length, total: groups.size, dropped: late.size };
  };
}

test.each(["timestamp", "window"] as const)("grouping by a %s that is an event time", (kind) => {
  const shapeOf = (outputMode: OutputMode): Shape => ({
    input: [field("ts", kind === "timestamp" ? types.timestamp : windowType), field("k", types.string)],
    keys: 2,
    eventTime: 0,
    aggregates: [{ name: "count", columns: [] }],
    outputMode,
  });
  const asInput = ([time, k]: readonly Value[]): Value[] => [kind === "timestamp" || time === null ? time! : [0n, time!], k!];
  fc.assert(
    fc.property(fc.constantFrom<OutputMode>("append", "update", "complete"), steps, partitionCounts, (outputMode, batches, partitions) => {
      const expectedOf = model(outputMode);
      const steady = new Driver(shapeOf(outputMode));
      const restarted = new Driver({ ...shapeOf(outputMode), partitions });
      let [lateMs, evictMs, largestMs] = [0, 0, 0];
      for (const { rows, restart } of batches) {
        if (restart !== null) restarted.restart(restart.from, restart.partitions);
        const expected = expectedOf(rows, lateMs, evictMs);
        const ran = restarted.run([rows.map(asInput)], { lateMs, evictMs });
        const wanted = expected.rows.map((r) => show([...asInput(r), r[2]])).toSorted();
        expect({ ...ran, rows: ran.rows.map(show).toSorted() }).toEqual({ ...expected, rows: wanted });
        expect(steady.run([rows.map(asInput)], { lateMs, evictMs }).rows.map(show)).toEqual(ran.rows.map(show));
        for (const [time] of rows) if (time !== null) largestMs = Math.max(largestMs, Number(time / 1000n));
        lateMs = evictMs;
        evictMs = Math.max(evictMs, largestMs - 5000);
      }
      expect(restarted.state()).toEqual(steady.state());
    }),
    { numRuns: runs(200) },
  );
});

test("an aggregation without keys emits its one row in every batch, also in an empty one", () => {
  for (const outputMode of ["update", "complete"] as const) {
    const input = [field("v", types.long)];
    const driver = new Driver({
      input,
      keys: 0,
      aggregates: [
        { name: "count", columns: [] },
        { name: "sum", columns: [0] },
      ],
      outputMode,
    });
    expect(driver.run([]).rows).toEqual([[0n, null]]);
    expect(driver.run([[[5n], [null]]])).toEqual({ rows: [[2n, 5n]], updated: 1, removed: 0, total: 1, dropped: 0 });
    driver.restart("deltas");
    expect(driver.run([]).rows).toEqual([[2n, 5n]]);
  }
});
