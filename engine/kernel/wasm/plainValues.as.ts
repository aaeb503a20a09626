// Values as Parquet writes them plainly, compiled by `build.mjs` into `plainValues.generated.ts`. Its plain twin is in `plainValues.ts`; it gains three to five times.

/** Turns `count` doubles at `at`, each of them a safe integer, into 64-bit integers where they lie. */
export function longsOfDoubles(at: u32, count: u32): void {
  for (let p = at, end = at + (count << 3); p < end; p += 8) store<i64>(p, <i64>load<f64>(p));
}

/**
 * Writes `count` texts to `to`, each behind its length in four bytes; gives the end. Text i is what lies from `offsets[i]` to `offsets[i + 1]` of the bytes that start at `data`,
 * where `offsets[0]` stands for `data` itself. Sixteen bytes behind the source may be read, and as many written behind the result.
 */
export function plainTexts(offsets: u32, data: u32, count: u32, to: u32): u32 {
  let out = to;
  let from = data;
  let offset = load<u32>(offsets);
  for (let p = offsets + 4, end = offsets + (count << 2); p <= end; p += 4) {
    const next = load<u32>(p);
    const length = next - offset;
    offset = next;
    store<u32>(out, length);
    out += 4;
    if (length > 64) memory.copy(out, from, length);
    else for (let k: u32 = 0; k < length; k += 16) v128.store(out + k, v128.load(from + k));
    out += length;
    from += length;
  }
  return out;
}
