import fc from "fast-check";
import { expect, test } from "vitest";
import { batchFromRows, rowsOf } from "../../../../engine/arrow/columns.js";
import { field, types } from "../../../../engine/arrow/types.js";
import type { Value } from "../../../../engine/arrow/value.js";
import { allGroups, type GroupRange } from "../../../../engine/contract/state.js";
import { ColdState } from "../../../../engine/physical/spill/coldState.js";
import { QueryMemory } from "../../../../engine/physical/spill/queryMemory.js";
import type { AggregateOperator } from "../../../../engine/physical/stateful/aggregate.js";
import { temporarySpace } from "../../../../runtime/spillSpace.js";
import { inMemory, show } from "../aggregateFixture.js";
import { runOperator } from "../runOperator.js";

const operatorId = "0";
const input = types.struct([field("k", types.string), field("x", types.long)]);
const deleted = types.struct([field("k", types.string), field("group", types.int, false)]);
const kept = types.struct([...input.fields, field("group", types.int, false)]);

function makeOperator(): AggregateOperator {
  return inMemory({
    input: input.fields,
    keys: 1,
    aggregates: [{ name: "max", columns: [1] }],
    outputMode: "update",
    partitions: 2,
  });
}

function nameOf(k: number): string {
  return `key ${(k * 7_919_777_111) % 1_000_000_007} ${(k * 104_729) % 999_983} ${k}`;
}

/** The hash of each name below. */
const hashes = ((): Int32Array => {
  const rows = Array.from({ length: 300_000 }, (_, k): Value[] => [nameOf(k), 0n]);
  return makeOperator().savedHashesOf(batchFromRows(input, rows)).hashes.slice(0, rows.length);
})();

/** Some keys of which each shares its hash with another, and some that do not. */
const keys = ((): number[] => {
  const first = new Map<number, number>();
  const twins: number[] = [];
  for (const [k, hash] of hashes.entries()) {
    if (first.has(hash)) twins.push(first.get(hash)!, k);
    else first.set(hash, k);
  }
  return [...twins.slice(0, 6), 1, 2, 3, 4, 5, 6];
})();

function inGroups(some: readonly number[]): number[] {
  return [...new Set(some)].toSorted((a, b) => (hashes[a]! >>> 24) - (hashes[b]! >>> 24));
}

const someKeys = fc.array(fc.constantFrom(...keys), { maxLength: 8 }).map(inGroups);
const chunks = fc.array(fc.record({ deletes: someKeys, upserts: someKeys }), { maxLength: 12 });

test("keys share hashes in what is loaded below", () => {
  expect(new Set(keys.map((k) => hashes[k])).size).toBe(keys.length - 3);
});

test("what is loaded beyond memory is what the files say, however deltas follow each other", async () => {
  await fc.assert(
    fc.asyncProperty(
      chunks,
      fc.constantFrom(1, 4000, 9000, 40_000),
      fc.constantFrom(1, 2, 1000),
      fc.boolean(),
      async (loaded, spillBytes, rowsAtOnce, goesOn) => {
        const memory = new QueryMemory({ limitBytes: Infinity, spillBytes }, temporarySpace);
        const state = new ColdState(makeOperator(), makeOperator, memory, rowsAtOnce);
        const model = new Map<number, bigint>();
        let next = 0n;
        for (const { deletes, upserts } of loaded) {
          for (const k of deletes) model.delete(k);
          for (const k of upserts) model.set(k, ++next);
          const rows = upserts.map((k): Value[] => [nameOf(k), model.get(k)!, hashes[k]!]);
          const gone = deletes.map((k): Value[] => [nameOf(k), hashes[k]!]);
          state.restore({
            operatorId,
            storeName: "default",
            droppedPanes: [],
            deletes: gone.length === 0 ? null : batchFromRows(deleted, gone),
            upserts: rows.length === 0 ? null : batchFromRows(kept, rows),
          });
        }
        const savedIn = (groups: GroupRange): string[] =>
          [...state.snapshot(groups)].flatMap(({ upserts }) => [...rowsOf(upserts!)]).map(([k, x]) => show([k, x]));
        const expected = [...model].map(([k, x]) => show([nameOf(k), x])).toSorted();
        // A snapshot that the run before began goes on before there is a batch.
        if (goesOn) expect([...savedIn({ from: 0, to: 100 }), ...savedIn({ from: 100, to: 256 })].toSorted()).toEqual(expected);
        state.begin({ batchId: 0, batchTimeMs: 0, conf: {}, outputMode: "update", noData: false, watermarks: {} });
        expect(state.stateRows).toBe(model.size);
        expect(savedIn(allGroups).toSorted()).toEqual(expected);
        const all = keys.map((k): Value[] => [nameOf(k), 0n]);
        const emitted = runOperator(state, [batchFromRows(input, all)]).map(([k, x]) => show([k, x]));
        expect(emitted.toSorted()).toEqual(keys.map((k) => show([nameOf(k), model.get(k) ?? 0n])).toSorted());
        await memory.close();
      },
    ),
    { numRuns: 200 },
  );
});
