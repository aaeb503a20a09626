import { describe, expect, it } from "vitest";
import { types } from "../../../engine/arrow/types.js";
import { growth, linearGrowth } from "../scaling.js";
import { decodeText } from "./environment.js";

// What a line of data can cost: twice the size takes twice the time.

const schema = types.struct([{ name: "a", type: types.string, nullable: true }]);
const encoder = new TextEncoder();

describe("lines of any shape take time in proportion to their size", () => {
  const wire = 16 * 1024;

  it.each([
    ["LF", {}],
    ["a separator", { lineSep: "||" }],
  ])("one long line that comes in small pieces, ended by %s", (_, options) => {
    const ratio = growth(
      (size) => encoder.encode(`{"a":"${"x".repeat(size)}"}`),
      (text) => {
        const { rows } = decodeText(schema, text, { options, pieceBytes: wire });
        expect(String(rows[0]![0]).length).toBe(text.length - 8);
      },
      2 << 20,
    );
    expect(ratio).toBeLessThan(linearGrowth);
  });

  it.each([1, 7, wire, 1 << 20])("lines long and short, in pieces of %d", (pieceBytes) => {
    const lengths = [3, 0, 2_000_000, 5, 1_048_570, 1_048_576, 17, 1_500_000].filter((length) => pieceBytes > 7 || length < 1000);
    const text = lengths.map((length) => `{"a":"${"y".repeat(length)}"}`);
    for (const [separator, options] of [
      ["\n", {}],
      ["||", { lineSep: "||" }],
    ] as const) {
      for (const end of ["", separator]) {
        const { rows } = decodeText(schema, text.join(separator) + end, { options, pieceBytes });
        expect(rows.map(([value]) => String(value).length)).toEqual(lengths);
      }
    }
  });
});
