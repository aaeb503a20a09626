import fc from "fast-check";
import { expect, test } from "vitest";
import { keyGroupOf } from "../../../engine/contract/state.js";
import { FreeRanges } from "../../../engine/state/freeRanges.js";
import { HashPlaces } from "../../../engine/state/hashPlaces.js";

/** Few hashes, of which some lie at the end of their table. */
const hashes = fc.constantFrom(0, 1, 2, 0xffffff, 0xfffffe, 0x7fffff, -1, -2, 0x12ffffff, 0x12000000, 0x12fffffe);

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("add" as const), hash: hashes }),
    fc.record({ kind: fc.constant("take" as const), hash: hashes }),
    fc.record({ kind: fc.constant("move" as const), hash: hashes }),
  ),
  { maxLength: 120 },
);

test("a hash has the places that it was given, until they are taken", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const held = new HashPlaces();
      const model = new Map<number, number[]>();
      let next = 2 ** 31 - 40;
      for (const { kind, hash } of all) {
        const known = model.get(hash) ?? [];
        if (kind === "add") {
          held.add(hash, next);
          model.set(hash, [...known, next++]);
        } else if (kind === "take") {
          const taken: number[] = [];
          held.take(hash, (place) => taken.push(place));
          expect(taken.toSorted((a, b) => a - b)).toEqual(known.toSorted((a, b) => a - b));
          model.delete(hash);
        } else {
          expect(held.move(hash, known[0] ?? 0, next)).toBe(known.length > 0);
          if (known.length > 0) model.set(hash, [...known.slice(1), next++]);
        }
        const entries = [...model].flatMap(([key, places]) => places.map((place) => [key, place] as const));
        expect(held.size).toBe(entries.length);
        for (const [key, place] of entries) expect(held.has(key, place)).toBe(true);
        expect(held.has(hash, next)).toBe(false);
        expect(held.countOf(0x12)).toBe(entries.filter(([key]) => keyGroupOf(key) === 0x12).length);
      }
    }),
    { numRuns: 300 },
  );
});

test("many entries cost about twelve bytes each", () => {
  const held = new HashPlaces();
  const count = 400_000;
  for (let i = 0; i < count; i++) held.add(Math.imul(i, 0x9e3779b1), i);
  expect(held.bytes / count).toBeLessThan(16);
  expect(held.has(Math.imul(4711, 0x9e3779b1), 4711)).toBe(true);
});

test("free ranges never overlap what is in use, and are used again", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ give: fc.boolean(), which: fc.nat(20), length: fc.integer({ min: 1, max: 9 }) })), (all) => {
      const ranges = new FreeRanges();
      const used: { at: number; length: number }[] = [];
      for (const { give, which, length } of all) {
        if (give && used.length > 0) {
          const [{ at, length: own }] = used.splice(which % used.length, 1) as [{ at: number; length: number }];
          ranges.give(at, own);
        } else {
          const at = ranges.take(length);
          for (const other of used) expect(at + length <= other.at || at >= other.at + other.length).toBe(true);
          used.push({ at, length });
        }
        expect(ranges.end).toBe(used.reduce((end, { at, length: own }) => Math.max(end, at + own), 0));
      }
    }),
  );
});
