import { readValue } from "../../arrow/columns.js";
import { types } from "../../arrow/types.js";
import { allGroups } from "../../contract/state.js";
import { IntList } from "../../state/intList.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import { PackedKeys } from "../../state/packedKeys.js";

const layout = layoutOf([types.int, types.double]);
/** Late rows that are looked at together. */
const pendingRows = 4096;

/** The late rows of a batch and the distinct groups (key id and window) that they would have belonged to. */
export class LateGroups {
  readonly #keys = new PackedKeys(layout);
  #table = new KeyedTable(layout);
  readonly #ids = new IntList();
  readonly #starts = new Lane("f64", 0);
  #lastRow = -1;
  #rows = 0;

  /** Row numbers start anew. */
  nextRows(): void {
    this.#lastRow = -1;
  }

  /** Row `row`, whose windows are added one after the other, is late for this one. */
  add(row: number, id: number, startUs: number): void {
    if (row !== this.#lastRow) this.#rows++;
    this.#lastRow = row;
    if (this.#ids.count === 0) this.#starts.reserve(pendingRows);
    this.#starts.values[this.#ids.count] = startUs;
    this.#ids.push(id);
    if (this.#ids.count === pendingRows) this.#settle();
  }

  get rows(): number {
    return this.#rows;
  }

  get groups(): number {
    this.#settle();
    return this.#table.size;
  }

  /** The ids of the keys of late rows, which stand for their keys until the batch ends. */
  ids(): ReadonlySet<number> {
    this.#settle();
    const slots = new IntList();
    this.#table.collect(allGroups, slots);
    const ids = new Set<number>();
    const [column] = this.#table.keyColumns(slots.values, slots.count);
    for (let j = 0; j < slots.count; j++) ids.add(Number(readValue(column!, j)));
    return ids;
  }

  clear(): void {
    this.#ids.clear();
    this.#rows = 0;
    if (this.#table.size > 0) this.#table = new KeyedTable(layout);
  }

  #settle(): void {
    const { values, count } = this.#ids;
    if (count === 0) return;
    const ids = { type: types.int, encoding: "i32", length: count, nulls: null, values } as const;
    const starts = { type: types.double, encoding: "f64", length: count, nulls: null, values: this.#starts.values } as const;
    this.#keys.pack([ids, starts], count);
    this.#table.lookupOrInsert(this.#keys, null, count);
    this.#ids.clear();
  }
}
