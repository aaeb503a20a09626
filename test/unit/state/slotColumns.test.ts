import fc from "fast-check";
import { expect, test } from "vitest";
import { columnFromValues, readValue } from "../../../engine/arrow/columns.js";
import type { Value } from "../../../engine/arrow/value.js";
import { SlotColumns } from "../../../engine/state/slotColumns.js";
import { typedColumns } from "./typedRows.js";

const slotCount = 12;

const histories = fc.uniqueArray(fc.nat(typedColumns.length - 1), { minLength: 1, maxLength: 4 }).chain((chosen) =>
  fc.record({
    columnTypes: fc.constant(chosen.map((c) => typedColumns[c]![0])),
    steps: fc.array(
      fc.record({
        rows: fc.array(fc.tuple(...chosen.map((c) => fc.option(typedColumns[c]![1]))), { maxLength: 10 }),
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
