import fc from "fast-check";
import { expect, it } from "vitest";
import { field, types, windowType } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { Driver, show } from "../unit/physical/aggregateFixture.js";
import { partitionCounts, restarts } from "../unit/physical/savedState.js";
import { runs } from "./runs.js";

type Row = readonly [key: string | null, atSeconds: number, gapSeconds: number, value: number];

const anyRow = fc.tuple<[string | null, number, number, number]>(
  fc.constantFrom("a", "b", "é", null),
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 0, max: 9 }),
);
const history = fc.array(
  fc.record({ rows: fc.array(anyRow, { maxLength: 10 }), watermarkSeconds: fc.integer({ min: 0, max: 60 }), restart: restarts }),
  { maxLength: 8 },
);

interface Session {
  readonly key: string | null;
  readonly start: number;
  readonly end: number;
  readonly n: number;
  readonly sum: number;
}

const touches = (a: Session, b: Session): boolean => a.key === b.key && a.start <= b.end && b.start <= a.end;

/** Sessions in plain code: whatever touches becomes one. */
class Model {
  sessions: Session[] = [];

  run(rows: readonly Row[], lateSeconds: number, evictSeconds: number, isAppend: boolean): Session[] {
    for (const [key, start, gap, value] of rows) {
      if (isAppend && start + gap <= lateSeconds) continue;
      let merged: Session = { key, start, end: start + gap, n: 1, sum: value };
      for (;;) {
        const other = this.sessions.find((one) => touches(one, merged));
        if (other === undefined) break;
        this.sessions = this.sessions.filter((one) => one !== other);
        const [first, last] = [Math.min(other.start, merged.start), Math.max(other.end, merged.end)];
        merged = { key, start: first, end: last, n: other.n + merged.n, sum: other.sum + merged.sum };
      }
      this.sessions.push(merged);
    }
    if (!isAppend) return this.sessions;
    const done = this.sessions.filter(({ end }) => end <= evictSeconds);
    this.sessions = this.sessions.filter(({ end }) => end > evictSeconds);
    return done;
  }
}

const us = (seconds: number): bigint => BigInt(seconds) * 1_000_000n;
const rowOf = ({ key, start, end, n, sum }: Session): Value[] => [key, [us(start), us(end)], BigInt(n), BigInt(sum)];

it.each([true, false])(
  "sessions are what plain code makes of the rows, through deltas, snapshots and restarts (append: %s)",
  (isAppend) => {
    fc.assert(
      fc.property(history, partitionCounts, (batches, partitions) => {
        const driver = new Driver({
          input: [field("k", types.string), field("w", windowType), field("v", types.long)],
          keys: 2,
          session: 1,
          eventTime: 1,
          aggregates: [
            { name: "count", columns: [] },
            { name: "sum", columns: [2] },
          ],
          outputMode: isAppend ? "append" : "complete",
          partitions,
        });
        const model = new Model();
        let lateSeconds = 0;
        for (const { rows, watermarkSeconds, restart } of batches) {
          const evictSeconds = Math.max(lateSeconds, watermarkSeconds);
          const values = rows.map(([key, at, gap, value]): Value[] => [key, [us(at), us(at + gap)], BigInt(value)]);
          const ran = driver.run([values], { lateMs: lateSeconds * 1000, evictMs: evictSeconds * 1000 });
          const expected = model.run(rows, lateSeconds, evictSeconds, isAppend);
          expect(ran.rows.map(show).toSorted()).toEqual(expected.map(rowOf).map(show).toSorted());
          expect(ran.total).toBe(model.sessions.length);
          lateSeconds = evictSeconds;
          if (restart !== null) driver.restart(restart.from, restart.partitions);
        }
      }),
      { numRuns: runs(100) },
    );
  },
);
