import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnFromValues, readValue } from "../../../engine/arrow/columns.js";
import { field, types } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { wordsOf } from "../../../engine/arrow/byteHash.js";
import { CellWriter, writeCell } from "../../../engine/state/cellCodec.js";
import { isLongStruct, packLongStructs, unpackLongStructs } from "../../../engine/state/longStructs.js";

const type = types.struct([field("start", types.timestamp), field("end", types.timestamp), field("n", types.long)]);
const long = fc.oneof(
  fc.bigInt({ min: -5n, max: 5n }),
  fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }),
  fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n), 2n ** 31n),
);
const small = fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n });
const rowsOf = (value: fc.Arbitrary<bigint>): fc.Arbitrary<Value[]> => {
  const cell = fc.option(value, { freq: 5 });
  return fc.array(fc.option(fc.tuple(cell, cell, cell), { freq: 5 }), { maxLength: 12 });
};

describe("structs of 64-bit integers", () => {
  it.each([
    ["of any size", rowsOf(long)],
    ["that are safe integers", rowsOf(small)],
  ] as const)("have the bytes of their cells, and come back out of these: integers %s", (_, rows) => {
    fc.assert(
      fc.property(rows, (values) => {
        const column = columnFromValues(type, values);
        const packed = packLongStructs(column, values.length)!;
        for (const [i, value] of values.entries()) {
          const cell = new CellWriter();
          writeCell(cell, type, value, true);
          const own = packed.bytes.subarray(packed.starts[i], packed.starts[i + 1]);
          expect([...own]).toEqual([...cell.bytes.subarray(0, cell.length)]);
        }
        const words = wordsOf(packed.bytes);
        const back = unpackLongStructs(
          type,
          column.nulls,
          values.length,
          () => words,
          (row) => packed.starts[row]!,
        );
        expect(values.map((_value, row) => readValue(back, row))).toEqual(values);
      }),
    );
  });

  it("are those only", () => {
    const one = types.struct([field("a", types.long)]);
    expect([one, type].every(isLongStruct)).toBe(true);
    expect([types.long, types.struct([]), types.struct([field("a", types.int)]), types.struct([field("a", one)])].some(isLongStruct)).toBe(
      false,
    );
  });
});
