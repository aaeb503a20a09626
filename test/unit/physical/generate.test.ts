import { expect, test } from "vitest";
import fc from "fast-check";
import type { Batch } from "../../../engine/arrow/batch.js";
import { batchFromRows, emptyBatch } from "../../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { defaultChunkSizes } from "../../../engine/contract/chunkSizes.js";
import { GenerateOperator } from "../../../engine/physical/stateless/generate.js";
import { handling } from "../../runtime/testRuntime.js";
import { runOperator } from "./runOperator.js";

const input: Schema = types.struct([
  field("id", types.int),
  field("name", types.string),
  field("xs", types.array(types.string)),
  field("other", types.int),
]);
const exploded: Schema = types.struct([
  field("name", types.string),
  field("id", types.int),
  field("pos", types.int),
  field("col", types.string),
]);

const rowArbitrary = fc.tuple(
  fc.option(fc.integer({ min: -5, max: 5 })),
  fc.option(fc.string({ maxLength: 3 })),
  fc.option(fc.array(fc.option(fc.string({ maxLength: 3 })), { maxLength: 4 })),
  fc.option(fc.integer({ min: -5, max: 5 })),
);

test("posexplode is what a loop over the rows says, however it is cut, and stack too", () => {
  fc.assert(
    fc.property(fc.array(rowArbitrary, { maxLength: 12 }), fc.boolean(), (rows, outer) => {
      const batch = batchFromRows(input, rows);
      const explode = new GenerateOperator({ kind: "posexplode", columns: [2], repeated: [1, 0], outer }, exploded, handling().chunks);
      expect(runOperator(explode, [batch])).toEqual(
        rows.flatMap(([id, name, xs]): Value[][] => {
          if (outer && (xs ?? []).length === 0) return [[name, id, null, null]];
          return (xs ?? []).map((x, pos) => [name, id, pos, x]);
        }),
      );
      const stacked: Schema = types.struct([field("name", types.string), field("col0", types.int)]);
      const stack = new GenerateOperator({ kind: "stack", rows: 3, columns: [0, 3], repeated: [1], outer }, stacked, handling().chunks);
      expect(runOperator(stack, [batch])).toEqual(
        rows.flatMap(([id, name, , other]): Value[][] => [
          [name, id],
          [name, other],
          [name, null],
        ]),
      );
    }),
  );
});

test("a long array comes out in pieces, over its row without a copy of it for each element", () => {
  const elements = Array.from({ length: 1000 }, (_, i) => String(i));
  const schema: Schema = types.struct([field("name", types.string), field("id", types.int), field("col", types.string)]);
  const chunks = { ...defaultChunkSizes, emittedRows: 64 };
  const operator = new GenerateOperator({ kind: "explode", columns: [2], repeated: [1, 0], outer: false }, schema, chunks);
  const pieces: number[] = [];
  let seen = 0;
  for (const { batch } of operator.process(batchFromRows(input, [[1, "a".repeat(100), elements, 1]]))) {
    pieces.push(batch.length);
    const [name, , col] = batch.columns;
    expect(name).toMatchObject({ encoding: "dictionary", dictionary: { length: 1 } });
    expect(col!.length).toBe(batch.length);
    seen += batch.length;
  }
  expect(seen).toBe(1000);
  expect(Math.max(...pieces)).toBe(64);
  const none: Batch = emptyBatch(input);
  expect([...operator.process(none)]).toEqual([]);
});
