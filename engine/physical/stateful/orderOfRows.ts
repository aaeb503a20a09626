import { types } from "../../arrow/types.js";
import { Cells, compareBytes } from "../../state/cells.js";
import type { OrderBytes } from "../../state/orderBytes.js";

/** What rows are ordered by, as bytes that compare as the values do. */
export class OrderOfRows {
  readonly #cells = new Cells(types.binary);

  reserve(limit: number): void {
    this.#cells.reserve(limit);
  }

  /** The row has what is written at a place. */
  set(row: number, { data, starts }: OrderBytes, place: number): void {
    this.#cells.set(row, data, starts[place]!, starts[place + 1]! - starts[place]!);
  }

  remove(row: number): void {
    this.#cells.remove(row);
  }

  compare(a: number, b: number): number {
    const cells = this.#cells;
    return compareBytes(cells.data, cells.startOf(a), cells.lengthOf(a), cells.data, cells.startOf(b), cells.lengthOf(b));
  }

  /** What is written at a place with a row. */
  compareWritten({ data, starts }: OrderBytes, place: number, row: number): number {
    const cells = this.#cells;
    const start = starts[place]!;
    return compareBytes(data, start, starts[place + 1]! - start, cells.data, cells.startOf(row), cells.lengthOf(row));
  }

  get bytes(): number {
    return this.#cells.bytes;
  }
}
