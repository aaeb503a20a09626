import { snappyUncompress } from "hysnappy";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PageMemory } from "../../../connectors/parquet/encode/pageMemory.js";
import { longsOfDoubles } from "../../../engine/arrow/encodings.js";

const page = new PageMemory();

/** Bytes that repeat in any way: pieces of what was there before, at any distance, runs, and new ones. */
const anyBytes: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      fc.record({ kind: fc.constant("new" as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
      fc.record({ kind: fc.constant("again" as const), from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(5000) }),
      fc.record({ kind: fc.constant("run" as const), byte: fc.nat(255), length: fc.nat(70_000) }),
      fc.record({ kind: fc.constant("step" as const), by: fc.integer(), length: fc.nat(3000) }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => {
    const parts: Uint8Array[] = [];
    for (const piece of pieces) {
      const before = Buffer.concat(parts);
      if (piece.kind === "new") parts.push(piece.bytes);
      else if (piece.kind === "run") parts.push(new Uint8Array(piece.length).fill(piece.byte));
      else if (piece.kind === "step") parts.push(new Uint8Array(Int32Array.from({ length: piece.length }, (_, i) => i * piece.by).buffer));
      else {
        const from = Math.floor(piece.from * before.length);
        parts.push(before.subarray(from, from + piece.length));
      }
    }
    return new Uint8Array(Buffer.concat(parts));
  });

describe("the kernels of Parquet pages", () => {
  it("compress what Snappy's reader gives back", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        page.begin();
        page.put(bytes);
        const compressed = page.compressed();
        expect(compressed.length).toBeLessThanOrEqual(32 + bytes.length + bytes.length / 6);
        expect(Buffer.compare(snappyUncompress(compressed.slice(), bytes.length), bytes)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it("compress what repeats", () => {
    page.begin();
    page.put(new TextEncoder().encode("https://example.org/articles/".repeat(2000)));
    expect(page.compressed().length).toBeLessThan(3000);
  });

  it("make longs of doubles as the plain loop does", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger()), (values) => {
        page.begin();
        page.putLongs(Float64Array.from(values));
        const expected = longsOfDoubles(Float64Array.from(values), values.length, null);
        expect(Buffer.compare(page.plain(), new Uint8Array(expected.buffer, expected.byteOffset, values.length * 8))).toBe(0);
      }),
    );
  });

  it("put each text behind its length, as the plain loop does", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), fc.nat(10), fc.nat(10), (texts, skipped, before) => {
        const offsets = Int32Array.of(0, ...texts.map(({ length }) => length));
        for (let i = 1; i < offsets.length; i++) offsets[i]! += offsets[i - 1]!;
        const first = Math.min(skipped, texts.length);
        page.begin();
        page.put(new Uint8Array(before));
        page.putTexts(Buffer.concat(texts), offsets, first, texts.length);
        const expected = texts.slice(first).flatMap((text) => [...new Uint8Array(Int32Array.of(text.length).buffer), ...text]);
        expect([...page.plain().subarray(before)]).toEqual(expected);
      }),
    );
  });
});
