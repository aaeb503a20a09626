import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { checkedLength, largestRecordsBytes, lz4LengthAtMost, zstdLength } from "../../../connectors/kafka/codecLimits.js";
import { compressionCode, loadCodec, type CompressionType } from "../../../connectors/kafka/codecs.js";

// Records that claim, or have, any length when they are decompressed take no more memory than a limit.

const xerialHeader = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const zeros = Buffer.alloc(32 * 1024);

/** A frame of blocks that each stand for 4 MB of zeros. */
async function lz4Bomb(): Promise<Buffer> {
  const codec = await loadCodec(compressionCode.lz4);
  return Buffer.from(codec.compress(Buffer.alloc(largestRecordsBytes + (1 << 24))));
}

/** A frame whose header claims 2^40 bytes. */
function zstdBomb(): Buffer {
  const frame = Buffer.alloc(64);
  frame.writeUInt32LE(0xfd2fb528, 0);
  frame[4] = 0xe0;
  frame.writeBigUInt64LE(1n << 40n, 5);
  return frame;
}

async function snappyBomb(): Promise<Buffer> {
  const codec = await loadCodec(compressionCode.snappy);
  const block = Buffer.from(codec.compress(zeros)).subarray(xerialHeader.length);
  return Buffer.concat([xerialHeader, ...Array.from({ length: largestRecordsBytes / zeros.length + 1 }, () => block)]);
}

const bombs: readonly (readonly [CompressionType, () => Buffer | Promise<Buffer>])[] = [
  ["gzip", () => gzipSync(Buffer.alloc(largestRecordsBytes + 1))],
  ["snappy", snappyBomb],
  ["lz4", lz4Bomb],
  ["zstd", zstdBomb],
];

describe("records that grow without measure when they are decompressed", () => {
  it.each(bombs)("are refused, %s", async (name, bomb) => {
    const codec = await loadCodec(compressionCode[name]);
    const bytes = await bomb();
    expect(bytes.length).toBeLessThan(32 << 20);
    expect(() => codec.decompress(bytes)).toThrow(RangeError);
    // The codec is as good as before.
    const text = Buffer.from("many words, many words, many words");
    expect(Buffer.from(codec.decompress(Buffer.from(codec.compress(text)))).equals(text)).toBe(true);
  });

  it.each(["lz4", "zstd"] as const)("bytes that are no frame are refused, %s", async (name) => {
    const codec = await loadCodec(compressionCode[name]);
    for (const bytes of [Buffer.alloc(0), Buffer.from("no frame at all")]) expect(() => codec.decompress(bytes)).toThrow(RangeError);
  });

  it("what frames say of their length is what they hold", async () => {
    for (const length of [0, 1, 255, 256, 300, 65_791, 65_792, 1 << 20]) {
      const content = Buffer.alloc(length, "abc");
      const [lz4, zstd] = await Promise.all([loadCodec(compressionCode.lz4), loadCodec(compressionCode.zstd)]);
      expect(zstdLength(Buffer.from(zstd.compress(content)))).toBe(length);
      expect(lz4LengthAtMost(Buffer.from(lz4.compress(content)))).toBeGreaterThanOrEqual(length);
    }
    expect(checkedLength(largestRecordsBytes)).toBe(largestRecordsBytes);
    expect(() => checkedLength(largestRecordsBytes + 1)).toThrow(RangeError);
  });
});
