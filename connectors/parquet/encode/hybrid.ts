/** So many equal values in a row are written as a run. */
const shortestRun = 8;

/**
 * Numbers of `width` bits in runs of one value and packed ones, as `HybridReader` reads them: codes of a dictionary, and levels.
 *
 * Packed values come in eights, so a run may begin only at a multiple of eight of them.
 */
export function hybridBytes(values: Int32Array | Uint8Array, from: number, to: number, width: number): Uint8Array {
  // Packed, with a header for every eight values, it is longest.
  const bytes = new Uint8Array((((to - from + 7) >> 3) + 1) * (width + 6));
  const writer = new HybridWriter(bytes, width);
  let packedFrom = from;
  for (let at = from; at < to;) {
    const value = values[at]!;
    let end = at + 1;
    while (end < to && values[end] === value) end++;
    const misplaced = (at - packedFrom) & 7;
    const begin = misplaced === 0 ? at : at + 8 - misplaced;
    if (end - begin >= shortestRun) {
      writer.pack(values, packedFrom, begin);
      writer.run(value, end - begin);
      packedFrom = end;
    }
    at = end;
  }
  // Zeros fill up the last eight.
  writer.pack(values, packedFrom, to);
  return writer.finish();
}

class HybridWriter {
  #at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly width: number,
  ) {}

  run(value: number, count: number): void {
    this.#header(count * 2);
    for (let bits = 0; bits < this.width; bits += 8) this.bytes[this.#at++] = (value >>> bits) & 255;
  }

  pack(values: Int32Array | Uint8Array, from: number, to: number): void {
    if (from === to) return;
    const { bytes, width } = this;
    const groups = (to - from + 7) >> 3;
    this.#header(groups * 2 + 1);
    const end = this.#at + groups * width;
    let at = this.#at;
    let held = 0;
    let bits = 0;
    for (let i = from; i < to; i++) {
      // At most seven bits are held and at most 24 come: they fit into a small integer.
      held |= values[i]! << bits;
      bits += width;
      for (; bits >= 8; bits -= 8) {
        bytes[at++] = held & 255;
        held >>>= 8;
      }
    }
    if (bits > 0) bytes[at] = held;
    this.#at = end;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.#at);
  }

  #header(value: number): void {
    let rest = value;
    for (; rest >= 128; rest >>>= 7) this.bytes[this.#at++] = (rest & 127) | 128;
    this.bytes[this.#at++] = rest;
  }
}

/** How many bits the numbers up to `largest` take. */
export function bitsOf(largest: number): number {
  return 32 - Math.clz32(largest);
}
