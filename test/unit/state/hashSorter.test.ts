import fc from "fast-check";
import { expect, test } from "vitest";
import { HashSorter } from "../../../engine/state/hashSorter.js";

const sorter = new HashSorter();
const hashes = fc.array(fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, -1, 1, 2 ** 31 - 1, -(2 ** 31))), {
  maxLength: 200,
});

/** Later slots first. */
const tie = (a: number, b: number): number => b - a;

test("slots are sorted by unsigned hash, then as the tie says, however many there are", () => {
  fc.assert(
    fc.property(hashes, fc.boolean(), (values, throughKeys) => {
      const hashOf = Int32Array.from(values);
      const keyOf = throughKeys ? Int32Array.from(values, (_, slot) => (values.length - 1 - slot) >> 1) : null;
      const hash = (slot: number): number => hashOf[keyOf === null ? slot : keyOf[slot]!]! >>> 0;
      const slots = Int32Array.from(values, (_, slot) => slot);
      const wanted = [...slots].toSorted((a, b) => hash(a) - hash(b) || tie(a, b));
      sorter.sort(slots, slots.length, hashOf, keyOf, tie);
      expect([...slots]).toEqual(wanted);
    }),
  );
});

test("a list of many thousand slots", () => {
  const hashOf = Int32Array.from({ length: 50_000 }, (_, i) => Math.imul(i, 0x9e3779b1));
  const slots = hashOf.map((_, i) => i);
  sorter.sort(slots, slots.length, hashOf, null, () => 0);
  for (let j = 1; j < slots.length; j++) expect(hashOf[slots[j - 1]!]! >>> 0).toBeLessThan(hashOf[slots[j]!]! >>> 0);
});
