import fc from "fast-check";
import { expect, test } from "vitest";
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
