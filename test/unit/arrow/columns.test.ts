import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchOf, type Batch } from "../../../engine/arrow/batch.js";
import {
  batchFromRows,
  columnFromValues,
  concatBatches,
  emptyBatch,
  nullColumn,
  projectBatch,
  readValue,
  retainBatch,
  rowsOf,
  sliceBatch,
  takeBatch,
  takeColumn,
} from "../../../engine/arrow/columns.js";
import type { Column } from "../../../engine/arrow/column.js";
import { field, types, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { anyTable, encodedAs } from "./arbitraries.js";

/** The rows as a batch whose columns have assorted encodings. */
function encodedBatch(schema: Schema, rows: Value[][], seed: number): Batch {
  const columns = schema.fields.map((member, i) =>
    encodedAs(
      member.type,
      rows.map((row) => row[i]!),
      seed + i,
    ),
  );
  return batchOf(schema, columns, rows.length);
}

/** Overwrites everything that a batch borrows. */
function spoil(column: Column): void {
  column.nulls?.fill(0);
  switch (column.encoding) {
    case "null":
      return;
    case "constant":
      return spoil(column.value);
    case "dictionary":
      column.codes.fill(0);
      return spoil(column.dictionary);
    case "struct":
      return column.children.forEach(spoil);
    case "list":
      column.offsets.fill(0);
      return spoil(column.element);
    case "map":
      column.offsets.fill(0);
      spoil(column.keys);
      return spoil(column.values);
    case "view":
    case "utf8":
      return void column.data.fill(33);
    case "i64":
    case "i128":
      return void column.values.fill(7n);
    default:
      return void column.values.fill(7);
  }
}

describe("columns", () => {
  test("keep every value of every type and encoding", () => {
    fc.assert(
      fc.property(anyTable, ({ schema, rows, seed }) => {
        expect(rowsOf(batchFromRows(schema, rows))).toEqual(rows);
        expect(rowsOf(encodedBatch(schema, rows, seed))).toEqual(rows);
      }),
    );
  });

  test("take gives the rows asked for, nulls for -1", () => {
    fc.assert(
      fc.property(anyTable, fc.array(fc.nat(), { maxLength: 20 }), fc.boolean(), ({ schema, rows, seed }, picks, outer) => {
        const wanted = picks.map((pick) => (outer && pick % 3 === 0 ? -1 : rows.length === 0 ? -1 : pick % rows.length));
        const taken = takeBatch(encodedBatch(schema, rows, seed), Int32Array.from([...wanted, 77]), wanted.length);
        expect(rowsOf(taken)).toEqual(wanted.map((row) => (row < 0 ? schema.fields.map(() => null) : rows[row])));
      }),
    );
  });

  test("slices are the rows between", () => {
    fc.assert(
      fc.property(anyTable, fc.nat(), fc.nat(), ({ schema, rows, seed }, a, b) => {
        const start = a % (rows.length + 1);
        const end = start + (b % (rows.length - start + 1));
        const slice = sliceBatch(encodedBatch(schema, rows, seed), start, end);
        expect(rowsOf(slice)).toEqual(rows.slice(start, end));
        expect(rowsOf(retainBatch(slice))).toEqual(rows.slice(start, end));
        expect(rowsOf(takeBatch(slice, Int32Array.from(slice.length === 0 ? [] : [slice.length - 1]), Math.min(slice.length, 1)))).toEqual(
          rows.slice(start, end).slice(-1),
        );
      }),
    );
  });

  test("concat puts batches of any encodings one after the other", () => {
    fc.assert(
      fc.property(anyTable, fc.array(fc.nat(12), { maxLength: 3 }), ({ schema, rows, seed }, cuts) => {
        const edges = [0, ...cuts.map((cut) => Math.min(cut, rows.length)).toSorted((a, b) => a - b), rows.length];
        const parts = edges.slice(1).map((edge, i) => encodedBatch(schema, rows.slice(edges[i], edge), seed + i));
        expect(rowsOf(concatBatches(schema, parts))).toEqual(rows);
        expect(rowsOf(concatBatches(schema, [...parts, emptyBatch(schema)]))).toEqual(rows);
      }),
    );
  });

  test("concat of slices of one batch shares its dictionary and constants", () => {
    fc.assert(
      fc.property(anyTable, fc.nat(), ({ schema, rows, seed }, cut) => {
        const batch = encodedBatch(schema, rows, seed);
        const at = cut % (rows.length + 1);
        expect(rowsOf(concatBatches(schema, [sliceBatch(batch, 0, at), sliceBatch(batch, at, rows.length)]))).toEqual(rows);
      }),
    );
  });

  test("a retained batch owns everything it holds", () => {
    fc.assert(
      fc.property(anyTable, ({ schema, rows, seed }) => {
        const batch = encodedBatch(schema, rows, seed);
        const kept = retainBatch(batch);
        batch.columns.forEach(spoil);
        expect(rowsOf(kept)).toEqual(rows);
      }),
    );
  });
});

describe("long columns", () => {
  test("are f64 while every value is a safe integer, else i64", () => {
    expect(columnFromValues(types.long, [1n, null, -(2n ** 53n) + 1n]).encoding).toBe("f64");
    expect(columnFromValues(types.long, [1n, 2n ** 53n]).encoding).toBe("i64");
  });

  test("of both encodings meet in i64", () => {
    const schema = types.struct([{ name: "n", type: types.long, nullable: true }]);
    const rows: Value[][] = [[-1n], [null], [4294967297n], [2n ** 62n]];
    const joined = concatBatches(schema, [batchFromRows(schema, rows.slice(0, 3)), batchFromRows(schema, rows.slice(3))]);
    expect(joined.columns[0]!.encoding).toBe("i64");
    expect(rowsOf(joined)).toEqual(rows);
  });

  test("refuse what 64 bits cannot hold", () => {
    expect(() => columnFromValues(types.long, [2n ** 63n])).toThrow(/INTERNAL_ERROR/);
  });
});

test("rows beyond a batch are refused", () => {
  const column = columnFromValues(types.int, [1, 2]);
  expect(() => takeColumn(column, Int32Array.of(2), 1)).toThrow(/INTERNAL_ERROR/);
  expect(() => readValue(column, 2)).toThrow(/INTERNAL_ERROR/);
  expect(readValue(takeColumn(nullColumn(types.int, 0), Int32Array.of(-1), 1), 0)).toBeNull();
});

test("a projection keeps the fields asked for, in structs and lists too", () => {
  const inner = types.struct([field("x", types.int), field("y", types.string)]);
  const schema = types.struct([field("a", types.int), field("s", inner), field("l", types.array(inner)), field("a", types.string)]);
  const batch = batchFromRows(schema, [
    [1, [2, "u"], [[3, "v"], null], "p"],
    [4, null, [], "q"],
  ]);
  const pruned = types.struct([field("y", types.string)]);
  const wanted = types.struct([field("s", pruned), field("l", types.array(pruned)), field("a", types.string)]);
  expect(rowsOf(projectBatch(batch, wanted))).toEqual([
    [["u"], [["v"], null], "p"],
    [null, [], "q"],
  ]);
  expect(projectBatch(batch, types.struct([])).length).toBe(2);
  expect(() => projectBatch(batch, types.struct([field("z", types.int)]))).toThrow(/INTERNAL_ERROR/);
});
