import { expect, it } from "vitest";
import { types, type DataType } from "../../../../engine/arrow/types.js";
import type { Value } from "../../../../engine/arrow/value.js";
import { SlotValues } from "../../../../engine/physical/stateful/slotValues.js";

const kinds: readonly (readonly [DataType, readonly Value[]])[] = [
  [types.long, [2n ** 63n - 1n, -(2n ** 63n), 0n]],
  [types.timestamp, [-1n, 253402300799999999n, 1n]],
  [types.int, [2147483647, -2147483648, 0]],
  [types.date, [-719162, 0, 2932896]],
  [types.double, [NaN, -0, 5e-324]],
  [types.boolean, [true, false, true]],
  [types.string, ["", "é\u0000", "z".repeat(300)]],
  [types.decimal(38, 2), [10n ** 37n, -1n, 0n]],
  [types.array(types.int), [[], [1, null], [3]]],
];
const rowAt = (i: number): Value[] => kinds.map(([, values], f) => ((i + f) % 4 === 3 ? null : values[(i + f) % 4]!));

it("gives rows of every kind of type as they were put, nulls among them, whichever slots they are at", () => {
  const rows = new SlotValues(kinds.map(([type]) => type));
  const slots = [70, 0, 3, 1_000];
  for (const [i, slot] of slots.entries()) rows.set(slot, rowAt(i));
  for (const [i, slot] of slots.entries()) expect(rows.get(slot)).toEqual(rowAt(i));
  rows.set(3, rowAt(7));
  rows.clear(0);
  expect([0, 1, 3, 70, 1_000, 1_000_000].map((slot) => rows.has(slot))).toEqual([false, false, true, true, true, false]);
  expect(rows.get(3)).toEqual(rowAt(7));
  rows.set(0, rowAt(2));
  expect(rows.get(0)).toEqual(rowAt(2));
  expect(Object.is(rows.get(1_000)[4], rowAt(3)[4])).toBe(true);
});
