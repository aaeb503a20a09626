import { nullColumn, plainColumn, takeColumn } from "../arrow/columns.js";
import type { Column, DictionaryColumn } from "../arrow/column.js";
import { keyGroupOf } from "../contract/state.js";
import { assert } from "../errors/assert.js";
import { IntList } from "./intList.js";
import type { KeyLayout } from "./keyLayout.js";
import { KeyPacker } from "./keyPacker.js";

/** So many combinations of several dictionaries' entries are kept as one dictionary, at most. */
const mostCombinations = 65_536;
/** The batch that brings new dictionaries has rows enough to make it worthwhile. */
const combinationsPerRow = 8;

/**
 * The keys of a batch, packed and hashed once for whoever needs them: the router, the tables of all partitions. Reused from one batch to the next.
 *
 * Rows share a packed key where the columns say so. The entries of a dictionary are packed when a row first names them and stay packed as long as the
 * dictionary lives, so that a row of it costs a look-up of its code; a batch of constants has one key.
 */
export class PackedKeys {
  /** Key k is the words `words[k · stride ..)`; its byte columns lie in `bytes`. */
  words: Int32Array = new Int32Array(0);
  /** The 32-bit hash of each key. */
  hashes: Int32Array = new Int32Array(0);
  bytes: readonly DataView[] = [];
  /** Row i has key `keyOf[i]`; null when row i has key i. */
  keyOf: Int32Array | null = null;
  /** Keys are numbered below. */
  count = 0;
  /** While this is the same object, a key keeps its number from batch to batch; null when keys are numbered anew. */
  owner: object | null = null;

  readonly #layout: KeyLayout;
  readonly #packer: KeyPacker;
  readonly #dictionaries = new WeakMap<Column, DictionaryKeys>();
  /** Of several columns with dictionaries: those of the last batch, and what their codes stand for together. */
  #combined: { readonly dictionaries: readonly Column[]; readonly keys: DictionaryKeys } | null = null;
  #codes = new Int32Array(0);
  #rowKeys = new Int32Array(0);
  #groups = new Uint8Array(0);
  /** All 0: the key of each row where there is only one. */
  #firstKeys = new Int32Array(0);

  constructor(layout: KeyLayout) {
    this.#layout = layout;
    this.#packer = new KeyPacker(layout);
  }

  /** Packs the rows of these columns. What the last call gave is gone. */
  pack(columns: readonly Column[], count: number): void {
    const only = columns.length === 1 ? columns[0]! : null;
    if (only !== null && only.encoding === "dictionary" && this.#keepsEntries()) return this.#packDictionary(only, count);
    if (columns.length > 1 && this.#packCombined(columns, count)) return;
    if (columns.every((column) => column.encoding === "constant")) return this.#packConstants(columns, count);
    this.#packRows(columns, count);
  }

  /** The key group of each row that was packed. Borrowed until the next call. */
  groupsOfRows(count: number): Uint8Array {
    if (this.#groups.length < count) this.#groups = new Uint8Array(2 * count);
    const { hashes, keyOf } = this;
    for (let row = 0; row < count; row++) this.#groups[row] = keyGroupOf(hashes[keyOf === null ? row : keyOf[row]!]!);
    return this.#groups;
  }

  #packRows(columns: readonly Column[], count: number): void {
    this.#packer.pack(columns, count);
    this.words = this.#packer.words;
    this.hashes = this.#packer.hashes;
    this.bytes = this.#packer.bytes;
    this.count = count;
    this.keyOf = null;
    this.owner = null;
  }

  #packConstants(columns: readonly Column[], count: number): void {
    const values = columns.map((column) => {
      assert(column.encoding === "constant", "constants only");
      return column.value;
    });
    this.#packRows(values, Math.min(count, 1));
    if (this.#firstKeys.length < count) this.#firstKeys = new Int32Array(2 * count);
    this.keyOf = this.#firstKeys;
  }

  /** Bytes of nested values are made by packing them, so they do not stay. */
  #keepsEntries(c = 0): boolean {
    return this.#layout.columns[c]!.kind !== "bytes";
  }

  #packDictionary({ codes, nulls, dictionary }: DictionaryColumn, count: number): void {
    let keys = this.#dictionaries.get(dictionary);
    if (keys === undefined)
      this.#dictionaries.set(dictionary, (keys = new DictionaryKeys(dictionary.length, this.#layout, plainColumn(dictionary))));
    const { entries } = keys;
    this.#number(keys, { codes, nulls }, count, (named) => [entriesAt(entries!, named)]);
  }

