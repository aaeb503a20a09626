import fc from "fast-check";
import { field, types, type DataType } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";

/** Types of columns, with values at their edges. */
export const typedColumns: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [types.boolean, fc.boolean()],
  [types.byte, fc.integer({ min: -128, max: 127 })],
  [types.int, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })],
  [types.date, fc.integer({ min: -1000, max: 1000 })],
  [types.float, fc.constantFrom(0.5, -0, NaN, -Infinity)],
  [types.double, fc.constantFrom(0.1, -0, NaN, 1e300)],
  [types.long, fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.constantFrom(2n ** 53n + 1n, -(2n ** 63n)))],
  [types.timestamp, fc.constantFrom(0n, 1_700_000_000_000_001n, 2n ** 60n)],
  [types.decimal(12, 2), fc.bigInt({ min: -99n, max: 99n })],
  [types.decimal(30, 2), fc.constantFrom(0n, 10n ** 29n, -(10n ** 29n))],
  [types.string, fc.constantFrom("", "a", "é", "a longer text than the others")],
  [types.binary, fc.constantFrom(new Uint8Array([1, 2]), new Uint8Array([]))],
  [types.array(types.int), fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 3 })],
  [
    types.struct([field("a", types.int), field("b", types.string)]),
    fc.tuple<[Value, Value]>(fc.option(fc.nat(3)), fc.constantFrom("x", null)),
  ],
  [types.null, fc.constant(null)],
];

/** Rows of some of these types, or of more columns than there are types. */
export function typedRows(
  mostRows: number,
): fc.Arbitrary<{ readonly columnTypes: readonly DataType[]; readonly rows: readonly Value[][] }> {
  return fc.array(fc.nat(typedColumns.length - 1), { minLength: 1, maxLength: 40 }).chain((chosen) =>
    fc.record({
      columnTypes: fc.constant(chosen.map((c) => typedColumns[c]![0])),
      rows: fc.array(fc.tuple(...chosen.map((c) => fc.option(typedColumns[c]![1]))), { maxLength: mostRows }),
    }),
  );
}
