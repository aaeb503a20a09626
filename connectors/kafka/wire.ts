/** Byte strings from this length on are sent from where they are. */
const uncopiedBytes = 8 * 1024;

const uuidBytes = 16;

/** Writes one request of the Kafka protocol: big-endian numbers, length-prefixed strings. */
export class RequestWriter {
  private readonly chunks: Uint8Array[] = [];
  private bytes = Buffer.allocUnsafe(512);
  private position = 0;

  /** What was written, in pieces. */
  finish(): Uint8Array[] {
    this.endChunk();
    return this.chunks;
  }

  int8(value: number): this {
    this.position = this.room(1).writeInt8(value, this.position);
    return this;
  }

  int16(value: number): this {
    this.position = this.room(2).writeInt16BE(value, this.position);
    return this;
  }

  int32(value: number): this {
    this.position = this.room(4).writeInt32BE(value, this.position);
    return this;
  }

  int64(value: number | bigint): this {
    this.position = this.room(8).writeBigInt64BE(BigInt(value), this.position);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const length = Buffer.byteLength(value);
    this.int16(length);
    return this.utf8(value, length);
  }

  bytesWithLength(value: Uint8Array): this {
    this.int32(value.length);
    if (value.length >= uncopiedBytes) {
      this.endChunk();
      this.chunks.push(value);
      return this;
    }
    this.room(value.length).set(value, this.position);
    this.position += value.length;
    return this;
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  unsignedVarint(value: number): this {
    let rest = value >>> 0;
    const bytes = this.room(5);
    while (rest > 0x7f) {
      bytes[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.position++] = rest;
    return this;
  }

  compactArray<T>(items: readonly T[], write: (item: T) => void): this {
    this.unsignedVarint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  /** As Kafka prints it; null: the one that says nothing. */
  uuid(value: string | null): this {
    const bytes = value === null ? Buffer.alloc(uuidBytes) : Buffer.from(value, "base64url");
    if (bytes.length !== uuidBytes) throw new RangeError(`${String(value)} is no id of Kafka`);
    this.room(uuidBytes).set(bytes, this.position);
    this.position += uuidBytes;
    return this;
  }

  compactString(value: string): this {
    const length = Buffer.byteLength(value);
    this.unsignedVarint(length + 1);
    return this.utf8(value, length);
  }

  /** An empty set of tagged fields. */
  noTags(): this {
    return this.unsignedVarint(0);
  }

  private utf8(value: string, length: number): this {
    this.room(length).write(value, this.position, "utf8");
    this.position += length;
    return this;
  }

  private endChunk(): void {
    if (this.position > 0) this.chunks.push(this.bytes.subarray(0, this.position));
    this.bytes = this.bytes.subarray(this.position);
    this.position = 0;
  }

  /** The buffer, with space for `length` more bytes. */
  private room(length: number): Buffer {
    if (this.position + length > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.position + length));
      this.bytes.copy(grown, 0, 0, this.position);
      this.bytes = grown;
    }
    return this.bytes;
  }
}

/** Reads one response of the Kafka protocol. Reading past its end throws a RangeError. */
export class ResponseReader {
  position = 0;

  constructor(readonly bytes: Buffer) {}

  int8(): number {
    return this.bytes.readInt8(this.advance(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.advance(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.advance(4));
  }

  /** A 64-bit number that must be a safe integer: offsets and ids. */
  int64(): number {
    const at = this.advance(8);
    return readInt64(this.bytes, at);
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  string(): string | null {
    return this.utf8(this.int16());
  }

  /** A view of the next length-prefixed bytes. */
  bytesWithLength(): Buffer {
    const length = Math.max(0, this.int32());
    return this.bytes.subarray(this.position, this.advance(length) + length);
  }

  /** A view of the next bytes behind their compact length. */
  compactBytes(): Buffer {
    const length = Math.max(0, this.unsignedVarint() - 1);
    return this.bytes.subarray(this.position, this.advance(length) + length);
  }

  /** As Kafka prints it; null where it says nothing. */
  uuid(): string | null {
    const start = this.advance(uuidBytes);
    const bytes = this.bytes.subarray(start, start + uuidBytes);
    return bytes.every((byte) => byte === 0) ? null : bytes.toString("base64url");
  }

  array<T>(read: () => T): T[] {
    return this.repeat(this.int32(), read);
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes.readUInt8(this.advance(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError("a varint of more than 5 bytes");
  }

  compactString(): string | null {
    return this.utf8(this.unsignedVarint() - 1);
  }

  compactArray<T>(read: () => T): T[] {
    return this.repeat(this.unsignedVarint() - 1, read);
  }

  skipTags(): void {
    for (let left = this.unsignedVarint(); left > 0; left--) {
      this.unsignedVarint();
      const size = this.unsignedVarint();
      this.advance(size);
    }
  }

  private utf8(length: number): string | null {
    if (length < 0) return null;
    const start = this.advance(length);
    return this.bytes.toString("utf8", start, start + length);
  }

  private repeat<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  private advance(length: number): number {
    const start = this.position;
    if (start + length > this.bytes.length) throw new RangeError("a response that ends early");
    this.position = start + length;
    return start;
  }
}

/** The big-endian 64-bit number at `at`, which must be a safe integer. */
export function readInt64(bytes: Buffer, at: number): number {
  const value = bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the 64-bit number at byte ${at} is beyond 2^53`);
  return value;
}
