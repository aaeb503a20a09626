import * as fc from "fast-check";
import { expect, test } from "vitest";
import { batchFromRows, rowsOf, takeBatch } from "../../../../engine/arrow/columns.js";
import type { Batch } from "../../../../engine/arrow/batch.js";
import { field, types } from "../../../../engine/arrow/types.js";
import type { Pause } from "../../../../engine/physical/operator.js";
import { QueryMemory } from "../../../../engine/physical/spill/queryMemory.js";
import { SortedRuns } from "../../../../engine/physical/spill/sortedRuns.js";
import { SpillStore } from "../../../../engine/physical/spill/spilledBatches.js";
import { sortedRows } from "../../../../engine/physical/stateless/rowSort.js";
import { temporarySpace } from "../../../../runtime/spillSpace.js";

const schema = types.struct([field("k", types.string), field("n", types.int), field("place", types.int)]);

async function rowsFrom(steps: Iterable<Batch | Pause>): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for (const step of steps) {
    if ("until" in step) await step.until;
    else rows.push(...rowsOf(step));
  }
  return rows;
}

const anyRow = fc.tuple(fc.option(fc.constantFrom("a", "b", "c", "ü"), { nil: null }), fc.option(fc.nat(5), { nil: null }));

test("merged runs are what a sort in memory gives, equal rows in the order they came in", async () => {
  const keys = [
    { column: 0, descending: true, nullsFirst: false },
    { column: 1, descending: false, nullsFirst: true },
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyRow, { minLength: 1, maxLength: 2500 }), { minLength: 1, maxLength: 40, size: "max" }),
      async (parts) => {
        let place = 0;
        const batches = parts.map((rows) =>
          batchFromRows(
            schema,
            rows.map((row) => [...row, place++]),
          ),
        );
        const memory = new QueryMemory({ limitBytes: Infinity, spillBytes: 0 }, temporarySpace);
        const runs = new SortedRuns(keys, schema, new SpillStore(memory));
        for (const batch of batches) await rowsFrom(runs.add(batch, sortedRows(keys, batch)));
        const all = batchFromRows(schema, batches.flatMap(rowsOf));
        const expected = rowsOf(takeBatch(all, sortedRows(keys, all), all.length));
        expect(await rowsFrom(runs.merged())).toEqual(expected);
        expect(memory.spilledBytes).toBeGreaterThan(0);
        await memory.close();
      },
    ),
    { numRuns: 25 },
  );
});

test("what cannot go to disk is refused when all shares together are more than the budget", () => {
  const memory = new QueryMemory({ limitBytes: 1000, spillBytes: Infinity }, temporarySpace);
  const [sort, table] = [memory.share("The rows that a sort keeps"), memory.share("The rows of a joined table (k)")];
  expect(sort.isOver(600)).toBe(false);
  table.hold(400);
  expect(sort.isOver(601)).toBe(true);
  sort.release();
  table.hold(1000);
  expect(() => table.hold(1001)).toThrow(expect.objectContaining({ condition: "MEMORY_BUDGET_EXCEEDED" }));
});

test("a folder that takes no files is said by name", async () => {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = "/nowhere/at/all";
  try {
    await expect(temporarySpace.open()).rejects.toMatchObject({ condition: "SPILL_FAILED", parameters: { folder: "/nowhere/at/all" } });
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
});
