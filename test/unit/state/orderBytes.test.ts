import fc from "fast-check";
import { expect, test } from "vitest";
import { columnFromValues } from "../../../engine/arrow/columns.js";
import { types, type DataType } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { compareBytes } from "../../../engine/state/cells.js";
import { OrderBytes } from "../../../engine/state/orderBytes.js";
import { compareValues } from "../../../engine/values/compare.js";

const drawn: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [types.int, fc.integer()],
  [types.long, fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-5n, 5n), fc.constantFrom(2n ** 53n, -(2n ** 32n), -1n))],
  [types.double, fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, -Infinity, 5e-324))],
  [types.string, fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "a", "a\u0000", "a\u0000b", "ab"))],
  [types.boolean, fc.boolean()],
];

test.each(drawn)("bytes compare as values of $kind do", (type, value) => {
  fc.assert(
    fc.property(
      fc.array(fc.option(value), { minLength: 2, maxLength: 20 }),
      fc.boolean(),
      fc.boolean(),
      (values, descending, nullsFirst) => {
        const order = new OrderBytes([{ type, descending, nullsFirst }]);
        order.write([columnFromValues(type, values)], null, values.length);
        const { data, starts } = order;
        const lengthOf = (j: number): number => starts[j + 1]! - starts[j]!;
        const wanted = (a: Value, b: Value): number => {
          if (a === null || b === null) return a === b ? 0 : (a === null) === nullsFirst ? -1 : 1;
          return Math.sign(compareValues(a, b, type)) * (descending ? -1 : 1);
        };
        for (let a = 0; a < values.length; a++) {
          for (let b = 0; b < values.length; b++) {
            const found = compareBytes(data, starts[a]!, lengthOf(a), data, starts[b]!, lengthOf(b));
            expect(Math.sign(found) + 0).toBe(wanted(values[a]!, values[b]!) + 0);
          }
        }
      },
    ),
  );
});
