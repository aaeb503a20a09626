import fc from "fast-check";
import { expect, test } from "vitest";
import { columnFromValues, readValue } from "../../../engine/arrow/columns.js";
import { RowCodec } from "../../../engine/state/rowCodec.js";
import { typedRows } from "./typedRows.js";

test("rows are read by themselves, in any order, as they were written", () => {
  fc.assert(
    fc.property(typedRows(60), fc.boolean(), ({ columnTypes, rows }, dictionary) => {
      const columns = columnTypes.map((type, c) => {
        const plain = columnFromValues(
          type,
          rows.map((row) => row[c]!),
        );
        if (!dictionary) return plain;
        const codes = Int32Array.from(rows.keys());
        return { type, encoding: "dictionary", length: rows.length, nulls: null, codes, dictionary: plain } as const;
      });
      const codec = new RowCodec(columnTypes);
      const { words, starts } = codec.encode(columns, rows.length);
      expect(starts.every((start) => start % 2 === 0)).toBe(true);
      const reversed = starts.slice(0, rows.length).toReversed();
      expect(rows.map((_, j) => words[starts[j]!])).toEqual(rows.map((_, j) => starts[j + 1]! - starts[j]!));
      const read = codec.decode(words, reversed, rows.length);
      expect(read.map(({ type }) => type)).toEqual(columnTypes);
      expect(rows.map((_, j) => read.map((column) => readValue(column, rows.length - 1 - j)))).toEqual(rows);
    }),
    { numRuns: 200 },
  );
});
