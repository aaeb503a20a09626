import * as fc from "fast-check";
import { expect, test } from "vitest";
import { batchOf } from "../../engine/arrow/batch.js";
import type { Column } from "../../engine/arrow/column.js";
import { columnFromValues } from "../../engine/arrow/columns.js";
import { types, type DataType } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { rowOrder } from "../../engine/physical/stateless/rowOrder.js";
import { sortedRows } from "../../engine/physical/stateless/rowSort.js";
import { runs } from "./runs.js";

/** Types with values that repeat, so that later keys decide, and values whose bits are at the edges. */
const kinds: readonly (readonly [DataType, readonly Value[]])[] = [
  [types.boolean, [true, false]],
  [types.byte, [-128, -1, 0, 1, 127]],
  [types.int, [-2_147_483_648, -1, 0, 1, 256, 65_536, 2_147_483_647]],
  [types.long, [-1n, 0n, 1n, 4_294_967_296n, 4_294_967_297n, -(2n ** 52n)]],
  [types.long, [-(2n ** 63n), -(2n ** 53n), -1n, 0n, 1n, 2n ** 32n, 2n ** 63n - 1n]],
  [types.float, [-Infinity, -1.5, -0, 0, 1.5, Infinity, NaN]],
  [types.double, [-Infinity, -1e300, -5e-324, -0, 0, 5e-324, 0.1, 0.2, 1e300, Infinity, NaN]],
  [types.decimal(10, 2), [-999n, 0n, 1n, 999n]],
  [types.string, ["", "a", "aa", "b", "é"]],
];

const anyKey = fc.record({
  kind: fc.constantFrom(...kinds),
  descending: fc.boolean(),
  nullsFirst: fc.boolean(),
  hasNulls: fc.boolean(),
  isCoded: fc.boolean(),
});

function columnOf(type: DataType, pool: readonly Value[], places: readonly number[], isCoded: boolean): Column {
  if (!isCoded)
    return columnFromValues(
      type,
      places.map((place) => pool[place]!),
    );
  const dictionary = columnFromValues(type, pool);
  return { type, encoding: "dictionary", length: places.length, nulls: null, codes: Int32Array.from(places), dictionary };
}

test("rows are sorted by digits as they are by comparing them, few and many", () => {
  fc.assert(
    fc.property(
      fc.array(anyKey, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(0, 1, 20, 100, 1500, 5000),
      fc.integer({ min: 1, max: 2 ** 30 }),
      (chosen, count, seed) => {
        let state = seed;
        const draw = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
        const columns = chosen.map(({ kind: [type, values], hasNulls, isCoded }) => {
          const pool = hasNulls ? [...values, null] : values;
          return columnOf(
            type,
            pool,
            Array.from({ length: count }, () => draw(pool.length)),
            isCoded,
          );
        });
        const schema = types.struct(columns.map(({ type }, i) => ({ name: `k${i}`, type, nullable: true })));
        const keys = chosen.map(({ descending, nullsFirst }, column) => ({ column, descending, nullsFirst }));
        const batch = batchOf(schema, columns, count);
        const compare = rowOrder(keys, batch);
        const expected = Int32Array.from({ length: count }, (_, i) => i).toSorted((a, b) => compare(a, b) || a - b);
        expect(sortedRows(keys, batch)).toEqual(expected);
      },
    ),
    { numRuns: runs(300) },
  );
});
