import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecoderMemory } from "../../../engine/kernel/wasm/decoderMemory.js";

/** Bytes in which everything the index looks for is frequent. */
const text = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...Array.from('"\\\n\r{}:,u09afn/ \t')) },
      { weight: 2, arbitrary: fc.constantFrom("plain text of some length", "é", "😀", '"key":"value",', "\\u00e9", "\\q", "\u0001") },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 5 }) },
    ),
    { maxLength: 120 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part))));

/** All tables that the index writes for `bytes`. */
function tables(bytes: Uint8Array, plain: boolean): unknown {
  const memory = new DecoderMemory(4096, plain);
  // What stands behind the text must not matter.
  memory.bytes.fill(34, memory.textStart, memory.textStart + 4096);
  memory.bytes.set(bytes, memory.textStart);
  const count = memory.splitLines(memory.textStart, memory.textStart + bytes.length);
  memory.indexRecords(count);
  const quotes = memory.quoteStarts[count]!;
  return {
    count,
    lineEnd: memory.lineEnd,
    starts: [...memory.starts.subarray(0, count)],
    ends: [...memory.ends.subarray(0, count)],
    quoteStarts: [...memory.quoteStarts.subarray(0, count + 1)],
    quotes: [...memory.quotes.subarray(0, quotes)],
    flags: [...memory.flags.subarray(0, count)],
  };
}

describe("the structural index", () => {
  it("is the same in WebAssembly and in TypeScript", () => {
    fc.assert(
      fc.property(text, (bytes) => {
        expect(tables(bytes, false)).toEqual(tables(bytes, true));
      }),
      { numRuns: 400 },
    );
  });

  it("finds lines and quotes", () => {
    const bytes = new TextEncoder().encode('{"a":1}\r\n\n"\\"x"\rrest');
    expect(tables(bytes, false)).toMatchObject({ count: 2, flags: [0, 1], quoteStarts: [0, 2, 4] });
  });

  it.each(["structuralIndex", "doubleText", "snappy", "plainValues"])("is what its source compiles to: %s", async (name) => {
    const folder = new URL("../../../engine/kernel/wasm/", import.meta.url);
    const { generate } = (await import(new URL("build.mjs", folder).href)) as { generate: (kernel: string) => Promise<string> };
    expect(readFileSync(new URL(`${name}.generated.ts`, folder), "utf8")).toBe(await generate(name));
  });
});
