import { keyGroupCount, keyGroupOf } from "../contract/state.js";

const firstBuckets = 16;
/** A table grows before more of it than this is in use, by so much: what is free costs memory, what collides costs time. */
const mostLoad = 0.8;
const growth = 1.25;
/** Spreads hashes: they are added in their order, and would crowd in the first buckets of a table that grows. */
const spread = 0x9e3779b1;

/** The entries of one key group: by bucket a hash and a place + 1, 0: empty. The bucket is the part of the table that a spread hash is of all of them, so that a table has any size and not only powers of two. */
interface GroupTable {
  hashes: Int32Array;
  places: Uint32Array;
  count: number;
}

/**
 * From 32-bit hashes to places, numbers of 32 bits: about 12 bytes an entry. A hash may have many places. Cut by key group, so that no growth takes long, and so that the
 * entries of a group are found without the others.
 */
export class HashPlaces {
  readonly #tables: (GroupTable | null)[] = Array.from({ length: keyGroupCount }, () => null);
  #bytes = 0;
  size = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(hash: number, place: number): void {
    const group = keyGroupOf(hash);
    const table = (this.#tables[group] ??= this.#made(firstBuckets));
    if (table.count + 1 > mostLoad * table.hashes.length) this.#grow(table);
    put(table, hash, place);
    this.size++;
  }

  /** Takes all places of a hash out and gives them to `into`. */
  take(hash: number, into: (place: number) => void): void {
    const table = this.#tables[keyGroupOf(hash)]!;
    if (table === null) return;
    const { hashes, places } = table;
    for (let p = homeOf(hash, hashes.length); places[p] !== 0;) {
      if (hashes[p] !== hash) {
        p = p + 1 === hashes.length ? 0 : p + 1;
        continue;
      }
      into(places[p]! - 1);
      remove(table, p);
      this.size--;
    }
  }

  /** Whether a hash has any place. */
  hasHash(hash: number): boolean {
    const table = this.#tables[keyGroupOf(hash)]!;
    if (table === null) return false;
    const { hashes, places } = table;
    let p = homeOf(hash, hashes.length);
    while (places[p] !== 0 && hashes[p] !== hash) p = p + 1 === hashes.length ? 0 : p + 1;
    return places[p] !== 0;
  }

  /** Whether a hash has this place. */
  has(hash: number, place: number): boolean {
    return this.#find(hash, place) >= 0;
  }

  /** Gives an entry another place; false where there is no such entry. */
  move(hash: number, from: number, to: number): boolean {
    const p = this.#find(hash, from);
    if (p >= 0) this.#tables[keyGroupOf(hash)]!.places[p] = to + 1;
    return p >= 0;
  }

  /** How many entries a key group has. */
  countOf(group: number): number {
    return this.#tables[group]?.count ?? 0;
  }

  #find(hash: number, place: number): number {
    const table = this.#tables[keyGroupOf(hash)]!;
    if (table === null) return -1;
    const { hashes, places } = table;
    for (let p = homeOf(hash, hashes.length); places[p] !== 0; p = p + 1 === hashes.length ? 0 : p + 1) {
      if (hashes[p] === hash && places[p] === place + 1) return p;
    }
    return -1;
  }

  #grow(table: GroupTable): void {
    const { hashes, places } = table;
    const grown = this.#made(Math.ceil(hashes.length * growth));
    for (let p = 0; p < hashes.length; p++) if (places[p] !== 0) put(grown, hashes[p]!, places[p]! - 1);
    this.#bytes -= bytesOf(table);
    Object.assign(table, grown);
  }

  #made(buckets: number): GroupTable {
    const table = { hashes: new Int32Array(buckets), places: new Uint32Array(buckets), count: 0 };
    this.#bytes += bytesOf(table);
    return table;
  }
}

function bytesOf({ hashes, places }: GroupTable): number {
  return hashes.byteLength + places.byteLength;
}

function homeOf(hash: number, buckets: number): number {
  return Math.floor(((Math.imul(hash, spread) >>> 0) * buckets) / 2 ** 32);
}

function put(table: GroupTable, hash: number, place: number): void {
  const { hashes, places } = table;
  let p = homeOf(hash, hashes.length);
  while (places[p] !== 0) p = p + 1 === hashes.length ? 0 : p + 1;
  hashes[p] = hash;
  places[p] = place + 1;
  table.count++;
}

/** Without tombstones: entries that the gap would cut off from their bucket move into it. */
function remove(table: GroupTable, at: number): void {
  const { hashes, places } = table;
  const { length } = hashes;
  let gap = at;
  for (let p = gap + 1 === length ? 0 : gap + 1; places[p] !== 0; p = p + 1 === length ? 0 : p + 1) {
    const home = homeOf(hashes[p]!, length);
    if ((p - home + length) % length < (p - gap + length) % length) continue;
    hashes[gap] = hashes[p]!;
    places[gap] = places[p]!;
    gap = p;
  }
  places[gap] = 0;
  table.count--;
}
