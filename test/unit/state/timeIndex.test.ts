import fc from "fast-check";
import { expect, test } from "vitest";
import { IntList } from "../../../engine/state/intList.js";
import { TimeIndex } from "../../../engine/state/timeIndex.js";

const slotCount = 40;
const time = fc.oneof(
  fc.integer({ min: -5_000, max: 60_000 }).map((ms) => ms * 1000),
  fc.integer({ min: -5_000_000, max: 60_000_000 }),
  fc.constantFrom(NaN, 1.7e15, 1_700_000_000_000_001, 2 ** 53, 9.2e18, -9.2e18, 0),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("set" as const), slot: fc.nat(slotCount - 1), timeUs: time }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), slot: fc.nat(slotCount - 1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pop" as const), riseMs: fc.integer({ min: 0, max: 8_000 }) }) },
);

test("a time index gives what a scan of all times gives", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.constantFrom(0, 1_700_000_000_000), (steps, startMs) => {
      const index = new TimeIndex();
      index.reserve(slotCount);
      const model = new Map<number, number>();
      let boundMs = startMs;
      for (const s of steps) {
        if (s.kind === "set") {
          index.set(s.slot, s.timeUs);
          if (Number.isNaN(s.timeUs)) model.delete(s.slot);
          else model.set(s.slot, s.timeUs);
        } else if (s.kind === "remove") {
          index.remove(s.slot);
          model.delete(s.slot);
        } else {
          boundMs += s.riseMs;
          const wanted = [...model].filter(([, us]) => us <= boundMs * 1000).map(([slot]) => slot);
          for (const slot of wanted) model.delete(slot);
          const popped = new IntList();
          index.popUntil(boundMs * 1000, popped);
          expect([...popped.view()].toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b));
        }
        expect(index.earliest()).toBe(Math.min(...model.values()));
      }
      const slots = Array.from({ length: slotCount }, (_, slot) => slot);
      expect(slots.map((slot) => index.timeOf(slot))).toEqual(slots.map((slot) => model.get(slot) ?? NaN));
    }),
    { numRuns: 500 },
  );
});

/** Slots that were looked at, by the reads of their times: what a batch costs. */
function touchesOf(live: number): number {
  const index = new TimeIndex();
  index.reserve(live + 20_000);
  const startUs = 1.7e15;
  for (let slot = 0; slot < live; slot++) index.set(slot, startUs + 600e6 + (slot * 3600e6) / live);
  index.popUntil(startUs, new IntList());
  const popped = new IntList();
  const before = index.moves;
  for (let batch = 0; batch < 100; batch++) {
    for (let row = 0; row < 100; row++) index.set(live + 100 * batch + row, startUs + batch * 1e6 + row * 1e4 + 10e6);
    index.popUntil(startUs + batch * 1e6, popped);
  }
  expect(popped.count).toBeLessThan(100 * 100);
  return index.moves - before;
}

test("what a batch costs does not depend on how many slots wait", () => {
  expect(touchesOf(100_000)).toBeLessThan(1.5 * touchesOf(1_000) + 1_000);
});
