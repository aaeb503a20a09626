import fc from "fast-check";
import { expect, test } from "vitest";
import { batchFromRows, rowsOf } from "../../../../engine/arrow/columns.js";
import { field, types } from "../../../../engine/arrow/types.js";
import type { SpillPages, SpillSpace } from "../../../../engine/contract/spill.js";
import type { Value } from "../../../../engine/arrow/value.js";
import { keyGroupOf } from "../../../../engine/contract/state.js";
import { ColdRows } from "../../../../engine/physical/spill/coldRows.js";
import { QueryMemory } from "../../../../engine/physical/spill/queryMemory.js";
import { temporarySpace } from "../../../../runtime/spillSpace.js";

const schema = types.struct([field("key", types.string), field("value", types.long), field("group", types.int, false)]);

/** Few groups, few hashes in each; rows from a word to more than is read at once. */
const row = fc.record({
  group: fc.constantFrom(0, 1, 2, 128, 255),
  low: fc.nat(5),
  length: fc.constantFrom(0, 1, 3, 17, 6000),
});
const step = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), rows: fc.array(row, { maxLength: 12 }) }),
  fc.record({ kind: fc.constant("take" as const), rows: fc.array(row, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant("read" as const), from: fc.constantFrom(0, 1, 2, 200), to: fc.constantFrom(1, 3, 256) }),
);

function hashOf({ group, low }: { readonly group: number; readonly low: number }): number {
  return (group << 24) | (low * 7);
}

function unsigned(a: readonly Value[], b: readonly Value[]): number {
  return ((a[2] as number) >>> 0) - ((b[2] as number) >>> 0);
}

function inOrder(rows: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  return rows.toSorted((a, b) => unsigned(a, b) || Number((a[1] as bigint) - (b[1] as bigint)));
}

test("rows on disk are there until they are taken, however much of the file is written anew", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 2, 7, 1000), async (steps, rowsAtOnce) => {
      const memory = new QueryMemory({ limitBytes: 0, spillBytes: 0 }, temporarySpace);
      const held = new ColdRows(schema, memory, rowsAtOnce);
      let model: (readonly Value[])[] = [];
      let next = 0n;
      for (const { kind, ...what } of steps) {
        if (kind === "add") {
          const rows = (what as { rows: { group: number; low: number; length: number }[] }).rows
            .map((made): Value[] => [`${next}`.padStart(made.length, "x"), next++, hashOf(made)])
            .toSorted(unsigned);
          held.add(batchFromRows(schema, rows));
          model.push(...rows);
        } else if (kind === "take") {
          const hashes = Int32Array.from((what as { rows: { group: number; low: number }[] }).rows, hashOf);
          const taken = held.take(hashes, null, hashes.length);
          const isTaken = ([, , hash]: readonly Value[]): boolean => hashes.includes(hash as number);
          expect(inOrder(taken === null ? [] : [...rowsOf(taken)])).toEqual(inOrder(model.filter(isTaken)));
          model = model.filter((made) => !isTaken(made));
        } else {
          const { from, to } = what as { from: number; to: number };
          const read = [...held.of({ from, to })];
          for (const { length } of read) expect(length).toBeLessThanOrEqual(rowsAtOnce);
          const rows = read.flatMap((batch) => [...rowsOf(batch)]);
          const groups = rows.map(([, , hash]) => keyGroupOf(hash as number));
          expect(groups).toEqual(groups.toSorted((a, b) => a - b));
          const wanted = model.filter(([, , hash]) => keyGroupOf(hash as number) >= from && keyGroupOf(hash as number) < to);
          expect(inOrder(rows)).toEqual(inOrder(wanted));
        }
        expect(held.count).toBe(model.length);
      }
      await memory.close();
    }),
    { numRuns: 150 },
  );
});

/** A thousand rows, no two of which have a key in common. */
function rowsOfRound(round: number): Value[][] {
  return Array.from({ length: 1000 }, (_, i): Value[] => [
    `key ${round} ${i}`,
    BigInt(i),
    Math.imul(1000 * round + i, 0x9e3779b1),
  ]).toSorted(unsigned);
}

