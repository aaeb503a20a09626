import { columnFromValues, plainColumn, readValue } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { compareValues } from "../../values/compare.js";
import type { ColumnAccumulator, GroupedRows } from "./aggregateFunction.js";
import { passes } from "./filter.js";

interface Held {
  readonly value: Value;
  readonly order: Value;
}

/** The values (null or not) of the `k` rows with the smallest or largest orders, the outermost first; equal ones as they stand in the heap, which is kept as Spark keeps it. Rows without an order do not count; without any, null. */
export class TopByAccumulator implements ColumnAccumulator {
  readonly kind = "column";
  readonly stateFields: readonly Field[];
  readonly #type: DataType;
  readonly #orderType: DataType;
  readonly #sign: 1 | -1;
  readonly #k: number;
  readonly #held = new Map<number, Held[]>();
  #count = 0;

  constructor(type: DataType, orderType: DataType, which: "min" | "max", k: number) {
    this.#type = type;
    this.#orderType = orderType;
    this.#sign = which === "min" ? 1 : -1;
    this.#k = k;
    this.stateFields = [field("values", types.array(type), false), field("orders", types.array(orderType), false)];
  }

  reserve(): void {}

  clear(slots: Int32Array, count: number): void {
    for (let j = 0; j < count; j++) {
      this.#count -= this.#held.get(slots[j]!)?.length ?? 0;
      this.#held.delete(slots[j]!);
    }
  }

  update({ slots, rows, count }: GroupedRows, [values, orders]: readonly Column[], filter: Column | null): void {
    const [value, order] = [plainColumn(values!), plainColumn(orders!)];
    const passing = passes(filter);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      if (!passing(row)) continue;
      const place = readValue(order, row);
      if (place !== null) this.#add(slots[j]!, readValue(value, row), place);
    }
  }

  merge({ slots, rows, count }: GroupedRows, [values, orders]: readonly Column[]): void {
    const [value, order] = [plainColumn(values!), plainColumn(orders!)];
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      const saved = readValue(value, row) as readonly Value[];
      (readValue(order, row) as readonly Value[]).forEach((place, i) => this.#add(slots[j]!, saved[i]!, place));
    }
  }

  save(slots: Int32Array, count: number): Column[] {
    return [
      columnFromValues(
        types.array(this.#type),
        this.#ofSlots(slots, count, ({ value }) => value),
      ),
      columnFromValues(
        types.array(this.#orderType),
        this.#ofSlots(slots, count, ({ order }) => order),
      ),
    ];
  }

  finish(slots: Int32Array, count: number): Column {
    const lists = Array.from({ length: count }, (_, j) =>
      (this.#held.get(slots[j]!) ?? [])
        .toSorted((a, b) => compareValues(a.order, b.order, this.#orderType) * this.#sign)
        .map(({ value }) => value),
    );
    return columnFromValues(
      types.array(this.#type),
      lists.map((list) => (list.length === 0 ? null : list)),
    );
  }

  get memoryBytes(): number {
    return this.#count * bytesHeld;
  }

  #ofSlots(slots: Int32Array, count: number, part: (held: Held) => Value): Value[][] {
    return Array.from({ length: count }, (_, j) => (this.#held.get(slots[j]!) ?? []).map(part));
  }

  /** Onto the heap, whose first row is the one to go; a full one takes only what is better than that. */
  #add(slot: number, value: Value, order: Value): void {
    let held = this.#held.get(slot);
    if (held === undefined) this.#held.set(slot, (held = []));
    if (held.length < this.#k) {
      held.push({ value, order });
      this.#count++;
      this.#rise(held);
    } else if (this.#isWorse(held[0]!.order, order)) {
      held[0] = { value, order };
      this.#sink(held);
    }
  }

  #rise(held: Held[]): void {
    for (let at = held.length - 1; at > 0;) {
      const above = (at - 1) >> 1;
      if (!this.#isWorse(held[at]!.order, held[above]!.order)) return;
      swap(held, at, above);
      at = above;
    }
  }

  #sink(held: Held[]): void {
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= held.length) return;
      const below = right < held.length && this.#isWorse(held[right]!.order, held[left]!.order) ? right : left;
      if (!this.#isWorse(held[below]!.order, held[at]!.order)) return;
      swap(held, at, below);
      at = below;
    }
  }

  #isWorse(a: Value, b: Value): boolean {
    return compareValues(a, b, this.#orderType) * this.#sign > 0;
  }
}

function swap(held: Held[], a: number, b: number): void {
  [held[a], held[b]] = [held[b]!, held[a]!];
}

/** About what an object with two values takes. */
const bytesHeld = 100;
