import fc from "fast-check";
import { expect, test } from "vitest";
import { keyGroupCount, keyGroupOf } from "../../../engine/contract/state.js";
import { partitionRanges } from "../../../engine/state/keyGroups.js";
import { layoutOf } from "../../../engine/state/keyLayout.js";
import { KeyRouter } from "../../../engine/state/keyRouter.js";
import { PackedKeys } from "../../../engine/state/packedKeys.js";
import { columnsOf, keyBatches } from "./keyArbitraries.js";

test("partitions are ranges of groups that follow each other, and differ by one group at most", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: keyGroupCount }), (count) => {
      const ranges = partitionRanges(count);
      expect(ranges[0]!.from).toBe(0);
      expect(ranges.at(-1)!.to).toBe(keyGroupCount);
      ranges.forEach(({ from, to }, p) => {
        if (p > 0) expect(from).toBe(ranges[p - 1]!.to);
        expect([Math.floor(keyGroupCount / count), Math.ceil(keyGroupCount / count)]).toContain(to - from);
      });
    }),
  );
});

test("more partitions than groups are a mistake of ours: they are refused before", () => {
  expect(() => partitionRanges(257)).toThrow("257 state partitions");
  expect(() => partitionRanges(0)).toThrow("0 state partitions");
});

test.each(["arrival", "group"] as const)("every row goes to the partition of its key's group, rows in the order of %s", (order) => {
  fc.assert(
    fc.property(keyBatches, fc.constantFrom(1, 2, 3, 4, 100, 256), fc.boolean(), ({ keyTypes, batches }, partitions, some) => {
      const keys = new PackedKeys(layoutOf(keyTypes));
      const router = new KeyRouter(partitions, order);
      const ranges = partitionRanges(partitions);
      for (const batch of batches) {
        const { length } = batch.rows;
        keys.pack(columnsOf(keyTypes, batch), length);
        const rows = some ? Int32Array.from(batch.rows.keys()).filter((row) => row % 3 !== 1) : null;
        const dealt = Array.from({ length: partitions }, (): number[] => []);
        const groupOf = (row: number): number => keyGroupOf(keys.hashes[keys.keyOf === null ? row : keys.keyOf[row]!]!);
        const ordered = [...(rows ?? Array.from({ length }, (_, i) => i))];
        if (order === "group") ordered.sort((a, b) => groupOf(a) - groupOf(b));
        for (const row of ordered) {
          const group = groupOf(row);
          dealt[ranges.findIndex(({ from, to }) => group >= from && group < to)]!.push(row);
        }
        const routed = router.route(keys, rows, rows?.length ?? length);
        const wanted = dealt.map((list, partition) => ({ partition, list })).filter(({ list }) => list.length > 0);
        expect(
          routed.map((r) => ({
            partition: r.partition,
            list: r.rows === null ? Array.from({ length: r.count }, (_, i) => i) : [...r.rows.subarray(0, r.count)],
          })),
        ).toEqual(wanted);
      }
    }),
    { numRuns: 200 },
  );
});
