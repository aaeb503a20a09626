import fc from "fast-check";
import { expect, test } from "vitest";
import { RowChains } from "../../../engine/state/rowChains.js";

test("the rows of a key are a chain in arrival order, from which any can be taken", () => {
  const steps = fc.array(fc.record({ key: fc.nat(5), row: fc.nat(30), remove: fc.boolean() }), { maxLength: 80 });
  fc.assert(
    fc.property(steps, (all) => {
      const chains = new RowChains();
      const model = new Map<number, number[]>();
      const keyOf = new Map<number, number>();
      for (const { key, row, remove } of all) {
        chains.reserveKeys(key + 1);
        chains.reserveRows(row + 1);
        const held = keyOf.get(row);
        if (held !== undefined && remove) {
          chains.remove(row);
          model.set(
            held,
            model.get(held)!.filter((other) => other !== row),
          );
          keyOf.delete(row);
        } else if (held === undefined) {
          if (row % 2 === 0) chains.append(key, row);
          else expect(chains.appendAll(Int32Array.of(key), Int32Array.of(row), 1)).toBe(model.get(key)?.length ? 0 : 1);
          model.set(key, [...(model.get(key) ?? []), row]);
          keyOf.set(row, key);
        }
      }
      for (const [key, rows] of model) {
        const found: number[] = [];
        for (let row = chains.first(key); row >= 0; row = chains.next(row)) found.push(row);
        expect(found).toEqual(rows);
      }
      for (const [row, key] of keyOf) expect(chains.keyOf[row]).toBe(key);
    }),
  );
});

test("chains in the order of a number know what stood around a row when it came", () => {
  const entry = fc.record({ key: fc.nat(3), time: fc.integer({ min: -5, max: 5 }) });
  fc.assert(
    fc.property(fc.array(fc.array(entry, { maxLength: 10 }), { maxLength: 5 }), (batches) => {
      const chains = new RowChains();
      const order = new Float64Array(64);
      const model = new Map<number, number[]>();
      let rows = 0;
      for (const batch of batches) {
        const first = rows;
        const neighbours = new Int32Array(2 * batch.length);
        const expected: number[] = [];
        let begun = 0;
        batch.forEach(({ key, time }) => {
          order[rows] = time;
          const chain = model.get(key) ?? [];
          if (chain.length === 0) begun++;
          const at = chain.filter((row) => order[row]! <= time).length;
          expected.push(chain[at - 1] ?? -1, chain[at] ?? -1);
          model.set(key, chain.toSpliced(at, 0, rows++));
        });
        chains.reserveKeys(4);
        chains.reserveRows(rows);
        const keys = Int32Array.from(batch, ({ key }) => key);
        const added = Int32Array.from(batch, (_, j) => first + j);
        expect(chains.insertAll(keys, added, batch.length, order, neighbours)).toBe(begun);
        expect([...neighbours]).toEqual(expected);
      }
      for (const [key, expected] of model) {
        const found: number[] = [];
        for (let row = chains.first(key); row >= 0; row = chains.next(row)) found.push(row);
        expect(found).toEqual(expected);
      }
    }),
  );
});
