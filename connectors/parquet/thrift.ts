/*
 * Thrift's compact protocol, which the footer and the page headers of a Parquet file are written in. The reader takes bytes of anybody: every length is
 * held against the bytes that are left, so that damage is an error and never a loop or an allocation.
 */

/** What is wrong with the bytes. Whoever reads the file says which file it is. */
export class DamagedParquet extends Error {}

/** Types of fields as the protocol numbers them. Of a boolean the type is the value. */
export const wire = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
} as const;

/** Structs of Parquet are four deep. */
const maxDepth = 32;

export class CompactReader {
  private depth = 0;

  constructor(
    private readonly bytes: Uint8Array,
    /** Where the next byte is read. */
    public at = 0,
    private readonly end = bytes.length,
  ) {}

  /** Reads a struct. `field` reads the fields it knows and says so; the others are skipped. */
  struct(field: (id: number, type: number) => boolean): void {
    if (++this.depth > maxDepth) throw new DamagedParquet("structs nested without end");
    for (let id = 0; ;) {
      const header = this.byte();
      if (header === 0) break;
      const type = header & 15;
      id = header >> 4 === 0 ? this.int() : id + (header >> 4);
      if (!field(id, type)) this.skip(type);
    }
    this.depth--;
  }

  /** An integer of any width. */
  int(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new DamagedParquet("a number that is too large");
      if (byte < 128) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  int8(): number {
    return (this.byte() << 24) >> 24;
  }

  binary(): Uint8Array {
    const length = this.count();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text(): string {
    return new TextDecoder().decode(this.binary());
  }

  list<T>(read: (type: number) => T): T[] {
    const { count, type } = this.listHeader();
    return Array.from({ length: count }, () => read(type));
  }

  /** The bytes that `read` goes through. */
  raw(read: () => void): Uint8Array {
    const start = this.at;
    read();
    return this.bytes.subarray(start, this.at);
  }

  skip(type: number): void {
    switch (type) {
      case wire.true:
      case wire.false:
        return;
      case wire.byte:
        return this.advance(1);
      case wire.i16:
      case wire.i32:
      case wire.i64:
        while (this.byte() >= 128);
        return;
      case wire.double:
        return this.advance(8);
      case wire.binary:
        this.binary();
        return;
      case wire.list:
      case wire.set: {
        const { count, type: element } = this.listHeader();
        for (let i = 0; i < count; i++) this.skipElement(element);
        return;
      }
      case wire.map: {
        const count = this.count();
        const kinds = count === 0 ? 0 : this.byte();
        for (let i = 0; i < count; i++) {
          this.skipElement(kinds >> 4);
          this.skipElement(kinds & 15);
        }
        return;
      }
      case wire.struct:
        return this.struct(() => false);
      case wire.uuid:
        return this.advance(16);
      default:
        throw new DamagedParquet(`a field of the unknown type ${type}`);
    }
  }

  /** In a collection a boolean is a byte. */
  private skipElement(type: number): void {
    if (type === wire.true || type === wire.false) this.advance(1);
    else this.skip(type);
  }

  private listHeader(): { count: number; type: number } {
    const header = this.byte();
    const count = header >> 4 === 15 ? this.count() : header >> 4;
    // Every element takes a byte at least.
    if (count > this.end - this.at) throw new DamagedParquet("a list beyond the end");
    return { count, type: header & 15 };
  }

  /** A length in bytes or elements: no more than what is left. */
  private count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > this.end - this.at) throw new DamagedParquet("a length beyond the end");
      if (byte < 128) return value;
    }
  }

  private advance(length: number): void {
    if (length > this.end - this.at) throw new DamagedParquet("it ends too early");
    this.at += length;
  }

  private byte(): number {
    if (this.at >= this.end) throw new DamagedParquet("it ends too early");
    return this.bytes[this.at++]!;
  }
}

/** Writes one struct, fields in the order of their ids. */
export class CompactWriter {
  private bytes = new Uint8Array(512);
  private length = 0;
  private last = 0;

  int(id: number, value: number): void {
    this.header(id, wire.i32);
    this.rawInt(value);
  }

  long(id: number, value: number): void {
    this.header(id, wire.i64);
    this.rawInt(value);
  }

  byte(id: number, value: number): void {
    this.header(id, wire.byte);
    this.push(value & 255);
  }

  boolean(id: number, value: boolean): void {
    this.header(id, value ? wire.true : wire.false);
  }

  text(id: number, value: string): void {
    this.header(id, wire.binary);
    this.rawText(value);
  }

  binary(id: number, value: Uint8Array): void {
    this.header(id, wire.binary);
    this.varint(value.length);
    this.rawBytes(value);
  }

  struct(id: number, write: (inner: CompactWriter) => void): void {
    this.header(id, wire.struct);
    this.rawStruct(write);
  }

  ints(id: number, values: readonly number[]): void {
    this.header(id, wire.list);
    this.rawList(wire.i32, values, (value) => this.rawInt(value));
  }

  texts(id: number, values: readonly string[]): void {
    this.header(id, wire.list);
    this.rawList(wire.binary, values, (value) => this.rawText(value));
  }

  structs<T>(id: number, values: readonly T[], write: (inner: CompactWriter, value: T) => void): void {
    this.header(id, wire.list);
    this.rawList(wire.struct, values, (value) => this.rawStruct((inner) => write(inner, value)));
  }

  finish(): Uint8Array {
    this.push(0);
    return this.bytes.subarray(0, this.length);
  }

  /** The header of a field; its value must follow. */
  header(id: number, type: number): void {
    const delta = id - this.last;
    if (delta > 0 && delta < 16) this.push((delta << 4) | type);
    else {
      this.push(type);
      this.rawInt(id);
    }
    this.last = id;
  }

  rawInt(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  rawBytes(bytes: Uint8Array): void {
    this.makeRoom(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  rawStruct(write: (inner: CompactWriter) => void): void {
    const outer = this.last;
    this.last = 0;
    write(this);
    this.push(0);
    this.last = outer;
  }

  rawList<T>(element: number, values: readonly T[], write: (value: T) => void): void {
    if (values.length < 15) this.push((values.length << 4) | element);
    else {
      this.push(0xf0 | element);
      this.varint(values.length);
    }
    for (const value of values) write(value);
  }

  private rawText(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.varint(bytes.length);
    this.rawBytes(bytes);
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.push((rest % 128) | 128);
    this.push(rest);
  }

  private push(byte: number): void {
    this.makeRoom(1);
    this.bytes[this.length++] = byte;
  }

  private makeRoom(length: number): void {
    if (this.length + length <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + length));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
