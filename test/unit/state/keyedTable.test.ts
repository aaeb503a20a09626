import fc from "fast-check";
import { expect, test } from "vitest";
import { columnFromValues, plainColumn, readValue } from "../../../engine/arrow/columns.js";
import type { Column } from "../../../engine/arrow/column.js";
import { field, types, type DataType } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { KeyedTable } from "../../../engine/state/keyedTable.js";

const struct = types.struct([field("a", types.int), field("b", types.string)]);
const arbitraries: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [types.string, fc.constantFrom("", "a", "b", "aaaa", "aaaaaaaa", "aaaaaaab", "é", "0123456789abcdef0123456789abcdef0123")],
  [types.long, fc.constantFrom(0n, 1n, -1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), 4294967296n)],
  [types.int, fc.integer({ min: -3, max: 3 })],
  [types.double, fc.constantFrom(0, -0, NaN, 1.5, Infinity)],
  [types.boolean, fc.boolean()],
  [types.timestamp, fc.constantFrom(0n, -1n, 1_700_000_000_000_000n)],
  [types.decimal(30, 2), fc.constantFrom(0n, 10n ** 29n, -(10n ** 29n))],
  [types.binary, fc.constantFrom(new Uint8Array([1]), new Uint8Array([]))],
  [struct, fc.tuple<[Value, Value]>(fc.option(fc.integer({ min: 0, max: 2 })), fc.option(fc.constantFrom("x", "y")))],
  [types.array(types.int), fc.array(fc.option(fc.integer({ min: 0, max: 1 })), { maxLength: 2 })],
];

/** A text that is the same for keys that group together. */
function identity(key: readonly Value[]): string {
  return JSON.stringify(key, (_, v: unknown) => {
    if (typeof v === "bigint") return `${v}n`;
    if (typeof v === "number") return Number.isNaN(v) ? "NaN" : v === 0 ? 0 : v === Infinity ? "Infinity" : v;
    return v instanceof Uint8Array ? `b${[...v].join()}` : v;
  });
}

function dictionaryOf(column: Column): Column {
  const codes = Int32Array.from({ length: column.length }, (_, i) => column.length - 1 - i);
  const values = Array.from(codes, (code) => readValue(column, code));
  return {
    type: column.type,
    encoding: "dictionary",
    length: column.length,
    nulls: null,
    codes,
    dictionary: columnFromValues(column.type, values),
  };
}

const keys = fc.uniqueArray(fc.nat(arbitraries.length - 1), { minLength: 0, maxLength: 3 }).chain((chosen) =>
  fc.record({
    keyTypes: fc.constant(chosen.map((c) => arbitraries[c]![0])),
    batches: fc.array(
      fc.record({
        rows: fc.array(fc.tuple(...chosen.map((c) => fc.option(arbitraries[c]![1]))), { maxLength: 40 }),
        dictionary: fc.boolean(),
        removeEvery: fc.integer({ min: 2, max: 9 }),
      }),
      { maxLength: 5 },
    ),
  }),
);

test("a keyed table gives each key one slot until the key is removed", () => {
  fc.assert(
    fc.property(keys, ({ keyTypes, batches }) => {
      const table = new KeyedTable(keyTypes);
      const model = new Map<string, number>();
      for (const { rows, dictionary, removeEvery } of batches) {
        const columns = keyTypes.map((type, c) => {
          const plain = columnFromValues(
            type,
            rows.map((row) => row[c]!),
          );
          return dictionary ? dictionaryOf(plain) : plain;
        });
        const slots = table.lookupOrInsert(columns, rows.length).slice(0, rows.length);
        const fresh: number[] = [];
        rows.forEach((row, i) => {
          const id = identity(row);
          if (!model.has(id)) {
            expect([...model.values()]).not.toContain(slots[i]);
            model.set(id, slots[i]!);
            fresh.push(slots[i]!);
          }
          expect(slots[i]).toBe(model.get(id));
        });
        expect([...table.inserted.subarray(0, table.insertedCount)]).toEqual(fresh);
        expect(table.size).toBe(model.size);
        const entries = [...model];
        const held = table
          .keyColumns(
            Int32Array.from(entries, ([, slot]) => slot),
            entries.length,
          )
          .map((c) => plainColumn(c));
        entries.forEach(([id], i) => expect(identity(held.map((c) => readValue(c, i)))).toBe(id));
        const gone = entries.filter((_, i) => i % removeEvery === 0);
        table.remove(
          Int32Array.from(gone, ([, slot]) => slot),
          gone.length,
        );
        for (const [id] of gone) model.delete(id);
        const found = table.find(columns, rows.length);
        rows.forEach((row, i) => expect(found[i]).toBe(model.get(identity(row)) ?? -1));
      }
    }),
    { numRuns: 300 },
  );
});

test("a keyed table of many strings survives growth, removal and reuse of its arena", () => {
  const table = new KeyedTable([types.string]);
  for (let round = 0; round < 20; round++) {
    const names = Array.from({ length: 2000 }, (_, i) => `key-${round * 1000 + i}-${"x".repeat(i % 50)}`);
    const slots = table.lookupOrInsert([columnFromValues(types.string, names)], names.length).slice(0, names.length);
    expect(new Set(slots).size).toBe(2000);
    expect(table.size).toBe(2000);
    const [column] = table.keyColumns(slots, names.length);
    expect(names.map((_, i) => readValue(column!, i))).toEqual(names);
    table.remove(slots.subarray(0, 1000), 1000);
  }
  expect(table.slotLimit).toBeLessThan(3001);
});
