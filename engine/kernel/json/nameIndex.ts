/** Lists up to this length are looked through. */
const short = 8;

/** Names as bytes. Found in the order in which they stand for one comparison each; in any other order by their hash, however many there are. */
export class NameIndex {
  /** Places by hash, plus one; open addressing. Null for short lists. */
  private readonly table: Int32Array | null;

  constructor(private readonly names: readonly Uint8Array[]) {
    this.table = names.length <= short ? null : tableOf(names);
  }

  /** The place of the name [start, stop), tried first at `expected`; -1 when it is not there. */
  find(bytes: Uint8Array, start: number, stop: number, expected: number): number {
    const { names, table } = this;
    if (expected < names.length && same(names[expected]!, bytes, start, stop)) return expected;
    if (table === null) {
      for (let place = 0; place < names.length; place++) if (same(names[place]!, bytes, start, stop)) return place;
      return -1;
    }
    const mask = table.length - 1;
    for (let p = hashOf(bytes, start, stop) & mask; ; p = (p + 1) & mask) {
      const place = table[p]! - 1;
      if (place < 0 || same(names[place]!, bytes, start, stop)) return place;
    }
  }
}

function tableOf(names: readonly Uint8Array[]): Int32Array {
  let size = 32;
  while (size < names.length * 2) size *= 2;
  const table = new Int32Array(size);
  for (const [place, name] of names.entries()) {
    let p = hashOf(name, 0, name.length) & (size - 1);
    // Of equal names the first is kept: without that, many of them would make the search long.
    while (table[p] !== 0 && !same(names[table[p]! - 1]!, name, 0, name.length)) p = (p + 1) & (size - 1);
    if (table[p] === 0) table[p] = place + 1;
  }
  return table;
}

function same(name: Uint8Array, bytes: Uint8Array, start: number, stop: number): boolean {
  if (name.length !== stop - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}

function hashOf(bytes: Uint8Array, start: number, stop: number): number {
  let hash = stop - start;
  for (let i = start; i < stop; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
