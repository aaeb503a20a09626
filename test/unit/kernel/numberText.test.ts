import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecoderMemory } from "../../../engine/kernel/wasm/decoderMemory.js";
import { parseDecimal, singleOf } from "../../../engine/kernel/text/numberBytes.js";

const memory = new DecoderMemory(4096);

function double(text: string): number {
  const bytes = new TextEncoder().encode(text);
  memory.bytes.set(bytes, memory.textStart);
  return memory.parseDouble(memory.textStart, memory.textStart + bytes.length);
}

const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 25 }).map((list) => list.join(""));
const exponent = fc.oneof(
  fc.constant(""),
  fc.integer({ min: -30, max: 30 }).map((e) => `e${e}`),
  fc.integer({ min: -400, max: 400 }).map((e) => `E+${e}`.replace("+-", "-")),
);
/** Numbers by their text: what no double prints as, too. */
const numberText = fc
  .tuple(fc.boolean(), digits, fc.option(digits), exponent)
  .map(
    ([negative, whole, fraction, e]) =>
      `${negative ? "-" : ""}${whole.replace(/^0+(?=\d)/, "")}${fraction === null ? "" : `.${fraction}`}${e}`,
  );

describe("doubles from text", () => {
  it("are the platform's, for every double as it prints", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(double(String(value))).toBe(Number(String(value)));
      }),
      { numRuns: 5000 },
    );
  });

  it("are the platform's, for any text", () => {
    fc.assert(
      fc.property(numberText, (text) => {
        expect(double(text)).toBe(Number(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("are right midway between two doubles, and a little beside it", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 62n }),
        fc.integer({ min: -1, max: 1 }),
        fc.constantFrom(0, 1, 5, 20),
        (value, beside, zeros) => {
          const shift = BigInt(value.toString(2).length - 53);
          const middle = (((value >> shift) << 1n) | 1n) << (shift - 1n);
          const text = `${middle + BigInt(beside)}e${zeros}`;
          expect(double(text)).toBe(Number(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    "9007199254740993",
    "1e23",
    "8.5e22",
    "2.2250738585072011e-308",
    "4.9e-324",
    "2e-324",
    "1.7976931348623159e308",
    "0.000",
    "-0",
    "1e-400",
    "123456789012345678901234567890",
  ])("%s", (text) => expect(double(text)).toBe(Number(text)));
});

describe("single-precision numbers", () => {
  it("are nearest to the text, not to the double between", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.constantFrom("", "0000000000000000000001"), (bits, beside) => {
        const low = new Float32Array(Int32Array.of(bits % 0x7f000000).buffer)[0]!;
        const high = new Float32Array(Int32Array.of((bits % 0x7f000000) + 1).buffer)[0]!;
        // A double holds the middle of two floats exactly.
        const middle = low / 2 + high / 2;
        if (middle < 1e-4 || middle >= 1e21) return;
        // Exact: so small a float has at most forty digits behind the point.
        const plain = middle.toFixed(60);
        const text = `${plain}${beside}`;
        const bytes = new TextEncoder().encode(text);
        const even = Math.fround(middle);
        expect(singleOf(Number(text), bytes, 0, bytes.length)).toBe(beside === "" ? even : high);
      }),
      { numRuns: 500 },
    );
  });
});

describe("decimals", () => {
  it.each([
    ["1.005", 10, 2, 101n],
    ["-1.005", 10, 2, -101n],
    ["99999999.994", 10, 2, 9999999999n],
    ["99999999.995", 10, 2, null],
    ["1e2", 10, 2, 10000n],
    ["1e-11", 38, 10, 0n],
    ["1e1000000000", 38, 10, null],
    ["1e-1000000000", 38, 10, 0n],
    ["0e99999999999", 38, 10, 0n],
    ["1.", 10, 2, 100n],
    ["x", 10, 2, null],
  ])("%s as decimal(%d,%d)", (text, precision, scale, unscaled) => expect(parseDecimal(text, precision, scale)).toBe(unscaled));
});
