import fc from "fast-check";
import { expect, test } from "vitest";
import { keyGroupOf } from "../../../../engine/contract/state.js";
import { DueRuns } from "../../../../engine/physical/spill/dueRuns.js";
import { QueryMemory } from "../../../../engine/physical/spill/queryMemory.js";
import { temporarySpace } from "../../../../runtime/spillSpace.js";

const step = fc.record({
  /** Added before, so many, at times from there on. */
  count: fc.constantFrom(0, 1, 5, 300, 900),
  from: fc.nat(50),
  spread: fc.constantFrom(1, 10, 100),
  /** How far the bound rises. */
  rise: fc.nat(20),
});

test("what is due comes out by time and key group, where rows were added by key group", async () => {
  const added = fc.array(fc.record({ time: fc.nat(4), hash: fc.integer() }), { maxLength: 700 });
  await fc.assert(
    fc.asyncProperty(fc.array(added, { maxLength: 6 }), fc.nat(5), async (runs, bound) => {
      const memory = new QueryMemory({ limitBytes: 0, spillBytes: 0 }, temporarySpace);
      const due = new DueRuns(memory);
      for (const run of runs) {
        const rows = run.toSorted((a, b) => keyGroupOf(a.hash) - keyGroupOf(b.hash));
        due.add(
          Float64Array.from(rows, ({ time }) => time),
          Int32Array.from(rows, ({ hash }) => hash),
        );
      }
      for (const until of [bound, Infinity]) {
        const given = [...due.inOrder(until)];
        const places = given.map(({ timeUs, group }) => timeUs * 256 + group);
        expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
        const out = given.flatMap(({ timeUs, hashes }) => [...hashes].map((hash) => `${timeUs} ${hash}`));
        const wanted = runs.flat().filter(({ time }) => time <= until && (until === bound || time > bound));
        expect(out.toSorted()).toEqual(wanted.map(({ time, hash }) => `${time} ${hash}`).toSorted());
        for (const { group, hashes } of given) expect([...hashes].every((hash) => keyGroupOf(hash) === group)).toBe(true);
      }
      expect([due.memoryBytes, due.fileBytes]).toEqual([0, 0]);
      await memory.close();
    }),
    { numRuns: 40 },
  );
});

test("what is due comes out once, when its time is there", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const memory = new QueryMemory({ limitBytes: 0, spillBytes: 0 }, temporarySpace);
      const due = new DueRuns(memory);
      let model: { readonly time: number; readonly hash: number }[] = [];
      let [next, bound] = [-3, 0];
      for (const { count, from, spread, rise } of steps) {
        const rows = Array.from({ length: count }, (_, i) => ({ time: i % 7 === 6 ? NaN : from + ((i * 31) % spread), hash: next++ }));
        due.add(
          Float64Array.from(rows, ({ time }) => time),
          Int32Array.from(rows, ({ hash }) => hash),
        );
        model.push(...rows.filter(({ time }) => !Number.isNaN(time)));
        expect(due.earliestUs).toBe(model.reduce((least, { time }) => Math.min(least, time), Infinity));
        bound += rise;
        const out = [...due.until(bound)].flatMap((hashes) => [...hashes]);
        const wanted = model.filter(({ time }) => time <= bound).map(({ hash }) => hash);
        expect(out.toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b));
        model = model.filter(({ time }) => time > bound);
      }
      expect([...due.until(Infinity)].reduce((sum, { length }) => sum + length, 0)).toBe(model.length);
      expect([due.memoryBytes, due.fileBytes]).toEqual([0, 0]);
      await memory.close();
    }),
    { numRuns: 60 },
  );
});
