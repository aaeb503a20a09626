import type { Batch } from "../../arrow/batch.js";
import { prepare, rowOrder, type Prepared, type RowOrder, type SortKey } from "./rowOrder.js";

/** So few rows are put in order by comparing them: the very few one by one. */
const fewRows = 512;
const veryFewRows = 24;

/** The rows of a batch in the order of its keys; equal rows stay in the order they have. */
export function sortedRows(keys: readonly SortKey[], batch: Batch): Int32Array {
  const rows = Int32Array.from({ length: batch.length }, (_, i) => i);
  const prepared = keys.map(({ column }) => prepare(batch.columns[column]!));
  const sorter = new DigitSorter(rows, new DigitList(keys, prepared, batch.length), rowOrder(keys, batch));
  sorter.sort();
  return rows;
}

/**
 * The keys of all rows as digits of 32 bits, the first one the most significant: rows whose digits are less come first, whatever the digits behind say. Made
 * when they are asked for. Keys that are compared by a function have none, nor have those behind them.
 */
class DigitList {
  readonly #made: (Uint32Array | null)[] = [];
  readonly #makers: (() => Uint32Array)[] = [];
  /** Rows with the same digits are equal. */
  readonly isExact: boolean;

  constructor(keys: readonly SortKey[], prepared: readonly Prepared[], count: number) {
    const stop = prepared.findIndex(({ form }) => form === "call");
    this.isExact = stop < 0;
    for (const [k, key] of keys.slice(0, stop < 0 ? keys.length : stop).entries()) this.#addKey(key, prepared[k]!, count);
  }

  #addKey({ descending, nullsFirst }: SortKey, { data, nulls }: Prepared, count: number): void {
    const add = (fill: (into: Uint32Array) => void): void => {
      this.#makers.push(() => {
        const digits = new Uint32Array(count);
        fill(digits);
        return digits;
      });
    };
    if (nulls !== null) add((into) => nullDigits(nulls, nullsFirst, into));
    if (data instanceof Float64Array || data instanceof Float32Array) {
      add((into) => floatDigits(data, nulls, descending, 1, into));
      add((into) => floatDigits(data, nulls, descending, 0, into));
    } else if (data instanceof BigInt64Array) {
      add((into) => longDigits(data, nulls, descending, 1, into));
      add((into) => longDigits(data, nulls, descending, 0, into));
    } else add((into) => intDigits(data as ArrayLike<number>, nulls, descending, into));
  }

  /** Null behind the last. */
  at(place: number): Uint32Array | null {
    const maker = this.#makers[place];
    return maker === undefined ? null : (this.#made[place] ??= maker());
  }
}

function nullDigits(nulls: Uint8Array, nullsFirst: boolean, into: Uint32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = nullsFirst ? 1 - nulls[i]! : nulls[i]!;
}

function intDigits(values: ArrayLike<number>, nulls: Uint8Array | null, descending: boolean, into: Uint32Array): void {
  const flip = descending ? 0x7fff_ffff : 0x8000_0000;
  for (let i = 0; i < into.length; i++) into[i] = nulls !== null && nulls[i] === 1 ? 0 : values[i]! ^ flip;
}

function longDigits(values: BigInt64Array, nulls: Uint8Array | null, descending: boolean, half: 0 | 1, into: Uint32Array): void {
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * into.length);
  const flip = (half === 1 ? 0x8000_0000 : 0) ^ (descending ? -1 : 0);
  for (let i = 0; i < into.length; i++) into[i] = nulls !== null && nulls[i] === 1 ? 0 : halves[2 * i + half]! ^ flip;
}

