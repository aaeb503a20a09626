import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseJsonOptions } from "../../engine/kernel/json/jsonOptions.js";
import { JsonTypeReader } from "../../engine/kernel/json/jsonTypes.js";
import { runs } from "./runs.js";

const texts = [
  '"a"',
  '""',
  '"é\n"',
  "1",
  "-123456789012345678",
  "1234567890123456789",
  "99999999999999999999",
  "1.5",
  "1e3",
  "true",
  "null",
];
const value = fc.constantFrom(...texts, '{"x":1}', "[1]", "nope", "01");
const name = fc.constantFrom('"a"', '"b"', '"ab"', '"\\u0061"', '""');
const member = fc.tuple(name, value).map(([key, text]) => `${key}:${text}`);
const row = fc
  .tuple(fc.array(member, { maxLength: 4 }), fc.constantFrom("", "}", " }", ",}", "} x"))
  .map(([members, end]) => `{${members.join(",")}${end}`);
/** Rows of few shapes, so that many have that of the row before. */
const rows = fc.tuple(fc.array(row, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }));

test("a row has the type that it has by itself, whatever rows came before", () => {
  const options = { reading: parseJsonOptions({}, "UTC"), primitivesAsString: false, prefersDecimal: false, inferTimestamp: false };
  fc.assert(
    fc.property(rows, ([some, picks]) => {
      const reader = new JsonTypeReader(options);
      for (const pick of picks) {
        const bytes = new TextEncoder().encode(some[pick % some.length]);
        expect(reader.read(bytes, 0, bytes.length)).toEqual(new JsonTypeReader(options).read(bytes, 0, bytes.length));
      }
    }),
    { numRuns: runs(2000) },
  );
});
