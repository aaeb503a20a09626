import * as arrow from "apache-arrow";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchOf, type Batch } from "../../../engine/arrow/batch.js";
import { batchFromRows, rowsOf, sliceBatch } from "../../../engine/arrow/columns.js";
import {
  decodeIpc,
  encodeIpcStream,
  fromArrow,
  fromArrowSchema,
  ipcStreamParts,
  toArrow,
  toArrowSchema,
} from "../../../engine/arrow/edge.js";
import { field, sameType, types, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { anyTable, encodedAs } from "./arbitraries.js";

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

describe("the Arrow edge", () => {
  test("is crossed both ways without a change, schema included", () => {
    fc.assert(
      fc.property(anyTable, ({ schema, rows, seed }) => {
        const there = toArrow(encodedBatch(schema, rows, seed));
        const back = fromArrow(there);
        expect(rowsOf(back)).toEqual(rows);
        expect(back.schema).toEqual(fromArrowSchema(toArrowSchema(schema)));
        expect(sameType(back.schema, schema)).toBe(true);
        expect(rowsOf(fromArrow(there, schema))).toEqual(rows);
      }),
    );
  });

  test("is crossed by slices on either side", () => {
    fc.assert(
      fc.property(anyTable, fc.nat(), ({ schema, rows, seed }, cut) => {
        const start = cut % (rows.length + 1);
        const batch = encodedBatch(schema, rows, seed);
        expect(rowsOf(fromArrow(toArrow(sliceBatch(batch, start, rows.length)), schema))).toEqual(rows.slice(start));
        expect(rowsOf(fromArrow(toArrow(batch).slice(start), schema))).toEqual(rows.slice(start));
      }),
    );
  });

  test("is crossed by IPC files and streams", () => {
    fc.assert(
      fc.property(anyTable, ({ schema, rows, seed }) => {
        const batch = encodedBatch(schema, rows, seed);
        const bytes = encodeIpcStream([batch, batch]);
        expect(decodeIpc(bytes, schema).flatMap(rowsOf)).toEqual([...rows, ...rows]);
        expect(decodeIpc(bytes).flatMap(rowsOf)).toEqual([...rows, ...rows]);
      }),
    );
  });

  test("gives Arrow what Arrow's own readers understand", () => {
    const schema = types.struct([
      field("b", types.boolean),
      field("n", types.long),
      field("s", types.string),
      field("d", types.decimal(7, 2)),
    ]);
    const rows: Value[][] = [
      [true, 2n ** 60n, "ä", -1234n],
      [null, null, null, null],
      [false, -1n, "", 5n],
    ];
    const table = arrow.tableFromIPC(encodeIpcStream([batchFromRows(schema, rows)]));
    expect(table.getChild("b")!.toArray()).toEqual([true, null, false]);
    expect([...table.getChild("n")!]).toEqual([2n ** 60n, null, -1n]);
    expect([...table.getChild("s")!]).toEqual(["ä", null, ""]);
    expect(table.schema.fields.map((f) => String(f.type))).toEqual(["Bool", "Int64", "Utf8", "Decimal[7e+2]"]);
  });

  test("takes what other writers make: dictionaries, other units and widths", () => {
    const dictionary = arrow.vectorFromArray(["x", "y", null, "x"], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()));
    const table = new arrow.Table({
      k: dictionary,
      u: arrow.vectorFromArray([1, 65535, 0, 7], new arrow.Uint16()),
      big: arrow.vectorFromArray([1n, 2n ** 64n - 1n, 0n, 7n], new arrow.Uint64()),
      ms: arrow.vectorFromArray([0, 1500, -1, null], new arrow.TimestampMillisecond()),
      ns: arrow.makeVector(
        arrow.makeData({
          type: new arrow.TimestampNanosecond("UTC"),
          nullBitmap: Uint8Array.of(0b0111),
          data: BigInt64Array.of(0n, 1_999n, -1n, 0n),
        }),
      ),
      day: arrow.vectorFromArray([new Date(0), new Date(-1), new Date(86_400_000), null], new arrow.DateMillisecond()),
    });
    const batch = fromArrow(table.batches[0]!);
    expect(batch.schema.fields.map((f) => f.type.kind)).toEqual(["string", "int", "decimal", "timestamp_ntz", "timestamp", "date"]);
    expect(batch.columns[0]!.encoding).toBe("dictionary");
    expect(rowsOf(batch)).toEqual([
      ["x", 1, 1n, 0n, 0n, 0],
      ["y", 65535, 2n ** 64n - 1n, 1_500_000n, 1n, -1],
      [null, 0, 0n, -1000n, -1n, 1],
      ["x", 7, 7n, null, null, null],
    ]);
  });

  test("widens numbers and refuses to narrow them", () => {
    const ints = toArrow(batchFromRows(types.struct([field("n", types.int)]), [[7], [null]]));
    for (const type of [types.long, types.double]) {
      expect(rowsOf(fromArrow(ints, types.struct([field("n", type)])))).toEqual([[type.kind === "long" ? 7n : 7], [null]]);
    }
    for (const type of [
      types.short,
      types.float,
      types.string,
      types.timestamp,
      types.boolean,
      types.decimal(10, 0),
      types.array(types.int),
    ]) {
      expect(() => fromArrow(ints, types.struct([field("n", type)]))).toThrow(
        expect.objectContaining({ condition: "ARROW_TYPE_MISMATCH" }),
      );
    }
  });

  test("takes columns of one name and different types into a stream, as keys of a join of two tables have them", () => {
    const schema = types.struct([field("k", types.string), field("k", types.long), field("g", types.int, false)]);
    const rows = [
      [null, 1n, 3],
      ["a", null, 4],
    ];
    const [read] = decodeIpc(Buffer.concat(ipcStreamParts(batchFromRows(schema, rows))));
    expect(rowsOf(read!)).toEqual(rows);
  });
});

function nested(nullable: boolean): Schema {
  return types.struct([
    field("n", types.int, nullable),
    field("s", types.struct([field("x", types.int, nullable)]), nullable),
    field("a", types.array(types.int, nullable), nullable),
  ]);
}

test("an IPC file has the rows of batches that promise more than it: columns, fields and elements without nulls", () => {
  const rows = [[1, [2], [3]]];
  const written = decodeIpc(encodeIpcStream([batchFromRows(nested(false), rows), batchFromRows(nested(true), rows)], nested(true)));
  expect(written.flatMap((batch) => rowsOf(batch))).toEqual([...rows, ...rows]);
});
