import { crc32c } from "@node-rs/crc32";
import type { Codec } from "./codecs.js";

/** What all batches of a producer share. */
export interface BatchProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const headerBytes = 61;
/** Room for the numbers of one record. */
const numbersBytes = 64;

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

  /**
   * Adds a record whose key and value are ranges of `keyData` and `valueData`; a negative length is null.
   *
   * @param headers already encoded, with their count in front; null for none
   */
  add(
    keyData: Uint8Array,
    keyStart: number,
    keyLength: number,
    valueData: Uint8Array,
    valueStart: number,
    valueLength: number,
    headers: Uint8Array | null,
  ): void {
    const keyBytes = keyLength < 0 ? 1 : varintSize(keyLength) + keyLength;
    const valueBytes = valueLength < 0 ? 1 : varintSize(valueLength) + valueLength;
    const bodyLength = 2 + varintSize(this.count) + keyBytes + valueBytes + (headers ? headers.length : 1);
    this.reserve(bodyLength + numbersBytes);
    const { bytes } = this;
    let p = writeVarint(bytes, this.position, bodyLength);
    bytes[p++] = 0; // attributes
    bytes[p++] = 0; // timestamp delta
    p = writeVarint(bytes, p, this.count);
    p = writeBytes(bytes, p, keyData, keyStart, keyLength);
    p = writeBytes(bytes, p, valueData, valueStart, valueLength);
    if (headers) {
      bytes.set(headers, p);
      p += headers.length;
    } else {
      bytes[p++] = 0;
    }
    this.position = p;
    this.count++;
  }

  /** The finished batch; the builder is then empty again. The bytes are the caller's. */
  finish(producer: BatchProducer, baseSequence: number, timestampMs: number, compression: number, codec: Codec | null): Buffer {
    const body = this.bytes.subarray(headerBytes, this.position);
    const packed = codec ? codec.compress(body) : body;
    const batch = Buffer.allocUnsafeSlow(headerBytes + packed.length);
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

/** Headers of one record as they stand in it: count, then keys and values. A null value has length -1. */
export function encodeHeaders(headers: readonly { readonly key: Uint8Array; readonly value: Uint8Array | null }[]): Uint8Array {
  const size = headers.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0) + 10, 5);
  const bytes = Buffer.allocUnsafeSlow(size);
  let p = writeVarint(bytes, 0, headers.length);
  for (const { key, value } of headers) {
    p = writeBytes(bytes, p, key, 0, key.length);
    p = writeBytes(bytes, p, value ?? key, 0, value ? value.length : -1);
  }
  return bytes.subarray(0, p);
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

function writeBytes(bytes: Buffer, at: number, data: Uint8Array, start: number, length: number): number {
  let p = writeVarint(bytes, at, length);
  if (length <= 0) return p;
  if (length < 64) {
    // Cheaper than a call for a few bytes.
    for (let i = start; i < start + length; i++) bytes[p++] = data[i]!;
    return p;
  }
  bytes.set(data.subarray(start, start + length), p);
  return p + length;
}
