/**
 * splitmix64 on two 32-bit halves: the workloads' generator must give the same bytes as the peers' (written in Rust), and BigInt is too slow.
 */
export class SplitMix {
  private high: number;
  private low: number;
  /** The halves of the last output. */
  outHigh = 0;
  outLow = 0;

  constructor(seed: bigint) {
    this.high = Number((seed >> 32n) & 0xffffffffn);
    this.low = Number(seed & 0xffffffffn);
  }

  /** Steps once; the output is in `outHigh`, `outLow`. */
  next(): void {
    const low = this.low + 0x7f4a7c15;
    this.high = (this.high + 0x9e3779b9 + (low > 0xffffffff ? 1 : 0)) >>> 0;
    this.low = low >>> 0;
    let high = this.high;
    let lowBits = this.low;
    // z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    [high, lowBits] = xorShift(high, lowBits, 30);
    [high, lowBits] = multiply(high, lowBits, 0xbf58476d, 0x1ce4e5b9);
    [high, lowBits] = xorShift(high, lowBits, 27);
    [high, lowBits] = multiply(high, lowBits, 0x94d049bb, 0x133111eb);
    [high, lowBits] = xorShift(high, lowBits, 31);
    this.outHigh = high;
    this.outLow = lowBits;
  }

  /** A number in [0, k), k below 2^21: the high half of the 128-bit product. */
  below(k: number): number {
    this.next();
    return Math.floor((this.outHigh * k + Math.floor((this.outLow * k) / 2 ** 32)) / 2 ** 32);
  }

  /** As `below`, for any k up to 2^31. */
  belowLarge(k: number): number {
    this.next();
    return Number(((BigInt(this.outHigh) * 2n ** 32n + BigInt(this.outLow)) * BigInt(k)) >> 64n);
  }

  /** A double in [0, 1). */
  double(): number {
    this.next();
    return (this.outHigh * 2 ** 21 + (this.outLow >>> 11)) / 2 ** 53;
  }
}

function xorShift(high: number, low: number, by: number): [number, number] {
  const shiftedLow = ((low >>> by) | (high << (32 - by))) >>> 0;
  return [(high ^ (high >>> by)) >>> 0, (low ^ (by === 0 ? low : shiftedLow)) >>> 0];
}

function multiply(aHigh: number, aLow: number, bHigh: number, bLow: number): [number, number] {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const p00 = a0 * b0;
  const middle = a1 * b0 + (p00 >>> 16);
  const middle2 = a0 * b1 + (middle & 0xffff);
  const low = (((middle2 & 0xffff) << 16) | (p00 & 0xffff)) >>> 0;
  const carry = a1 * b1 + Math.floor(middle / 65536) + Math.floor(middle2 / 65536);
  return [(carry + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) >>> 0, low];
}

/** One output of a generator seeded with `x`. */
export function mix(x: bigint): bigint {
  const random = new SplitMix(x & 0xffffffffffffffffn);
  random.next();
  return BigInt(random.outHigh) * 2n ** 32n + BigInt(random.outLow);
}

const hex = (x: bigint, digits: number) => x.toString(16).padStart(digits, "0");

/** A made-up but valid UUID, the `i`-th of its kind. */
export function uuid(kind: bigint, i: bigint): string {
  const mask = 0xffffffffffffffffn;
  const a = mix((kind * 0x1000003n + i * 2n + 1n) & mask);
  const b = mix(a ^ ((kind * 77n + i) & mask));
  return `${hex(a >> 32n, 8)}-${hex((a >> 16n) & 0xffffn, 4)}-4${hex(a & 0xfffn, 3)}-8${hex((b >> 48n) & 0xfffn, 3)}-${hex(b & 0xffff_ffff_ffffn, 12)}`;
}
