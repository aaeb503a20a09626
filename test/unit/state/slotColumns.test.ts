import fc from "fast-check";
import { expect, test } from "vitest";
import { columnFromValues, readValue } from "../../../engine/arrow/columns.js";
import { field, types, type DataType } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { SlotColumns } from "../../../engine/state/slotColumns.js";

const columns: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [types.boolean, fc.boolean()],
  [types.byte, fc.integer({ min: -128, max: 127 })],
  [types.int, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })],
  [types.date, fc.integer({ min: -1000, max: 1000 })],
  [types.float, fc.constantFrom(0.5, -0, NaN, -Infinity)],
  [types.double, fc.constantFrom(0.1, -0, NaN, 1e300)],
  [types.long, fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.constantFrom(2n ** 53n + 1n, -(2n ** 63n)))],
  [types.timestamp, fc.constantFrom(0n, 1_700_000_000_000_001n, 2n ** 60n)],
  [types.decimal(12, 2), fc.bigInt({ min: -99n, max: 99n })],
  [types.decimal(30, 2), fc.constantFrom(0n, 10n ** 29n, -(10n ** 29n))],
  [types.string, fc.constantFrom("", "a", "é", "a longer text than the others")],
  [types.binary, fc.constantFrom(new Uint8Array([1, 2]), new Uint8Array([]))],
  [types.array(types.int), fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 3 })],
  [
    types.struct([field("a", types.int), field("b", types.string)]),
    fc.tuple<[Value, Value]>(fc.option(fc.nat(3)), fc.constantFrom("x", null)),
  ],
  [types.null, fc.constant(null)],
];
const slotCount = 12;

const histories = fc.uniqueArray(fc.nat(columns.length - 1), { minLength: 1, maxLength: 4 }).chain((chosen) =>
  fc.record({
    columnTypes: fc.constant(chosen.map((c) => columns[c]![0])),
    steps: fc.array(
      fc.record({
        rows: fc.array(fc.tuple(...chosen.map((c) => fc.option(columns[c]![1]))), { maxLength: 10 }),
        slots: fc.array(fc.nat(slotCount - 1), { minLength: 10, maxLength: 10 }),
        reversed: fc.boolean(),
        dictionary: fc.boolean(),
        cleared: fc.array(fc.nat(slotCount - 1), { maxLength: 3 }),
      }),
      { maxLength: 6 },
    ),
  }),
);

test("rows are held by slot as they were written, the last for each", () => {
  fc.assert(
    fc.property(histories, ({ columnTypes, steps }) => {
      const held = new SlotColumns(columnTypes);
      held.reserve(slotCount);
      const model = Array.from({ length: slotCount }, (): Value[] => columnTypes.map(() => null));
      for (const { rows, slots, reversed, dictionary, cleared } of steps) {
        const given = columnTypes.map((type, c) => {
          const plain = columnFromValues(
            type,
            rows.map((row) => row[c]!),
          );
          if (!dictionary) return plain;
          const codes = Int32Array.from(rows.keys());
          return { type, encoding: "dictionary", length: rows.length, nulls: null, codes, dictionary: plain } as const;
        });
        const list = [...rows.keys()];
        if (reversed) list.reverse();
        held.write(given, Int32Array.from(slots), reversed ? Int32Array.from(list) : null, rows.length);
        list.forEach((row, j) => (model[slots[j]!] = [...rows[row]!]));
        held.clear(Int32Array.from(cleared), cleared.length);
        for (const slot of cleared) model[slot] = columnTypes.map(() => null);
        const all = Int32Array.from(model.keys());
        const gathered = held.gather(all, slotCount);
        expect(model.map((_, slot) => gathered.map((column) => readValue(column, slot)))).toEqual(model);
      }
    }),
    { numRuns: 120 },
  );
});
