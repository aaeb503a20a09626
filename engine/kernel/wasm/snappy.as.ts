// Compression in the format of Snappy, compiled by `build.mjs` into `snappy.generated.ts`. It looks for a match further and further away while it finds none, so that bytes
// which do not repeat are passed by quickly. Its plain twin is the compressor of `hysnappy`, whose reader it is tested with: it gains twice on texts, three times on whole numbers, forty times on doubles.

/** Places in a block take two bytes. */
const blockBytes: u32 = 1 << 16;
const mostBits: u32 = 14;
/** So many bytes before the end of a block no match is looked for: reads of eight bytes end within it. */
const marginBytes: u32 = 15;

// Kinds of elements, in the low bits of their first byte.
const nearCopy: u8 = 1;
const farCopy: u8 = 2;

function hash(word: u32, shift: u32): u32 {
  return (word * 0x1e35a7bd) >> shift;
}

/**
 * Writes the compressed form of `length` bytes at `from` to `to`, which has room for a sixth more and 32 bytes; gives its end. `table` is the address of 32 KiB of scratch.
 * Sixteen bytes behind the source may be read, and as many written behind the result.
 */
export function compress(from: u32, length: u32, to: u32, table: u32): u32 {
  let out = to;
  let rest = length;
  for (; rest >= 128; rest >>= 7) store<u8>(out++, <u8>(rest | 128));
  store<u8>(out++, <u8>rest);
  const end = from + length;
  for (let start = from; start < end; start += blockBytes) out = compressBlock(start, min(start + blockBytes, end), out, table);
  return out;
}

function compressBlock(start: u32, end: u32, to: u32, table: u32): u32 {
  let out = to;
  /** From here on nothing is written yet. */
  let open = start;
  if (end - start > marginBytes) {
    const shift = clearTable(table, end - start);
    const limit = end - marginBytes;
    let at = start + 1;
    while (at < limit) {
      const found = findMatch(start, at, limit, table, shift);
      if (found == 0) break;
      at = found;
      out = writeLiteral(out, open, at - open);
      let candidate = matched;
      do {
        const length = 4 + matchLength(candidate + 4, at + 4, end);
        out = writeCopy(out, at - candidate, length);
        at += length;
        open = at;
        if (at >= limit) break;
        store<u16>(table + (hash(load<u32>(at - 1), shift) << 1), <u16>(at - 1 - start));
        const place = table + (hash(load<u32>(at), shift) << 1);
        candidate = start + load<u16>(place);
        store<u16>(place, <u16>(at - start));
      } while (load<u32>(at) == load<u32>(candidate));
      at++;
    }
  }
  return open < end ? writeLiteral(out, open, end - open) : out;
}

/** Empties the table, which is the smaller the shorter the block is; gives by how much a hash is shifted for it. */
function clearTable(table: u32, length: u32): u32 {
  let bits: u32 = 8;
  while (bits < mostBits && (<u32>1) << bits < length) bits++;
  memory.fill(table, 0, (<usize>2) << bits);
  return 32 - bits;
}

/** Where the bytes stand before that `findMatch` has found again. */
let matched: u32 = 0;

/** The next place from `from` on whose four bytes have been there before; 0 when there is none. */
function findMatch(start: u32, from: u32, limit: u32, table: u32, shift: u32): u32 {
  let tried: u32 = 32;
  for (let at = from; at < limit; at += tried++ >> 5) {
    const word = load<u32>(at);
    const place = table + (hash(word, shift) << 1);
    const candidate = start + load<u16>(place);
    store<u16>(place, <u16>(at - start));
    if (load<u32>(candidate) == word && candidate < at) {
      matched = candidate;
      return at;
    }
  }
  return 0;
}

/** How many bytes from `a` and `b` on are the same; `b` ends at `end`. */
function matchLength(a: u32, b: u32, end: u32): u32 {
  let length: u32 = 0;
  while (b + length + 8 <= end) {
    const difference = load<u64>(a + length) ^ load<u64>(b + length);
    if (difference != 0) return length + (<u32>ctz(difference) >> 3);
    length += 8;
  }
  while (b + length < end && load<u8>(a + length) == load<u8>(b + length)) length++;
  return length;
}

function writeLiteral(to: u32, from: u32, length: u32): u32 {
  if (length == 0) return to;
  let out = to;
  const last = length - 1;
  if (last < 60) {
    store<u8>(out++, <u8>(last << 2));
    // More than is wanted: what comes next writes over it.
    v128.store(out, v128.load(from));
    if (length > 16) {
      v128.store(out + 16, v128.load(from + 16));
      if (length > 32) {
        v128.store(out + 32, v128.load(from + 32));
        if (length > 48) v128.store(out + 48, v128.load(from + 48));
      }
    }
    return out + length;
  }
  let bytes: u32 = 0;
  for (let rest = last; rest > 0; rest >>= 8) store<u8>(out + 1 + bytes++, <u8>rest);
  store<u8>(out, <u8>((59 + bytes) << 2));
  out += 1 + bytes;
  memory.copy(out, from, length);
  return out + length;
}

function writeCopy(to: u32, distance: u32, length: u32): u32 {
  let out = to;
  let rest = length;
  // A copy has at least four bytes, so the last but one leaves that many.
  while (rest >= 68) {
    out = writeFarCopy(out, distance, 64);
    rest -= 64;
  }
  if (rest > 64) {
    out = writeFarCopy(out, distance, 60);
    rest -= 60;
  }
  if (rest >= 12 || distance >= 2048) return writeFarCopy(out, distance, rest);
  store<u8>(out, <u8>(((distance >> 8) << 5) | ((rest - 4) << 2) | nearCopy));
  store<u8>(out + 1, <u8>distance);
  return out + 2;
}

function writeFarCopy(to: u32, distance: u32, length: u32): u32 {
  store<u8>(to, <u8>(((length - 1) << 2) | farCopy));
  store<u16>(to + 1, <u16>distance);
  return to + 3;
}
