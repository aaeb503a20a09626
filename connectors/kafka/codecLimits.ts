/** What the records of a batch may take at most when they are decompressed: damaged or hostile bytes can claim any length. */
export const largestRecordsBytes = 1 << 28;

/** What those of one fetched piece may take together. */
export const largestPieceBytes = 1 << 30;

/** The length, if it is one that may be asked for. Throws a RangeError for a larger one. */
export function checkedLength(length: number): number {
  if (length > largestRecordsBytes) throw new RangeError(`a batch of ${length} bytes, decompressed; the limit is ${largestRecordsBytes}`);
  return length;
}

const lz4Magic = 0x184d2204;
/** Blocks by the code of their largest length. */
const lz4BlockBytes: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };
/** A byte of a match's length stands for this many bytes at most. */
const lz4Expansion = 255;
const uncompressedBlock = 0x8000_0000;

/** How long the content of an LZ4 frame is at most: the sum of what its blocks may hold. Throws a RangeError for what is no frame. */
export function lz4LengthAtMost(bytes: Buffer): number {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== lz4Magic) throw new RangeError("no LZ4 frame");
  const flags = bytes[4]!;
  const blockBytes = lz4BlockBytes[(bytes[5]! >> 4) & 7];
  if (blockBytes === undefined) throw new RangeError("an LZ4 frame with blocks of an unknown size");
  const hasChecksums = (flags & 0x10) !== 0;
  let at = 7 + ((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4);
  let total = 0;
  while (at + 4 <= bytes.length) {
    const head = bytes.readUInt32LE(at);
    const length = head & ~uncompressedBlock;
    if (head === 0) break;
    total += Math.min(blockBytes, (head & uncompressedBlock) === 0 ? length * lz4Expansion : length);
    at += 4 + length + (hasChecksums ? 4 : 0);
  }
  return total;
}

const zstdMagic = 0xfd2fb528;
const zstdDictionaryBytes = [0, 1, 2, 4] as const;

/** How long the content of a Zstandard frame is, if it says so; null if it does not. Throws a RangeError for what is no frame. */
export function zstdLength(bytes: Buffer): number | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== zstdMagic) throw new RangeError("no Zstandard frame");
  const descriptor = bytes[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + zstdDictionaryBytes[(descriptor & 3) as 0 | 1 | 2 | 3];
  const lengthBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  if (at + lengthBytes > bytes.length) throw new RangeError("a Zstandard frame that ends early");
  switch (lengthBytes) {
    case 0:
      return null;
    case 1:
      return bytes[at]!;
    case 2:
      return bytes.readUInt16LE(at) + 256;
    case 4:
      return bytes.readUInt32LE(at);
    default:
      return Number(bytes.readBigUInt64LE(at));
  }
}
