import { crc32c } from "@node-rs/crc32";
import type { Codec } from "./codecs.js";

/** Byte strings, row by row: `data[starts[i] .. starts[i] + lengths[i])`; a length of -1 is null. */
export interface ByteViews {
  readonly data: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

/** Headers, row by row: entries `offsets[i] .. offsets[i + 1])` of keys and values; null rows have none. */
export interface HeaderViews {
  readonly offsets: Int32Array;
  readonly nulls: Uint8Array | null;
  readonly keys: ByteViews;
  readonly values: ByteViews;
}

/** What all batches of a producer share. */
export interface BatchProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const headerBytes = 61;
/**
 * Builds one record batch (message format 2): `add` records, then `finish`.
 *
 * Consumes bytes of keys, values and headers; emits the batch as it goes over the wire. All records carry the batch's timestamp.
 */
export class RecordBatchBuilder {
  private bytes = Buffer.allocUnsafeSlow(16 * 1024);
  private position = headerBytes;
  count = 0;

  /** Bytes so far, uncompressed. */
  get size(): number {
    return this.position;
  }

  /** Adds row `row` as a record. `size` is its `recordSize`. */
  add(keys: ByteViews, values: ByteViews, headers: HeaderViews | null, row: number, size: number): void {
    const bodyLength = size + varintSize(this.count);
    this.reserve(bodyLength + 5);
    const { bytes } = this;
    let p = writeVarint(bytes, this.position, bodyLength);
    bytes[p++] = 0; // attributes
    bytes[p++] = 0; // timestamp delta
    p = writeVarint(bytes, p, this.count);
    p = writeView(bytes, p, keys, row);
    p = writeView(bytes, p, values, row);
    if (headers === null) bytes[p++] = 0;
    else p = writeHeaders(bytes, p, headers, row);
    this.position = p;
    this.count++;
  }

  /** The finished batch; the builder is then empty again. The bytes are the caller's. */
  finish(producer: BatchProducer, baseSequence: number, timestampMs: number, compression: number, codec: Codec | null): Buffer {
    const body = this.bytes.subarray(headerBytes, this.position);
    const packed = codec ? codec.compress(body) : body;
    const batch = Buffer.allocUnsafe(headerBytes + packed.length);
    batch.set(packed, headerBytes);
    batch.writeBigInt64BE(0n, 0); // the broker assigns offsets
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeInt32BE(-1, 12); // leader epoch
    batch.writeInt8(2, 16); // message format
    batch.writeInt16BE(compression | 0x10, 21); // transactional
    batch.writeInt32BE(this.count - 1, 23);
    batch.writeBigInt64BE(BigInt(timestampMs), 27);
    batch.writeBigInt64BE(BigInt(timestampMs), 35);
    batch.writeBigInt64BE(BigInt(producer.producerId), 43);
    batch.writeInt16BE(producer.producerEpoch, 51);
    batch.writeInt32BE(baseSequence, 53);
    batch.writeInt32BE(this.count, 57);
    batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
    this.position = headerBytes;
    this.count = 0;
    return batch;
  }

  private reserve(more: number): void {
    if (this.position + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.position + more));
    this.bytes.copy(grown, 0, 0, this.position);
    this.bytes = grown;
  }
}

/** Bytes of row `row` as a record, without its length and its offset delta. */
export function recordSize(keys: ByteViews, values: ByteViews, headers: HeaderViews | null, row: number): number {
  return 2 + viewSize(keys, row) + viewSize(values, row) + (headers === null ? 1 : headersSize(headers, row));
}

function viewSize({ lengths }: ByteViews, row: number): number {
  const length = lengths[row]!;
  return length < 0 ? 1 : varintSize(length) + length;
}

function headersSize(headers: HeaderViews, row: number): number {
  const end = headerEnd(headers, row);
  let size = varintSize(end - headers.offsets[row]!);
  for (let i = headers.offsets[row]!; i < end; i++) size += viewSize(headers.keys, i) + viewSize(headers.values, i);
  return size;
}

function headerEnd({ offsets, nulls }: HeaderViews, row: number): number {
  return nulls !== null && nulls[row] === 1 ? offsets[row]! : offsets[row + 1]!;
}

function writeHeaders(bytes: Buffer, at: number, headers: HeaderViews, row: number): number {
  const end = headerEnd(headers, row);
  let p = writeVarint(bytes, at, end - headers.offsets[row]!);
  for (let i = headers.offsets[row]!; i < end; i++) {
    p = writeView(bytes, p, headers.keys, i);
    p = writeView(bytes, p, headers.values, i);
  }
  return p;
}

/** Bytes of a non-negative zigzag number. */
function varintSize(value: number): number {
  if (value < 1 << 6) return 1;
  if (value < 1 << 13) return 2;
  if (value < 1 << 20) return 3;
  return value < 1 << 27 ? 4 : 5;
}

/** Writes a zigzag number of 32 bits; returns where it ends. */
function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let p = at;
  while (rest > 0x7f) {
    bytes[p++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[p++] = rest;
  return p;
}

/** Copies shorter than this are cheaper in a loop than as a call. */
const shortBytes = 64;

function writeView(bytes: Buffer, at: number, { data, starts, lengths }: ByteViews, row: number): number {
  const length = lengths[row]!;
  let p = writeVarint(bytes, at, length);
  if (length <= 0) return p;
  const start = starts[row]!;
  if (length < shortBytes) {
    for (let i = start; i < start + length; i++) bytes[p++] = data[i]!;
    return p;
  }
  bytes.set(data.subarray(start, start + length), p);
  return p + length;
}
