import type { Column } from "../../arrow/column.js";
import { plainColumn, readValue } from "../../arrow/columns.js";
import { field, type DataType, type Field } from "../../arrow/types.js";
import type { ColumnAccumulator, GroupedRows } from "./aggregateFunction.js";
import { Cells, CellSource, compareBytes } from "../../state/cells.js";
import { compareValues } from "../../values/compare.js";
import { passes } from "./filter.js";

/** Smallest or largest string, binary, decimal or nested value. */
export class CellExtremumAccumulator implements ColumnAccumulator {
  readonly kind = "column";
  readonly stateFields: readonly Field[];
  readonly #type: DataType;
  readonly #sign: 1 | -1;
  readonly #best: Cells;

  constructor(type: DataType, which: "min" | "max") {
    this.#type = type;
    this.#sign = which === "min" ? 1 : -1;
    this.#best = new Cells(type);
    this.stateFields = [field(which, type)];
  }

  reserve(capacity: number): void {
    this.#best.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#best.clear(slots, count);
  }

  update({ slots, rows, count }: GroupedRows, args: readonly Column[], filter: Column | null): void {
    const plain = plainColumn(args[0]!);
    const source = new CellSource(plain);
    const bytewise = this.#type.kind === "string" || this.#type.kind === "binary";
    const passing = passes(filter);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      if (source.isNull(row) || !passing(row)) continue;
      source.load(row);
      const slot = slots[j]!;
      const held = this.#best.lengthOf(slot);
      if (held >= 0) {
        const order = bytewise
          ? compareBytes(source.data, source.start, source.length, this.#best.data, this.#best.startOf(slot), held)
          : compareValues(readValue(plain, row), this.#best.value(slot), this.#type);
        if (order * this.#sign >= 0) continue;
      }
      this.#best.set(slot, source.data, source.start, source.length);
    }
  }

  merge(rows: GroupedRows, state: readonly Column[]): void {
    this.update(rows, state, null);
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.finish(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    return this.#best.column(slots, count);
  }

  get memoryBytes(): number {
    return this.#best.bytes;
  }
}
