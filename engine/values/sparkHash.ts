import type { DataType } from "../arrow/types.js";
import type { IntervalValue, Value } from "../arrow/value.js";

/** How one kind of hash takes ints, longs and bytes into what it has so far. */
export interface Hashing<H> {
  int(value: number, seed: H): H;
  long(value: bigint, seed: H): H;
  bytes(value: Uint8Array, seed: H): H;
}

const encoder = new TextEncoder();
const floats = new DataView(new ArrayBuffer(8));

/** The hash of a value of a type, over the hash of what stands before it. Nulls leave that as it is; -0.0 is 0.0. */
export function hashValue<H>(value: Value, type: DataType, seed: H, hashing: Hashing<H>): H {
  if (value === null) return seed;
  switch (type.kind) {
    case "boolean":
      return hashing.int(value === true ? 1 : 0, seed);
    case "byte":
    case "short":
    case "int":
    case "date":
    case "interval_yearmonth":
      return hashing.int(value as number, seed);
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_daytime":
      return hashing.long(value as bigint, seed);
    case "float":
      floats.setFloat32(0, canonical(value as number));
      if (Number.isNaN(value)) floats.setUint32(0, 0x7fc00000);
      return hashing.int(floats.getInt32(0), seed);
    case "double":
      floats.setFloat64(0, canonical(value as number));
      if (Number.isNaN(value)) floats.setBigUint64(0, 0x7ff8000000000000n);
      return hashing.long(floats.getBigInt64(0), seed);
    case "decimal":
      return type.precision <= 18 ? hashing.long(value as bigint, seed) : hashing.bytes(bigEndian(value as bigint), seed);
    case "string":
      return hashing.bytes(encoder.encode(value as string), seed);
    case "binary":
      return hashing.bytes(value as Uint8Array, seed);
    case "array":
      return (value as readonly Value[]).reduce<H>((hash, element) => hashValue(element, type.element, hash, hashing), seed);
    case "struct":
      return type.fields.reduce((hash, field, i) => hashValue((value as readonly Value[])[i]!, field.type, hash, hashing), seed);
    case "interval": {
      const { months, days, microseconds } = value as IntervalValue;
      return hashing.int(months, hashing.int(days, hashing.long(microseconds, seed)));
    }
    default:
      return seed;
  }
}

/** Zero has one sign; NaNs, whose bits differ from machine to machine, have Java's. */
function canonical(value: number): number {
  return value === 0 ? 0 : value;
}

/** A whole number in as few bytes as it takes, the first the highest, as Java's BigInteger gives them. */
function bigEndian(value: bigint): Uint8Array {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt((length - 1 - i) * 8)) & 255n));
}

function mixWord(seed: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  const h = seed ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, length: number): number {
  let h = hash ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Spark's Murmur3 of 32 bits, in which the bytes after the last whole word count as a word each. */
export const murmur: Hashing<number> = {
  int: (value, seed) => finish(mixWord(seed, value), 4),
  long: (value, seed) => finish(mixWord(mixWord(seed, Number(BigInt.asIntN(32, value))), Number(BigInt.asIntN(32, value >> 32n))), 8),
  bytes: (value, seed) => {
    const view = new DataView(value.buffer, value.byteOffset, value.length);
    let hash = seed;
    let at = 0;
    for (; at + 4 <= value.length; at += 4) hash = mixWord(hash, view.getInt32(at, true));
    for (; at < value.length; at++) hash = mixWord(hash, view.getInt8(at));
    return finish(hash, value.length);
  },
};

const [prime1, prime2, prime3, prime4, prime5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint): bigint => u64((value << bits) | (value >> (64n - bits)));
const round = (accumulated: bigint, input: bigint): bigint => u64(rotate(u64(accumulated + u64(input * prime2)), 31n) * prime1);

function avalanche(hash: bigint): bigint {
  let h = u64((hash ^ (hash >> 33n)) * prime2);
  h = u64((h ^ (h >> 29n)) * prime3);
  return BigInt.asIntN(64, h ^ (h >> 32n));
}

function takeLong(hash: bigint, value: bigint): bigint {
  return u64(rotate(hash ^ round(0n, value), 27n) * prime1 + prime4);
}

function takeInt(hash: bigint, value: bigint): bigint {
  return u64(rotate(hash ^ u64(value * prime1), 23n) * prime2 + prime3);
}

/** The hash over the parts of 32 bytes; what is left of the bytes comes after it. */
function stripes(view: DataView, seed: bigint): bigint {
  const lanes = [u64(seed + prime1 + prime2), u64(seed + prime2), u64(seed), u64(seed - prime1)];
  for (let at = 0; at + 32 <= view.byteLength; at += 32) {
    for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane]!, view.getBigUint64(at + lane * 8, true));
  }
  const [a, b, c, d] = lanes as [bigint, bigint, bigint, bigint];
  const joined = u64(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
  return lanes.reduce((hash, lane) => u64((hash ^ round(0n, lane)) * prime1 + prime4), joined);
}

/** xxHash of 64 bits. */
export const xxHash: Hashing<bigint> = {
  int: (value, seed) => avalanche(takeInt(u64(seed + prime5 + 4n), BigInt(value >>> 0))),
  long: (value, seed) => avalanche(takeLong(u64(seed + prime5 + 8n), u64(value))),
  bytes: (value, seed) => {
    const view = new DataView(value.buffer, value.byteOffset, value.length);
    let hash = u64((value.length >= 32 ? stripes(view, seed) : u64(seed + prime5)) + BigInt(value.length));
    let at = value.length & ~31;
    for (; at + 8 <= value.length; at += 8) hash = takeLong(hash, view.getBigUint64(at, true));
    if (at + 4 <= value.length) {
      hash = takeInt(hash, BigInt(view.getUint32(at, true)));
      at += 4;
    }
    for (; at < value.length; at++) hash = u64(rotate(hash ^ u64(BigInt(view.getUint8(at)) * prime5), 11n) * prime1);
    return avalanche(hash);
  },
};
