/** A Zstandard frame within bytes, and how long its content is at most. */
export interface ZstdFrame {
  readonly bytes: Uint8Array;
  readonly contentBytes: number;
}

const magic = 0xfd2fb528;
const skippable = 0x184d2a50;
const blockBytes = 128 * 1024;
const dictionaryBytes = [0, 1, 2, 4] as const;

/**
 * The frames of a file, one after the other. A frame need not say how long its content is, but its blocks do, nearly: each is 128 KiB at most.
 *
 * @throws RangeError for what is no Zstandard
 */
export function* zstdFrames(bytes: Buffer): Generator<ZstdFrame> {
  for (let at = 0; at < bytes.length;) {
    const head = read(bytes, at, 4);
    if ((head & 0xfffffff0) >>> 0 === skippable) {
      at += 8 + read(bytes, at + 4, 4);
      continue;
    }
    if (head !== magic) throw new RangeError("no Zstandard frame");
    const { end, contentBytes } = frameAt(bytes, at);
    yield { bytes: bytes.subarray(at, end), contentBytes };
    at = end;
  }
}

function frameAt(bytes: Buffer, start: number): { readonly end: number; readonly contentBytes: number } {
  const descriptor = read(bytes, start + 4, 1);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const sizeAt = start + 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes[(descriptor & 3) as 0 | 1 | 2 | 3];
  const stated = sizeBytes === 0 ? null : read(bytes, sizeAt, Math.min(sizeBytes, 6)) + (sizeBytes === 2 ? 256 : 0);
  let at = sizeAt + sizeBytes;
  let content = 0;
  for (let isLast = false; !isLast;) {
    const block = read(bytes, at, 3);
    const type = (block >> 1) & 3;
    const length = block >> 3;
    isLast = (block & 1) === 1;
    // A run of one byte has that byte only.
    at += 3 + (type === 1 ? 1 : length);
    content += type === 2 ? blockBytes : length;
  }
  if ((descriptor & 4) !== 0) at += 4;
  if (at > bytes.length) throw new RangeError("a Zstandard frame that ends early");
  return { end: at, contentBytes: stated ?? content };
}

function read(bytes: Buffer, at: number, length: number): number {
  if (at + length > bytes.length) throw new RangeError("a Zstandard frame that ends early");
  return bytes.readUIntLE(at, length);
}
