// The structural index, compiled by `build.mjs` into `structuralIndex.generated.ts`. Its plain twin, with the meaning of every parameter, is
// `structuralIndex.ts`; this one gains about eight times by looking at sixteen bytes at once. All parameters are byte addresses in the shared memory.

const escaped: u8 = 1;
const irregular: u8 = 2;

export function splitLines(from: i32, to: i32, starts: i32, ends: i32, limit: i32, next: i32): i32 {
  const lineFeed = i8x16.splat(10);
  const carriageReturn = i8x16.splat(13);
  const control = i8x16.splat(14);
  let lineStart = from;
  let count = 0;
  for (let at = from; at < to; at += 16) {
    // Lines are long beside the vectors: most of the text is passed over in steps of sixty-four bytes.
    while (at + 64 <= to) {
      const low = v128.or(i8x16.lt_u(v128.load(at), control), i8x16.lt_u(v128.load(at, 16), control));
      const high = v128.or(i8x16.lt_u(v128.load(at, 32), control), i8x16.lt_u(v128.load(at, 48), control));
      if (v128.any_true(v128.or(low, high))) break;
      at += 64;
    }
    if (at >= to) break;
    const bytes = v128.load(at);
    let found = i8x16.bitmask(v128.or(i8x16.eq(bytes, lineFeed), i8x16.eq(bytes, carriageReturn)));
    if (at + 16 > to) found &= (1 << (to - at)) - 1;
    while (found != 0) {
      const end = at + ctz(found);
      found &= found - 1;
      if (end > lineStart) {
        if (count == limit) {
          store<i32>(next, lineStart);
          return count;
        }
        store<i32>(starts + (count << 2), lineStart);
        store<i32>(ends + (count << 2), end);
        count++;
      }
      lineStart = end + 1;
    }
  }
  store<i32>(next, lineStart);
  return count;
}

export function indexRecords(count: i32, starts: i32, ends: i32, quoteStarts: i32, flags: i32, index: i32): i32 {
  const quote = i8x16.splat(34);
  const backslash = i8x16.splat(92);
  const space = i8x16.splat(32);
  let out = index;
  for (let record = 0; record < count; record++) {
    const first = out;
    store<i32>(quoteStarts + (record << 2), (out - index) >> 2);
    const start = load<i32>(starts + (record << 2));
    const end = load<i32>(ends + (record << 2));
    let odd = i8x16.splat(0);
    let at = start;
    for (; at + 16 <= end; at += 16) {
      const bytes = v128.load(at);
      let quotes = i8x16.bitmask(i8x16.eq(bytes, quote));
      // Signed: below a space are the control characters and everything that is not ASCII.
      odd = v128.or(odd, v128.or(i8x16.lt_s(bytes, space), i8x16.eq(bytes, backslash)));
      while (quotes != 0) {
        store<i32>(out, at + ctz(quotes));
        out += 4;
        quotes &= quotes - 1;
      }
    }
    let oddTail = 0;
    if (at < end) {
      const bytes = v128.load(at);
      const inside = (1 << (end - at)) - 1;
      let quotes = i8x16.bitmask(i8x16.eq(bytes, quote)) & inside;
      oddTail = i8x16.bitmask(v128.or(i8x16.lt_s(bytes, space), i8x16.eq(bytes, backslash))) & inside;
      while (quotes != 0) {
        store<i32>(out, at + ctz(quotes));
        out += 4;
        quotes &= quotes - 1;
      }
    }
    let flag: u8 = 0;
    if (oddTail != 0 || v128.any_true(odd)) {
      out = first;
      let inString = false;
      at = start;
      while (at < end) {
        if (at + 16 <= end) {
          const bytes = v128.load(at);
          if (!v128.any_true(v128.or(i8x16.lt_s(bytes, space), i8x16.eq(bytes, backslash)))) {
            let quotes = i8x16.bitmask(i8x16.eq(bytes, quote));
            if ((popcnt(quotes) & 1) != 0) inString = !inString;
            while (quotes != 0) {
              store<i32>(out, at + ctz(quotes));
              out += 4;
              quotes &= quotes - 1;
            }
            at += 16;
            continue;
          }
        }
        const byte = load<u8>(at);
        if (byte == 34) {
          store<i32>(out, at);
          out += 4;
          inString = !inString;
          at++;
        } else if (byte == 92) {
          const length = inString ? escapeLength(at, end) : 0;
          flag |= escaped;
          if (length == 0) flag |= irregular;
          at += max(length, 1);
        } else if (byte < 32) {
          if (inString || (byte != 9 && byte != 10 && byte != 13)) flag |= irregular;
          at++;
        } else if (byte < 128) {
          at++;
        } else {
          const length = inString ? sequenceLength(at, end) : 0;
          if (length == 0) flag |= irregular;
          at += max(length, 1);
        }
      }
    }
    store<u8>(flags + record, flag);
  }
  store<i32>(quoteStarts + (count << 2), (out - index) >> 2);
  return (out - index) >> 2;
}

/** Bytes of the escape at `at`; 0 when it is none. */
function escapeLength(at: i32, end: i32): i32 {
  if (at + 1 >= end) return 0;
  const byte = load<u8>(at + 1);
  if (byte == 117) {
    if (at + 6 > end) return 0;
    for (let i = 2; i < 6; i++) {
      const digit = load<u8>(at + i);
      const letter = digit | 32;
      if (!((digit >= 48 && digit <= 57) || (letter >= 97 && letter <= 102))) return 0;
    }
    return 6;
  }
  return byte == 34 || byte == 92 || byte == 47 || byte == 98 || byte == 102 || byte == 110 || byte == 114 || byte == 116 ? 2 : 0;
}

/** Bytes of the well-formed UTF-8 sequence of two to four bytes at `at`; 0 when it is none. */
function sequenceLength(at: i32, end: i32): i32 {
  const first = <i32>load<u8>(at);
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length == 0 || at + length > end) return 0;
  const second = <i32>load<u8>(at + 1);
  const low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if ((load<u8>(at + i) & 0xc0) != 0x80) return 0;
  return length;
}
