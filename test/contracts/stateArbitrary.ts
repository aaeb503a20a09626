import * as fc from "fast-check";
import { batchFromRows } from "../../engine/arrow/columns.js";
import type { Schema } from "../../engine/arrow/types.js";
import type { Batch } from "../../engine/arrow/batch.js";
import type { Value } from "../../engine/arrow/value.js";
import { keyGroupOf, type StateChanges } from "../../engine/contract/state.js";
import { byHash, deleteSchema, hashIn, hashOfKey, upsertSchema } from "./stateModel.js";

const panes = [0, 60_000_000, -60_000_000, 1_700_000_000_000_000];

const key = fc.tuple(
  fc.constantFrom<Value>("a", "b", "täg", "", null, "a much longer word than the others"),
  fc.constantFrom(...panes).map(BigInt),
);

const value = fc.tuple(
  fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.constant(null), fc.bigInt(-5n, 5n)),
  fc.oneof(fc.double(), fc.constant(-0), fc.constant(null)),
  fc.oneof(fc.string(), fc.constant(null)),
);

const table = fc.record({
  operatorId: fc.constantFrom("0", "1"),
  storeName: fc.constantFrom("default", "left"),
  droppedPanes: fc.uniqueArray(fc.constantFrom(...panes), { maxLength: 2 }),
  deletes: fc.array(key, { maxLength: 4 }),
  upserts: fc.array(fc.tuple(key, value), { maxLength: 8 }),
  /** Where one chunk ends and the next begins. */
  cut: fc.integer({ min: 0, max: 256 }),
});

/** Changes of a few tables, in chunks as operators give them. */
export const changesArbitrary: fc.Arbitrary<StateChanges[]> = fc
  .uniqueArray(table, { maxLength: 4, selector: ({ operatorId, storeName }) => `${operatorId}/${storeName}` })
  .map((tables) =>
    tables.flatMap(({ operatorId, storeName, droppedPanes, deletes, upserts, cut }) => {
      const gone = deletes.map((k) => [...k, hashOfKey(k)]);
      const there = upserts.map(([k, v]) => [...k, ...v, hashOfKey(k)]);
      const below = chunk(gone, there, (row) => keyGroupOf(hashIn(row)) < cut);
      const above = chunk(gone, there, (row) => keyGroupOf(hashIn(row)) >= cut);
      return [
        { operatorId, storeName, droppedPanes, ...below },
        { operatorId, storeName, droppedPanes: [], ...above },
      ];
    }),
  );

function chunk(gone: Value[][], there: Value[][], isIn: (row: Value[]) => boolean): Pick<StateChanges, "deletes" | "upserts"> {
  return { deletes: batchOf(deleteSchema, gone.filter(isIn)), upserts: batchOf(upsertSchema, there.filter(isIn)) };
}

function batchOf(schema: Schema, rows: Value[][]): Batch | null {
  return rows.length === 0 ? null : batchFromRows(schema, byHash(rows));
}
