/**
 * The framing that Hadoop puts around codecs without one of their own (Snappy, LZ4): blocks, each the length of its content (four bytes, the high one
 * first), then chunks, each its compressed length and its bytes, until the block has its content.
 */
export interface BlockCodec {
  compress(bytes: Uint8Array): Uint8Array;
  /** @param atMost how much may come out */
  uncompress(bytes: Uint8Array, atMost: number): Uint8Array;
}

/** What Hadoop's readers have room for, compressed or not, is 256 KiB: a block of this length fits whatever is in it. */
const blockBytes = 64 * 1024;

/** A length that no writer's buffer has: the bytes are not what their name says. */
const longestBytes = 1 << 28;

export function frameBlocks(bytes: Uint8Array, codec: BlockCodec): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const block = bytes.subarray(start, start + blockBytes);
    const compressed = codec.compress(block);
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(block.length, 0);
    lengths.writeUInt32BE(compressed.length, 4);
    parts.push(lengths, compressed);
  }
  return Buffer.concat(parts);
}

/** The content of blocks that come in pieces of any length. @throws RangeError for what is no such framing */
export async function* blocksOf(pieces: AsyncIterable<Uint8Array>, codec: BlockCodec): AsyncGenerator<Uint8Array> {
  const input = new Pieces(pieces);
  for (let left = await input.length(); left !== null; left = await input.length()) {
    while (left > 0) {
      const compressed = await input.length();
      if (compressed === null) throw new RangeError("a block that ends early");
      const content = codec.uncompress(await input.take(compressed), left);
      if (content.length > left || (content.length === 0 && compressed > 0)) throw new RangeError("a block that is not as long as it says");
      left -= content.length;
      yield content;
    }
  }
}

/** Bytes by number out of pieces of any length. */
class Pieces {
  private held = Buffer.alloc(0);
  private readonly pieces: AsyncIterator<Uint8Array>;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next four bytes as a length; null at the end. */
  async length(): Promise<number | null> {
    if (!(await this.has(4))) {
      if (this.held.length === 0) return null;
      throw new RangeError("a length that ends early");
    }
    const length = this.held.readUInt32BE(0);
    this.held = this.held.subarray(4);
    if (length > longestBytes) throw new RangeError(`a block of ${length} bytes`);
    return length;
  }

  async take(length: number): Promise<Uint8Array> {
    if (!(await this.has(length))) throw new RangeError("a block that ends early");
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return taken;
  }

  private async has(length: number): Promise<boolean> {
    while (this.held.length < length) {
      const next = await this.pieces.next();
      if (next.done) return false;
      this.held = this.held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.held, next.value]);
    }
    return true;
  }
}
