import * as fc from "fast-check";
import { batchFromRows } from "../../engine/arrow/columns.js";
import type { Value } from "../../engine/arrow/value.js";
import type { StateChanges } from "../../engine/contract/state.js";
import { keySchema, upsertSchema } from "./stateModel.js";

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

/** Changes of a few tables and partitions, in the order upserts of one batch may come. */
export const changesArbitrary: fc.Arbitrary<StateChanges[]> = fc
  .uniqueArray(
    fc.record({
      operatorId: fc.constantFrom("0", "1"),
      storeName: fc.constantFrom("default", "left"),
      partition: fc.constantFrom(0, 1),
      droppedPanes: fc.uniqueArray(fc.constantFrom(...panes), { maxLength: 2 }),
      deletes: fc.array(key, { maxLength: 4 }),
      upserts: fc.array(fc.tuple(key, value, fc.integer()), { maxLength: 8 }),
    }),
    { maxLength: 4, selector: (table) => `${table.operatorId}/${table.storeName}/${table.partition}` },
  )
  .map((tables) =>
    tables.map(({ deletes, upserts, ...table }) => ({
      ...table,
      deletes: deletes.length === 0 ? null : batchFromRows(keySchema, deletes),
      upserts:
        upserts.length === 0
          ? null
          : batchFromRows(
              upsertSchema,
              upserts.map(([k, v, group]) => [...k, ...v, group]),
            ),
    })),
  );
