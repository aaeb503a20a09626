import { describe, expect, it } from "vitest";
import { types } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { growth, linearGrowth } from "../scaling.js";
import { decodeText } from "./environment.js";

// What a line of data can cost: twice the size takes twice the time.

const schema = types.struct([{ name: "a", type: types.string, nullable: true }]);
const encoder = new TextEncoder();

function lengthOf(value: Value): number {
  return (value as string).length;
}

function record(count: number, member: (i: number) => string): string {
  return `{${Array.from({ length: count }, (_, i) => member(i)).join(",")},"a":"end"}\n`;
}

describe("kind: more than linear: lines of any shape take time in proportion to their size", () => {
  const wire = 16 * 1024;

  it.each([
    ["LF", {}],
    ["a separator", { lineSep: "||" }],
  ])("one long line that comes in small pieces, ended by %s", async (_, options) => {
    const ratio = await growth(
      (size) => encoder.encode(`{"a":"${"x".repeat(size)}"}`),
      (text) => {
        const { rows } = decodeText(schema, text, { options, pieceBytes: wire });
        expect(lengthOf(rows[0]![0]!)).toBe(text.length - 8);
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
        expect(rows.map(([value]) => lengthOf(value!))).toEqual(lengths);
      }
    }
  });

  it.each<[string, (size: number) => string, number]>([
    [
      "keys that nobody reads, others in each record",
      (n) => Array.from({ length: 60 }, (_, r) => record(n, (i) => `"k${r}_${i}":${i}`)).join(""),
      1000,
    ],
    [
      "keys that nobody reads, the same in each record",
      (n) => Array.from({ length: 60 }, () => record(n, (i) => `"k${i}":${i}`)).join(""),
      2000,
    ],
    ["one key that nobody reads, again and again", (n) => record(n, (i) => `"z":${i}`), 50_000],
    ["one key that is read, again and again", (n) => record(n, (i) => `"a":"${i}"`), 50_000],
    ["one key with an escape, again and again", (n) => record(n, (i) => `"\\u0061":"${i}"`), 50_000],
    ["arrays in arrays", (n) => `{"a":${"[".repeat(n)}${"]".repeat(n)}}\n`, 200_000],
    ["objects in objects", (n) => `{"a":${'{"x":'.repeat(n)}1${"}".repeat(n)}}\n`, 100_000],
    ["escapes", (n) => `{"a":"${"\\n".repeat(n)}"}\n`, 1_000_000],
    ["a number of many digits", (n) => `{"a":${"9".repeat(n)}}\n`, 50_000],
  ])("%s", async (_, text, size) => {
    const ratio = await growth(
      (n) => encoder.encode(text(n)),
      (bytes) => expect(decodeText(schema, bytes).rows.length).toBeGreaterThan(0),
      size,
    );
    expect(ratio).toBeLessThan(linearGrowth);
  });

  it("a schema of thousands of columns, in their order and in another one", async () => {
    for (const order of [(i: number) => i, (i: number, n: number) => (i * 7919) % n]) {
      const ratio = await growth(
        (n) => {
          const wide = types.struct(Array.from({ length: n }, (_, i) => ({ name: `c${i}`, type: types.int, nullable: true })));
          const line = `{${Array.from({ length: n }, (_, i) => `"c${order(i, n)}":${i}`).join(",")}}\n`;
          return { wide, text: encoder.encode(line.repeat(3)) };
        },
        ({ wide, text }) => expect(decodeText(wide, text).rows.length).toBe(3),
        1500,
      );
      expect(ratio).toBeLessThan(linearGrowth);
    }
  });
});
