import type { Column } from "../../arrow/column.js";
import { types } from "../../arrow/types.js";
import { IntList } from "../../state/intList.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import { PackedKeys } from "../../state/packedKeys.js";

/** Where rows of a batch are kept: of those that are, and which are not. */
export interface FoundRows {
  readonly rows: IntList;
  readonly places: IntList;
  readonly missing: IntList;
}

const layout = layoutOf([types.long]);
const gone = -1;

/** The places of kept rows by partition and number, for as long as state is restored. */
export class RowsByNumber {
  readonly #keys = new PackedKeys(layout);
  readonly #tables = new Map<number, { readonly table: KeyedTable; readonly places: Lane<"i32"> }>();

  find(partition: number, numbers: Column, rows: Int32Array): FoundRows {
    this.#keys.pack([numbers], numbers.length);
    const { table, places } = this.#tableOf(partition);
    const slots = table.find(this.#keys, rows, rows.length);
    const found = { rows: new IntList(), places: new IntList(), missing: new IntList() };
    for (let j = 0; j < rows.length; j++) {
      const place = slots[j]! < 0 ? gone : places.values[slots[j]!]!;
      if (place === gone) {
        found.missing.push(rows[j]!);
        continue;
      }
      found.rows.push(rows[j]!);
      found.places.push(place);
    }
    return found;
  }

  /** The same, of rows that are forgotten with it. */
  take(partition: number, numbers: Column, rows: Int32Array): FoundRows {
    const found = this.find(partition, numbers, rows);
    const { table, places } = this.#tableOf(partition);
    const slots = table.find(this.#keys, rows, rows.length);
    for (let j = 0; j < rows.length; j++) if (slots[j]! >= 0) places.values[slots[j]!] = gone;
    return found;
  }

  put(partition: number, numbers: Column, rows: IntList, at: Int32Array): void {
    this.#keys.pack([numbers], numbers.length);
    const { table, places } = this.#tableOf(partition);
    const slots = table.lookupOrInsert(this.#keys, rows.values, rows.count);
    places.reserve(table.slotLimit);
    for (let j = 0; j < rows.count; j++) places.values[slots[j]!] = at[j]!;
  }

  #tableOf(partition: number): { readonly table: KeyedTable; readonly places: Lane<"i32"> } {
    let table = this.#tables.get(partition);
    if (table === undefined) this.#tables.set(partition, (table = { table: new KeyedTable(layout), places: new Lane("i32", gone) }));
    return table;
  }
}
