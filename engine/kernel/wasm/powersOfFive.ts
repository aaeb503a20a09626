const firstExponent = -342;
const lastExponent = 308;

/** Bytes of the table. */
export const powersOfFiveBytes = (lastExponent - firstExponent + 1) * 16;

let table: BigUint64Array | undefined;

/**
 * The leading 128 bits of 5^q for q from −342 to 308 (of reciprocals rounded up), the high word first: what scaling by powers of ten multiplies with. Made once, when
 * the first column of doubles is decoded.
 */
export function powersOfFive(): BigUint64Array {
  if (table !== undefined) return table;
  const words = new BigUint64Array(powersOfFiveBytes / 8);
  let power = 1n;
  for (let exponent = 0; exponent <= -firstExponent; exponent++) {
    if (exponent <= lastExponent) put(words, exponent, leadingBits(power));
    if (exponent > 0) put(words, -exponent, leadingBits(reciprocal(power, exponent)));
    power *= 5n;
  }
  return (table = words);
}

function put(words: BigUint64Array, exponent: number, bits: bigint): void {
  const at = 2 * (exponent - firstExponent);
  words[at] = bits >> 64n;
  words[at + 1] = bits & 0xffffffffffffffffn;
}

/** Up to 5^27 rounded up in its 128th bit, beyond that far below it: as the proof of the method wants it. */
function reciprocal(power: bigint, exponent: number): bigint {
  const length = BigInt(bitLength(power));
  return (1n << (exponent <= 27 ? length + 127n : 2n * length + 128n)) / power + 1n;
}

/** The value shifted so that it takes exactly 128 bits. */
function leadingBits(value: bigint): bigint {
  const excess = bitLength(value) - 128;
  return excess >= 0 ? value >> BigInt(excess) : value << BigInt(-excess);
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return hex.length * 4 - Math.clz32(parseInt(hex[0]!, 16)) + 28;
}
