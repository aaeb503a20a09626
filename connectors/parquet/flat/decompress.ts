import { gunzipSync } from "node:zlib";
import { lazily } from "../../../engine/errors/loading.js";
import { DamagedParquet } from "../thrift.js";

/** Gives the bytes of a compressed block; `size` is what they must be. */
export type Decompress = (block: Uint8Array, size: number) => Uint8Array;

let snappy: Decompress | null = null;

/**
 * What decompresses the pages of a codec, by its number in the format; null for codecs whose columns the library reads.
 */
export async function decompressorOf(codec: number): Promise<Decompress | null> {
  switch (codec) {
    case 0:
      return (block) => block;
    case 1:
      return (snappy ??= checked((await lazily(import("hysnappy"))).snappyUncompressor()));
    case 2:
      return (block, size) => sized(gunzipSync(block, { maxOutputLength: Math.max(size, 1) }), size);
    default:
      return null;
  }
}

/** hysnappy believes the size that it is told: it is held against the one that the block says. */
function checked(uncompress: Decompress): Decompress {
  return (block, size) => {
    let said = 0;
    for (let i = 0; i < 5; i++) {
      const byte = block[i] ?? 0;
      said += (byte & 127) * 128 ** i;
      if (byte < 128) break;
    }
    if (said !== size) throw new DamagedParquet("a page of another size than it says");
    return uncompress(block, size);
  };
}

function sized(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) throw new DamagedParquet("a page of another size than it says");
  return bytes;
}