function hashesOf(round: number, rows: number): Int32Array {
  return Int32Array.from(rowsOfRound(round).slice(0, rows), ([, , hash]) => hash as number);
}

test("the file stays near what is wanted of it, and nothing of it is left at the end", async () => {
  const memory = new QueryMemory({ limitBytes: 0, spillBytes: 0 }, temporarySpace);
  const held = new ColdRows(schema, memory, 1000);
  let most = 0;
  for (let round = 0; round < 200; round++) {
    held.add(batchFromRows(schema, rowsOfRound(round)));
    // Nine of ten rows come back, some rounds later.
    const back = round - 5;
    if (back >= 0)
      held.take(
        Int32Array.from(rowsOfRound(back).slice(0, 900), ([, , hash]) => hash as number),
        null,
        900,
      );
    most = Math.max(most, held.fileBytes);
  }
  expect(held.count).toBe(200 * 100 + 5 * 900);
  expect(most).toBeLessThan(5 * 48 * held.count);
  for (let round = 0; round < 200; round++)
    held.take(
      Int32Array.from(rowsOfRound(round), ([, , hash]) => hash as number),
      null,
      1000,
    );
  expect([held.count, held.fileBytes]).toEqual([0, 0]);
  await memory.close();
});

interface Watch {
  reads: number;
  readBytes: number;
  fileBytes: number;
}

/** The folder of temporary files, with what is asked of it. */
function watched(): { readonly space: SpillSpace; readonly watch: Watch } {
  const watch: Watch = { reads: 0, readBytes: 0, fileBytes: 0 };
  const openPages = (): SpillPages => {
    const pages = temporarySpace.openPages();
    return {
      write: (at, bytes) => {
        pages.write(at, bytes);
        watch.fileBytes = Math.max(watch.fileBytes, at + bytes.length);
      },
      read: (at, into) => {
        pages.read(at, into);
        watch.reads++;
        watch.readBytes += into.length;
      },
      truncate: (at) => {
        pages.truncate(at);
        watch.fileBytes = at;
      },
      close: () => pages.close(),
    };
  };
  return { space: { ...temporarySpace, openPages }, watch };
}

test.for([4, 128])("a look-up reads once for a row that is there and not at all for one that is not, of %i,000 rows", async (rounds) => {
  const { space, watch } = watched();
  const memory = new QueryMemory({ limitBytes: 0, spillBytes: 0 }, space);
  const held = new ColdRows(schema, memory, 1000);
  for (let round = 0; round < rounds; round++) held.add(batchFromRows(schema, rowsOfRound(round)));
  Object.assign(watch, { reads: 0, readBytes: 0 });
  held.take(hashesOf(rounds, 100), null, 100);
  expect(watch.reads).toBe(0);
  expect(held.take(hashesOf(1, 100), null, 100)!.length).toBe(100);
  expect(watch.reads).toBeLessThanOrEqual(100);
  expect(watch.readBytes).toBeLessThan(100 * 5000);
  await memory.close();
});

test("the file is cut off behind what is wanted of it", async () => {
  const { space, watch } = watched();
  const memory = new QueryMemory({ limitBytes: 0, spillBytes: 0 }, space);
  const held = new ColdRows(schema, memory, 1000);
  for (let round = 0; round < 100; round++) held.add(batchFromRows(schema, rowsOfRound(round)));
  expect(watch.fileBytes).toBeGreaterThan(3_900_000);
  for (let round = 99; round >= 10; round--)
    held.take(
      Int32Array.from(rowsOfRound(round), ([, , hash]) => hash as number),
      null,
      1000,
    );
  expect(held.count).toBe(10_000);
  expect(watch.fileBytes).toBeLessThan(held.fileBytes + 1_100_000);
  expect(held.fileBytes).toBeLessThan(600_000);
  // What is written then lies behind what is left.
  held.add(batchFromRows(schema, rowsOfRound(100)));
  expect(
    [
      ...rowsOf(
        held.take(
          Int32Array.from(rowsOfRound(100), ([, , hash]) => hash as number),
          null,
          1000,
        )!,
      ),
    ].length,
  ).toBe(1000);
  await memory.close();
});
