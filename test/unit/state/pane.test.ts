import fc from "fast-check";
import { expect, test } from "vitest";
import { Pane } from "../../../engine/state/pane.js";

test("a pane finds its groups in both forms, and while it changes from one to the other", () => {
  const some = fc.array(fc.nat(300), { maxLength: 80 });
  const rounds = fc.array(fc.record({ added: some, removed: some, keys: fc.integer({ min: 301, max: 5000 }) }), { maxLength: 8 });
  fc.assert(
    fc.property(rounds, (steps) => {
      const pane = new Pane(0);
      const model = new Map<number, number>();
      const keyOf = new Int32Array(4000);
      let keys = 0;
      let slots = 0;
      for (const step of steps) {
        keys = Math.max(keys, step.keys);
        for (const key of step.added) {
          expect(pane.find(key)).toBe(model.get(key) ?? -1);
          if (model.has(key)) continue;
          keyOf[slots] = key;
          model.set(key, slots);
          pane.add(key, slots++, keys);
        }
        const marks = new Int32Array(4000);
        for (const key of step.removed) {
          const slot = model.get(key);
          if (slot !== undefined) marks[slot] = -1;
          model.delete(key);
        }
        pane.prune(marks, keyOf);
        pane.adapt(keys, keyOf);
        const all = Array.from({ length: 301 }, (_, key) => key);
        expect(all.map((key) => pane.find(key))).toEqual(all.map((key) => model.get(key) ?? -1));
        expect([...pane.groups.view()]).toEqual([...model.values()]);
      }
    }),
  );
});

test("a dense pane takes keys beyond its array", () => {
  const pane = new Pane(0);
  const keyOf = Int32Array.from({ length: 4000 }, (_, slot) => slot);
  for (let key = 0; key < 33; key++) pane.add(key, key, 33);
  pane.adapt(33, keyOf);
  expect(pane.dense).not.toBeNull();
  for (let key = 33; key < 4000; key++) pane.add(key, key, key + 1);
  for (let key = 0; key < 4000; key++) expect(pane.find(key)).toBe(key);
});
