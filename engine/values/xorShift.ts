/**
 * The generator of Spark's random functions: Marsaglia's xorshift of 64 bits, seeded through Murmur3, so that a seed draws the same numbers here and there. Numbers
 * are drawn in sequence.
 */
export class XorShift {
  private state: bigint;
  private gaussian: number | null = null;

  constructor(seed: bigint) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, seed));
    const low = murmur3(bytes, arraySeed);
    const high = murmur3(bytes, low);
    this.state = BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));
  }

  /** The lowest `bits` of the next state, as a signed int. */
  private next(bits: number): number {
    let s = this.state;
    s ^= BigInt.asUintN(64, s << 21n);
    s ^= s >> 35n;
    s ^= BigInt.asUintN(64, s << 4n);
    this.state = s;
    return Number(BigInt.asIntN(32, s & ((1n << BigInt(bits)) - 1n)));
  }

  /** In [0, 1). */
  double(): number {
    const high = this.next(26);
    return (high * 134_217_728 + this.next(27)) / 9_007_199_254_740_992;
  }

  /** A whole number of 32 bits. */
  int(): number {
    return this.next(32);
  }

  /** Normally distributed about 0, by Marsaglia's polar method: two of one pair after each other, as Java draws them. */
  normal(): number {
    if (this.gaussian !== null) {
      const kept = this.gaussian;
      this.gaussian = null;
      return kept;
    }
    for (;;) {
      const x = 2 * this.double() - 1;
      const y = 2 * this.double() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.gaussian = y * factor;
      return x * factor;
    }
  }
}

/** Scala's seed of hashes of arrays. */
const arraySeed = 0x3c074a61;

/** Murmur3 of eight bytes, as Scala's bytesHash. */
function murmur3(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer);
  let h = seed;
  for (let at = 0; at < 8; at += 4) {
    let k = Math.imul(view.getInt32(at, true), 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    h ^= k;
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  }
  h ^= 8;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
