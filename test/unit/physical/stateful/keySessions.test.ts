import fc from "fast-check";
import { expect, test } from "vitest";
import { KeySessions } from "../../../../engine/physical/stateful/keySessions.js";
import { IntList } from "../../../../engine/state/intList.js";
import { Lane } from "../../../../engine/state/lane.js";
import { growth, linearGrowth } from "../../scaling.js";

function sessionsWithRoom(slots: number): { sessions: KeySessions; starts: Lane<"f64">; ends: Lane<"f64"> } {
  const [starts, ends] = [new Lane("f64", 0), new Lane("f64", 0)];
  const sessions = new KeySessions(starts, ends);
  starts.reserve(slots);
  ends.reserve(slots);
  sessions.reserveKeys(2);
  sessions.reserveSessions(slots);
  return { sessions, starts, ends };
}

test("sessions of a key are found by the time they touch and by their start, few or many", () => {
  const step = fc.record({ key: fc.nat(1), start: fc.nat(3000), length: fc.nat(12), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1500, minLength: 0, size: "max" }), (steps) => {
      const { sessions, starts, ends } = sessionsWithRoom(steps.length);
      const model: { slot: number; key: number }[] = [];
      steps.forEach(({ key, start, length, remove }, slot) => {
        const met = new IntList();
        sessions.touching(key, start, start + length, met);
        const expected = model
          .filter((held) => held.key === key && starts.values[held.slot]! <= start + length && ends.values[held.slot]! >= start)
          .toSorted((a, b) => starts.values[a.slot]! - starts.values[b.slot]!);
        expect([...met.view()]).toEqual(expected.map((held) => held.slot));
        if (expected.length === 0) {
          starts.values[slot] = start;
          ends.values[slot] = start + length;
          sessions.add(key, slot);
          model.push({ slot, key });
        } else if (remove) {
          sessions.remove(expected[0]!.slot);
          model.splice(
            model.findIndex((held) => held.slot === expected[0]!.slot),
            1,
          );
        }
        const starting = model.find((held) => held.key === key && starts.values[held.slot] === start);
        expect(sessions.startingAt(key, start)).toBe(starting?.slot ?? -1);
        expect(sessions.countOf(key)).toBe(model.filter((held) => held.key === key).length);
      });
    }),
    { numRuns: 30 },
  );
});

test.each(["forwards", "backwards"])("a key may have many sessions: they come %s", { timeout: 600_000 }, async (direction) => {
  const work = (count: number): void => {
    const { sessions, starts, ends } = sessionsWithRoom(count);
    for (let slot = 0; slot < count; slot++) {
      const start = 100 * (direction === "forwards" ? slot : count - slot);
      const met = new IntList();
      sessions.touching(0, start, start + 10, met);
      starts.values[slot] = start;
      ends.values[slot] = start + 10;
      sessions.add(0, slot);
    }
  };
  expect(await growth((count) => count, work, 10_000)).toBeLessThan(linearGrowth);
});