/** The bits of a double, negative ones turned round; −0.0 is 0.0, and NaN is above all. */
function floatDigits(
  values: Float64Array | Float32Array,
  nulls: Uint8Array | null,
  descending: boolean,
  half: 0 | 1,
  into: Uint32Array,
): void {
  const scratch = new Float64Array(1);
  const bits = new Int32Array(scratch.buffer);
  const flip = descending ? -1 : 0;
  for (let i = 0; i < into.length; i++) {
    if (nulls !== null && nulls[i] === 1) continue;
    const value = values[i]!;
    scratch[0] = value === value ? value + 0 : NaN;
    const turn = bits[1]! < 0 ? -1 : half === 1 ? 0x8000_0000 : 0;
    into[i] = bits[half]! ^ turn ^ flip;
  }
}

/** Sorts rows by their digits, the most significant first, and what is little by comparing. */
class DigitSorter {
  readonly #digits: Uint32Array;
  readonly #otherDigits: Uint32Array;
  readonly #otherRows: Int32Array;
  readonly #counts = new Int32Array(4 * 256);

  constructor(
    private readonly rows: Int32Array,
    private readonly list: DigitList,
    private readonly compare: RowOrder,
  ) {
    this.#digits = new Uint32Array(rows.length);
    this.#otherDigits = new Uint32Array(rows.length);
    this.#otherRows = new Int32Array(rows.length);
  }

  sort(): void {
    this.#range(0, this.rows.length, 0);
  }

  #range(from: number, to: number, place: number): void {
    if (to - from <= veryFewRows) return this.#insert(from, to);
    const digits = this.list.at(place);
    if (digits === null && this.list.isExact) return;
    if (digits === null || to - from <= fewRows) {
      // Stable, as all sorts of JavaScript.
      this.rows.subarray(from, to).sort(this.compare);
      return;
    }
    this.#byDigit(from, to, digits);
    const { rows } = this;
    for (let start = from; start < to;) {
      const digit = digits[rows[start]!]!;
      let end = start + 1;
      while (end < to && digits[rows[end]!] === digit) end++;
      if (end - start > 1) this.#range(start, end, place + 1);
      start = end;
    }
  }

  #insert(from: number, to: number): void {
    const { rows, compare } = this;
    for (let i = from + 1; i < to; i++) {
      const row = rows[i]!;
      let at = i;
      for (; at > from && compare(rows[at - 1]!, row) > 0; at--) rows[at] = rows[at - 1]!;
      rows[at] = row;
    }
  }

  /** One pass a byte, from the last to the first, each stable; a byte that all rows share takes none. */
  #byDigit(from: number, to: number, all: Uint32Array): void {
    let [rows, otherRows, digits, otherDigits] = [this.rows, this.#otherRows, this.#digits, this.#otherDigits];
    const counts = this.#counts.fill(0);
    for (let i = from; i < to; i++) {
      const digit = all[rows[i]!]!;
      digits[i] = digit;
      counts[digit & 255]!++;
      counts[256 + ((digit >>> 8) & 255)]!++;
      counts[512 + ((digit >>> 16) & 255)]!++;
      counts[768 + (digit >>> 24)]!++;
    }
    for (let byte = 0; byte < 4; byte++) {
      const own = counts.subarray(256 * byte, 256 * byte + 256);
      if (own[(digits[from]! >>> (8 * byte)) & 255] === to - from) continue;
      scatter(from, to, 8 * byte, own, digits, rows, otherDigits, otherRows);
      [rows, otherRows, digits, otherDigits] = [otherRows, rows, otherDigits, digits];
    }
    if (rows !== this.rows) this.rows.set(rows.subarray(from, to), from);
  }
}

function scatter(
  from: number,
  to: number,
  shift: number,
  counts: Int32Array,
  digits: Uint32Array,
  rows: Int32Array,
  intoDigits: Uint32Array,
  intoRows: Int32Array,
): void {
  let next = from;
  for (let b = 0; b < 256; b++) {
    const count = counts[b]!;
    counts[b] = next;
    next += count;
  }
  for (let i = from; i < to; i++) {
    const digit = digits[i]!;
    const at = counts[(digit >>> shift) & 255]!++;
    intoDigits[at] = digit;
    intoRows[at] = rows[i]!;
  }
}
