import fc from "fast-check";
import { expect, test } from "vitest";
import { field, types, type DataType } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { compareValues } from "../../../engine/values/compare.js";
import { ValueIndex } from "../../../engine/values/valueIndex.js";

const text = fc.constantFrom("", "a", "b", "1:a", "-", "1", "11");
const double = fc.constantFrom(0, -0, Number.NaN, 1, -1, 1.5);
const orNull = (values: fc.Arbitrary<Value>): fc.Arbitrary<Value> => fc.option(values, { nil: null });
const pair = types.struct([field("x", types.string), field("y", types.array(types.string))]);

const kinds: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [types.long, fc.bigInt({ min: -2n, max: 2n })],
  [types.double, double],
  [types.boolean, fc.boolean()],
  [types.string, text],
  [types.binary, fc.uint8Array({ maxLength: 2, max: 2 })],
  [types.array(types.double), fc.array(orNull(double), { maxLength: 3 })],
  [types.array(types.string), fc.array(orNull(text), { maxLength: 3 })],
  [pair, fc.tuple(orNull(text), orNull(fc.array(orNull(text), { maxLength: 2 })))],
];

test.each(kinds)("values of type %j are the same when they compare as equal", (type, values) => {
  fc.assert(
    fc.property(fc.array(orNull(values), { maxLength: 12 }), orNull(values), (list, wanted) => {
      const same = (a: Value, b: Value): boolean => (a === null || b === null ? a === b : compareValues(a, b, type) === 0);
      const place = list.findIndex((value) => same(value, wanted));
      const index = new ValueIndex(type, list);
      expect(index.place(wanted)).toBe(place < 0 ? undefined : place);
      expect(index.has(wanted)).toBe(place >= 0);
      expect(index.add(wanted)).toBe(place < 0);
    }),
  );
});
