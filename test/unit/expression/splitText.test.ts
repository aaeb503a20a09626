import fc from "fast-check";
import { expect, test } from "vitest";
import { Session } from "../../../dataframe/session.js";

// A constant text splits bytes where they are; other patterns go through regular expressions. Both give the same parts.

const session = Session.create();
const cases: readonly (readonly [pattern: string, separator: string])[] = [
  [" ", " "],
  ["ab", "ab"],
  ["é", "é"],
  ["\\\\|", "|"],
  ["\\\\.x", ".x"],
  ["😀", "😀"],
];

test.each(cases)("split at %s", async (pattern, separator) => {
  const piece = fc.constantFrom("", "a", "b", "ab", "é", "|", ".", "x", "😀", " ", separator);
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
  const rows = fc.array(fc.record({ s: fc.option(text, { nil: null }), keep: fc.boolean() }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(rows, async (table) => {
      const frame = session.createDataFrame(table, "s STRING, keep BOOLEAN").where("keep");
      const answers = await frame.selectExpr(`split(s, '${pattern}') AS parts`, `split(s, '(?:${pattern})') AS same`).collect();
      const expected = table.filter(({ keep }) => keep).map(({ s }) => (s === null ? null : s.split(separator)));
      expect(answers).toEqual(expected.map((parts) => ({ parts, same: parts })));
      const words = await frame.selectExpr(`explode(split(s, '${pattern}', -1)) AS word`).collect();
      expect(words.map(({ word }) => word)).toEqual(expected.flatMap((parts) => parts ?? []));
    }),
    { numRuns: 40 },
  );
});
