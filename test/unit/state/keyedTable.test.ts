import fc from "fast-check";
import { expect, test } from "vitest";
import type { Column } from "../../../engine/arrow/column.js";
import { columnFromValues, plainColumn, readValue } from "../../../engine/arrow/columns.js";
import { sliceColumn } from "../../../engine/arrow/slice.js";
import { types } from "../../../engine/arrow/types.js";
import { allGroups, keyGroupOf } from "../../../engine/contract/state.js";
import { IntList } from "../../../engine/state/intList.js";
import { layoutOf } from "../../../engine/state/keyLayout.js";
import { KeyedTable } from "../../../engine/state/keyedTable.js";
import { PackedKeys } from "../../../engine/state/packedKeys.js";
import { columnsOf, identity, keyBatches } from "./keyArbitraries.js";

test("a keyed table gives each key one slot until the key is removed, whatever rows are looked up", () => {
  fc.assert(
    fc.property(keyBatches, fc.integer({ min: 1, max: 3 }), ({ keyTypes, batches }, everyRow) => {
      const layout = layoutOf(keyTypes);
      const table = new KeyedTable(layout);
      const keys = new PackedKeys(layout);
      const model = new Map<string, number>();
      for (const batch of batches) {
        const { rows, removeEvery } = batch;
        keys.pack(columnsOf(keyTypes, batch), rows.length);
        const chosen = everyRow === 1 ? null : Int32Array.from(rows.keys()).filter((row) => row % everyRow === 0);
        const list = chosen ?? Int32Array.from(rows.keys());
        const slots = table.lookupOrInsert(keys, chosen, list.length).slice(0, list.length);
        const fresh: [slot: number, row: number][] = [];
        list.forEach((row, j) => {
          const id = identity(rows[row]!);
          if (!model.has(id)) {
            expect([...model.values()]).not.toContain(slots[j]);
            model.set(id, slots[j]!);
            fresh.push([slots[j]!, row]);
          }
          expect(slots[j]).toBe(model.get(id));
        });
        expect([...table.inserted.view()]).toEqual(fresh.map(([slot]) => slot));
        expect([...table.insertedRows.view()]).toEqual(fresh.map(([, row]) => row));
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
        if (batch.removeEvery % 2 === 0) table.trim();
        for (const [id] of gone) model.delete(id);
        const found = table.find(keys, chosen, list.length);
        list.forEach((row, j) => expect(found[j]).toBe(model.get(identity(rows[row]!)) ?? -1));
      }
    }),
    { numRuns: 300 },
  );
});

test("batches that share the dictionaries of several columns have the keys that their rows have", () => {
  // An entry may recur, and may be null; so may a row.
  const texts = ["", "a", null, "a", "aaaaaaaab"];
  const pools = [texts, [0n, -1n, null, 2n ** 60n], texts.toReversed()];
  const keyTypes = [types.string, types.long, types.string];
  const dictionaries = pools.map((pool, c) => columnFromValues(keyTypes[c]!, pool));
  const code = fc.integer({ min: -1, max: 3 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(code, code, code), { minLength: 60, maxLength: 200 }),
      fc.integer({ min: 20, max: 60 }),
      (coded, size) => {
        const rows = coded.map((row) => row.map((at, c) => (at < 0 ? null : pools[c]![at]!)));
        const columns = dictionaries.map((dictionary, c): Column => {
          const codes = Int32Array.from(coded, (row) => row[c]!);
          const nulls = Uint8Array.from(codes, (at) => (at < 0 ? 1 : 0));
          return { type: dictionary.type, encoding: "dictionary", length: rows.length, nulls, codes, dictionary };
        });
        const table = new KeyedTable(layoutOf(keyTypes));
        const keys = new PackedKeys(layoutOf(keyTypes));
        const model = new Map<string, number>();
        for (let from = 0; from < rows.length; from += size) {
          const some = rows.slice(from, from + size);
          keys.pack(
            columns.map((column) => sliceColumn(column, from, from + some.length)),
            some.length,
          );
          const slots = table.lookupOrInsert(keys, null, some.length);
          some.forEach((row, i) => {
            if (!model.has(identity(row))) model.set(identity(row), slots[i]!);
            expect(slots[i]).toBe(model.get(identity(row)));
          });
        }
        expect(table.size).toBe(model.size);
      },
    ),
    { numRuns: 200 },
  );
});

const layout = layoutOf([types.string]);

function packed(names: readonly string[]): PackedKeys {
  const keys = new PackedKeys(layout);
  keys.pack([columnFromValues(types.string, names)], names.length);
  return keys;
}

test("a keyed table of many strings survives growth, splits, removal and reuse of its bytes", () => {
  const table = new KeyedTable(layout);
  for (let round = 0; round < 5; round++) {
    const names = Array.from({ length: 20_000 }, (_, i) => `key-${round * 10_000 + i}-${"x".repeat(i % 50)}`);
    const slots = table.lookupOrInsert(packed(names), null, names.length).slice(0, names.length);
    expect(new Set(slots).size).toBe(20_000);
    expect(table.size).toBe(20_000);
    const [column] = table.keyColumns(slots, names.length);
    expect(names.filter((name, i) => readValue(column!, i) !== name)).toEqual([]);
    table.remove(slots.subarray(0, 10_000), 10_000);
  }
  expect(table.slotLimit).toBeLessThan(30_001);
});

test("the keys of some groups are found without the others, before and after a table is split", () => {
  const table = new KeyedTable(layout);
  for (const size of [10, 1_000, 30_000]) {
    const names = Array.from({ length: size }, (_, i) => `name ${i}`);
    const slots = table.lookupOrInsert(packed(names), null, size).slice(0, size);
    for (const range of [{ from: 0, to: 1 }, { from: 77, to: 78 }, { from: 100, to: 200 }, { from: 255, to: 256 }, allGroups]) {
      const found = new IntList();
      table.collect(range, found);
      const wanted = [...slots].filter((slot) => {
        const group = keyGroupOf(table.hashes[slot]!);
        return group >= range.from && group < range.to;
      });
      expect(found.view().toSorted()).toEqual(Int32Array.from(wanted).toSorted());
    }
  }
});

test("keys with equal hashes are ordered by what they are, not by when they came", () => {
  const names = ["b", "", "ab", "a", "zzzz", "aaaaaaaa"];
  const orders = [names, names.toReversed()].map((given) => {
    const table = new KeyedTable(layout);
    const slots = table.lookupOrInsert(packed(given), null, given.length).slice(0, given.length);
    const sorted = slots.toSorted((a, b) => table.compareKeys(a, b));
    const [column] = table.keyColumns(sorted, sorted.length);
    return given.map((_, i) => readValue(column!, i));
  });
  expect(orders[0]).toEqual(orders[1]);
  expect(orders[0]).toEqual(["", "a", "b", "ab", "zzzz", "aaaaaaaa"]);
});
