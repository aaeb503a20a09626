// oxlint-disable-next-line typescript/triple-slash-reference -- the package has no types, and a program finds a declaration only this way
/// <reference path="./unbzip2-stream.d.ts" />
import { Readable, type Transform } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, createInflate, deflate, gzip } from "node:zlib";
import { loadZstd } from "../../codecs/zstd.js";
import { lazily } from "../../engine/errors/loading.js";
import { blocksOf, frameBlocks, type BlockCodec } from "./hadoopBlocks.js";
import { zstdFrames } from "./zstdFrames.js";

/** The codecs of files of text, by their names in Spark's option `compression`, and what they add to a file's name. */
export const textCodecs = {
  none: "",
  uncompressed: "",
  gzip: ".gz",
  deflate: ".deflate",
  bzip2: ".bz2",
  lz4: ".lz4",
  snappy: ".snappy",
  zstd: ".zst",
} as const;

export type TextCodec = keyof typeof textCodecs;

/** Codecs that files can be written in: nobody keeps a compressor of bzip2 that could be relied on. */
export const writtenCodecs = ["none", "uncompressed", "gzip", "deflate", "lz4", "snappy", "zstd"] as const satisfies readonly TextCodec[];

export type WrittenCodec = (typeof writtenCodecs)[number];

/** The codec that the name of a file says; null for none. */
export function codecOfName(name: string): TextCodec | null {
  const extension = /\.[a-z0-9]+$/i.exec(name)?.[0].toLowerCase();
  const found = Object.entries(textCodecs).find(([, own]) => own !== "" && own === extension);
  return found === undefined ? null : (found[0] as TextCodec);
}

/** The most that one frame of Zstandard may hold, and all of a compressed file of it: both lie in memory at once. */
const largestFrameBytes = 1 << 29;

const gzipAsync = promisify(gzip);
const deflateAsync = promisify(deflate);

/** Takes what a codec needs from disk, so that the first file does not wait for it. */
export async function loadCodec(codec: WrittenCodec): Promise<void> {
  await compress(codec, new Uint8Array(1));
}

export async function compress(codec: WrittenCodec, bytes: Uint8Array): Promise<Uint8Array> {
  switch (codec) {
    case "none":
    case "uncompressed":
      return bytes;
    case "gzip":
      return gzipAsync(bytes);
    case "deflate":
      return deflateAsync(bytes);
    case "lz4":
      return frameBlocks(bytes, await lz4Blocks());
    case "snappy":
      return frameBlocks(bytes, await snappyBlocks());
    default: {
      codec satisfies "zstd";
      const zstd = await loadZstd();
      return zstd.compress(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    }
  }
}

/**
 * The content of a compressed file that comes in pieces. The caller destroys what it does not read to the end (`return`).
 *
 * @throws whatever the codec has to say of damaged bytes
 */
export function uncompressed(codec: TextCodec, pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  switch (codec) {
    case "none":
    case "uncompressed":
      return pieces;
    case "gzip":
      return throughStream(pieces, createGunzip());
    case "deflate":
      return throughStream(pieces, createInflate());
    case "bzip2":
      return bunzipped(pieces);
    case "lz4":
      return inBlocks(pieces, lz4Blocks);
    case "snappy":
      return inBlocks(pieces, snappyBlocks);
    default:
      codec satisfies "zstd";
      return zstdContent(pieces);
  }
}

/** The library gives what it has while it is written to. */
async function* bunzipped(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { default: unbzip2 } = await lazily(import("unbzip2-stream"));
  const codec = unbzip2();
  const content: Uint8Array[] = [];
  let failure: Error | null = null;
  codec.on("data", (piece: Uint8Array) => content.push(piece));
  codec.on("error", (error: Error) => (failure ??= error));
  const take = (): Uint8Array[] => {
    if (failure !== null) throw failure;
    return content.splice(0);
  };
  for await (const piece of pieces) {
    codec.write(piece);
    yield* take();
  }
  codec.end();
  yield* take();
}

async function* throughStream(pieces: AsyncIterable<Uint8Array>, codec: Transform): AsyncGenerator<Uint8Array> {
  const compressed = Readable.from(pieces, { objectMode: false });
  compressed.on("error", (error) => codec.destroy(error));
  compressed.pipe(codec);
  try {
    for await (const piece of codec) yield piece as Uint8Array;
  } finally {
    compressed.destroy();
    codec.destroy();
  }
}

async function* inBlocks(pieces: AsyncIterable<Uint8Array>, load: () => Promise<BlockCodec>): AsyncGenerator<Uint8Array> {
  yield* blocksOf(pieces, await load());
}

async function lz4Blocks(): Promise<BlockCodec> {
  const { compressSync, uncompressSync } = await lazily(import("lz4-napi"));
  return {
    // The library puts the length before a block.
    compress: (bytes) => compressSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).subarray(4),
    uncompress(bytes, atMost) {
      const withLength = Buffer.alloc(4 + bytes.length);
      withLength.writeUInt32LE(atMost);
      withLength.set(bytes, 4);
      return uncompressSync(withLength);
    },
  };
}

async function snappyBlocks(): Promise<BlockCodec> {
  const snappy = await lazily(import("snappyjs"));
  return {
    compress: (bytes) => snappy.compress(Buffer.from(bytes)),
    uncompress: (bytes, atMost) => snappy.uncompress(Buffer.from(bytes), atMost),
  };
}

async function* zstdContent(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const all: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > largestFrameBytes) throw new RangeError(tooLarge);
    all.push(piece);
  }
  const zstd = await loadZstd();
  for (const { bytes, contentBytes } of zstdFrames(Buffer.concat(all))) {
    if (contentBytes > largestFrameBytes) throw new RangeError(tooLarge);
    if (contentBytes > 0) yield zstd.decompress(Buffer.from(bytes), { defaultHeapSize: contentBytes });
  }
}

const tooLarge = `Zstandard of more than ${largestFrameBytes} bytes in one file or frame; write smaller files, or use gzip`;
