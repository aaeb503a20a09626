// oxlint-disable-next-line typescript/triple-slash-reference -- the package has no types, and a program finds a declaration only this way
/// <reference path="./snappyjs.d.ts" />
import { loadZstd } from "../../codecs/zstd.js";
import { lazily } from "../../engine/errors/loading.js";
import { gunzipSync, gzipSync } from "node:zlib";
import { checkedLength, largestRecordsBytes, lz4LengthAtMost, zstdLength } from "./codecLimits.js";

/** Compression of record batches: its code in the batch's attributes. */
export const compressionCode = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

export type CompressionType = keyof typeof compressionCode;

export const compressionTypes: readonly CompressionType[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/** Both directions of one codec. Whole buffers, as Kafka compresses a batch at once. */
export interface Codec {
  compress(bytes: Buffer): Uint8Array;
  decompress(bytes: Buffer): Uint8Array;
}

const loading = new Map<number, Promise<Codec>>();
const loaded = new Map<number, Codec>();

/** The codec of a code, if `loadCodec` has loaded it. */
export function loadedCodec(code: number): Codec | undefined {
  return loaded.get(code);
}

/** Loads the library of a codec, once. Rejects for a code that Kafka does not define. */
export function loadCodec(code: number): Promise<Codec> {
  let codec = loading.get(code);
  if (!codec) {
    codec = load(code).then((made) => {
      loaded.set(code, made);
      return made;
    });
    loading.set(code, codec);
  }
  return codec;
}

async function load(code: number): Promise<Codec> {
  switch (code) {
    case compressionCode.gzip:
      return { compress: (bytes) => gzipSync(bytes), decompress: (bytes) => gunzipSync(bytes, { maxOutputLength: largestRecordsBytes }) };
    case compressionCode.snappy:
      return snappyCodec();
    case compressionCode.lz4: {
      const { compressFrameSync, decompressFrameSync } = await lazily(import("lz4-napi"));
      return {
        compress: (bytes) => compressFrameSync(bytes),
        decompress: (bytes) => {
          checkedLength(lz4LengthAtMost(bytes));
          return decompressFrameSync(bytes);
        },
      };
    }
    case compressionCode.zstd: {
      const zstd = await loadZstd();
      return { compress: (bytes) => zstd.compress(bytes), decompress: (bytes) => growingDecompress(zstd.decompress, bytes) };
    }
    default:
      throw new RangeError(`compression ${code} is not known`);
  }
}

/** zstd frames need not say how long their content is (the Java client's do not); then the library must be told what to allow for. */
const zstdRoomBytes = [1 << 20, 1 << 24, largestRecordsBytes];

function growingDecompress(decompress: (bytes: Buffer, options: { defaultHeapSize: number }) => Uint8Array, bytes: Buffer): Uint8Array {
  // The library would ask for as much as the frame says, and write on when it does not get it.
  checkedLength(zstdLength(bytes) ?? 0);
  for (const defaultHeapSize of zstdRoomBytes.slice(0, -1)) {
    try {
      return decompress(bytes, { defaultHeapSize });
    } catch {
      // Too small, or damaged: the last attempt tells.
    }
  }
  return decompress(bytes, { defaultHeapSize: zstdRoomBytes.at(-1)! });
}

/** The framing of the xerial library, which the Java client writes around snappy blocks: magic, two versions, then blocks by length. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeaderBytes = 16;
const xerialBlockBytes = 32 * 1024;

async function snappyCodec(): Promise<Codec> {
  const snappy = await lazily(import("snappyjs"));
  return {
    compress: (bytes) => {
      const header = Buffer.alloc(xerialHeaderBytes);
      xerialMagic.copy(header);
      header.writeInt32BE(1, 8);
      header.writeInt32BE(1, 12);
      const parts: Uint8Array[] = [header];
      for (let start = 0; start < bytes.length; start += xerialBlockBytes) {
        const block = snappy.compress(bytes.subarray(start, start + xerialBlockBytes));
        const length = Buffer.alloc(4);
        length.writeInt32BE(block.length);
        parts.push(length, block);
      }
      return Buffer.concat(parts);
    },
    decompress: (bytes) => {
      if (bytes.compare(xerialMagic, 0, xerialMagic.length, 0, xerialMagic.length) !== 0)
        return snappy.uncompress(bytes, largestRecordsBytes);
      const parts: Uint8Array[] = [];
      let total = 0;
      for (let at = xerialHeaderBytes; at < bytes.length;) {
        const length = bytes.readInt32BE(at);
        if (length < 0 || at + 4 + length > bytes.length) throw new RangeError("a snappy block that ends early");
        const part = snappy.uncompress(bytes.subarray(at + 4, at + 4 + length), largestRecordsBytes);
        total = checkedLength(total + part.length);
        parts.push(part);
        at += 4 + length;
      }
      return Buffer.concat(parts);
    },
  };
}