  /**
   * Rows whose columns all have dictionaries, of few entries together: what their codes say together is the code of a dictionary of its own. False: they are no
   * such rows.
   */
  #packCombined(columns: readonly Column[], count: number): boolean {
    const coded: DictionaryColumn[] = [];
    let combinations = 1;
    for (const [c, column] of columns.entries()) {
      if (column.encoding !== "dictionary" || !this.#keepsEntries(c)) return false;
      const { encoding } = column.dictionary;
      if (encoding === "dictionary" || encoding === "constant") return false;
      combinations *= column.dictionary.length + 1;
      if (combinations > mostCombinations) return false;
      coded.push(column);
    }
    const before = this.#combined;
    const isSame = before !== null && coded.every(({ dictionary }, c) => before.dictionaries[c] === dictionary);
    if (!isSame && combinations > combinationsPerRow * count) return false;
    const { keys } = isSame
      ? before
      : (this.#combined = {
          dictionaries: coded.map(({ dictionary }) => dictionary),
          keys: new DictionaryKeys(combinations, this.#layout, null),
        });
    if (this.#codes.length < count) this.#codes = new Int32Array(2 * count);
    const codes = this.#codes.fill(0, 0, count);
    for (const column of coded) addCodes(column, count, codes);
    this.#number(keys, { codes, nulls: null }, count, (_, rows) => columns.map((column) => takeColumn(column, rows.values, rows.count)));
    return true;
  }

  #number(keys: DictionaryKeys, rows: Pick<DictionaryColumn, "codes" | "nulls">, count: number, columnsOf: NamedColumns): void {
    if (this.#rowKeys.length < count) this.#rowKeys = new Int32Array(2 * count);
    const rowKeys = this.#rowKeys;
    keys.number(rows, count, rowKeys, this.#packer, columnsOf);
    this.words = keys.words.values;
    this.hashes = keys.hashes.values;
    this.bytes = keys.bytes;
    this.count = keys.hashes.count;
    this.keyOf = rowKeys;
    this.owner = keys;
  }
}

/** Codes times entries of the dictionary (and null), plus its own. */
function addCodes({ codes, nulls, dictionary: { length } }: DictionaryColumn, count: number, into: Int32Array): void {
  for (let i = 0; i < count; i++) into[i] = into[i]! * (length + 1) + (nulls !== null && nulls[i] !== 0 ? length : codes[i]!);
}

/** The key columns of some codes (−1: null), which these rows were the first to name. */
type NamedColumns = (codes: IntList, rows: IntList) => readonly Column[];

/** The packed entries of one dictionary, numbered in the order in which rows named them. */
class DictionaryKeys {
  readonly words = new IntList();
  readonly hashes = new IntList();
  bytes: readonly DataView[] = [];
  /** Of each entry, and of null: the number of its key, −1 while no row named it. */
  readonly #numbers: Int32Array;
  #nullNumber = -1;
  readonly #stride: number;

  /** @param entries those of one dictionary, which stay where they are; null of several */
  constructor(
    count: number,
    { stride }: KeyLayout,
    readonly entries: Column | null,
  ) {
    this.#stride = stride;
    this.#numbers = new Int32Array(count).fill(-1);
  }

  /** Writes the number of each row's key; packs what these rows are the first to name. */
  number(
    { codes, nulls }: Pick<DictionaryColumn, "codes" | "nulls">,
    count: number,
    into: Int32Array,
    packer: KeyPacker,
    columnsOf: NamedColumns,
  ): void {
    const named = new IntList();
    const rows = new IntList();
    const numbers = this.#numbers;
    const known = this.hashes.count;
    for (let i = 0; i < count; i++) {
      if (nulls !== null && nulls[i] !== 0) {
        if (this.#nullNumber < 0) {
          this.#nullNumber = known + named.count;
          named.push(-1);
          rows.push(i);
        }
        into[i] = this.#nullNumber;
        continue;
      }
      const code = codes[i]!;
      if (numbers[code] === -1) {
        numbers[code] = known + named.count;
        named.push(code);
        rows.push(i);
      }
      into[i] = numbers[code]!;
    }
    if (named.count === 0) return;
    packer.pack(columnsOf(named, rows), named.count);
    this.bytes = [...packer.bytes];
    append(this.hashes, packer.hashes, named.count);
    append(this.words, packer.words, named.count * this.#stride);
  }
}

/** Some entries of a dictionary, −1 being null. Strings stay where they are, so that what is packed later lies in the same bytes. */
function entriesAt(entries: Column, { values: codes, count }: IntList): Column {
  if (entries.length === 0) return nullColumn(entries.type, count);
  if (entries.encoding !== "view" && entries.encoding !== "utf8") return takeColumn(entries, codes, count);
  const starts = new Int32Array(count);
  const lengths = new Int32Array(count);
  const nulls = new Uint8Array(count);
  for (let j = 0; j < count; j++) {
    const code = codes[j]!;
    if (code < 0 || (entries.nulls !== null && entries.nulls[code] !== 0)) {
      nulls[j] = 1;
    } else if (entries.encoding === "view") {
      starts[j] = entries.starts[code]!;
      lengths[j] = entries.lengths[code]!;
    } else {
      starts[j] = entries.offsets[code]!;
      lengths[j] = entries.offsets[code + 1]! - starts[j]!;
    }
  }
  return { type: entries.type, encoding: "view", length: count, nulls, data: entries.data, starts, lengths };
}

function append(list: IntList, values: Int32Array, count: number): void {
  list.reserve(list.count + count);
  list.values.set(values.subarray(0, count), list.count);
  list.count += count;
}
