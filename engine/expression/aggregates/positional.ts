import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { AggregateCall } from "../expression.js";
import type { AggregateFunction, ColumnAccumulator, GroupedRows } from "./aggregateFunction.js";
import { passes } from "./filter.js";
import { gatherU8 } from "../../state/gather.js";
import { anything, booleanInput } from "./inputs.js";
import { IntList } from "../../state/intList.js";
import { SeenLane } from "../../state/lane.js";
import { SlotColumns } from "../../state/slotColumns.js";
import { isNullAt } from "../../arrow/columns.js";

/** The first or last value of a group in arrival order, null or not; with `ignoreNulls` the first or last that is present. */
class PositionalAccumulator implements ColumnAccumulator {
  readonly kind = "column";
  readonly stateFields: readonly Field[];
  readonly #which: "first" | "last";
  readonly #ignoreNulls: boolean;
  readonly #value: SlotColumns;
  readonly #set = new SeenLane();

  constructor(type: DataType, which: "first" | "last", ignoreNulls: boolean) {
    this.#which = which;
    this.#ignoreNulls = ignoreNulls;
    this.#value = new SlotColumns([type]);
    this.stateFields = [field(which, type), field("valueSet", types.boolean, false)];
  }

  reserve(capacity: number): void {
    this.#value.reserve(capacity);
    this.#set.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#value.clear(slots, count);
    this.#set.clear(slots, count);
  }

  update(rows: GroupedRows, [values]: readonly Column[], filter: Column | null): void {
    this.#fold(rows, values!, passes(filter));
  }

  merge(rows: GroupedRows, [values, set]: readonly Column[]): void {
    this.#fold(rows, values!, passes(set!));
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.finish(slots, count), gatherU8(types.boolean, this.#set.values, slots, count, null)];
  }

  finish(slots: Int32Array, count: number): Column {
    return this.#value.gather(slots, count)[0]!;
  }

  get memoryBytes(): number {
    return this.#value.bytes + this.#set.bytes;
  }

  #fold({ slots, rows, count }: GroupedRows, values: Column, passing: (row: number) => boolean): void {
    const set = this.#set.values;
    const writtenSlots = new IntList();
    const writtenRows = new IntList();
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      const row = rows === null ? j : rows[j]!;
      if ((this.#which === "first" && set[slot] !== 0) || !passing(row)) continue;
      if (this.#ignoreNulls && isNullAt(values, row)) continue;
      set[slot] = 1;
      writtenSlots.push(slot);
      writtenRows.push(row);
    }
    this.#value.write([values], writtenSlots.values, writtenRows.values, writtenSlots.count);
  }
}

function positional(name: string, which: "first" | "last", aliases: readonly string[], doc: string): AggregateFunction {
  return {
    name,
    aliases,
    doc,
    minArgs: 1,
    maxArgs: 2,
    inputs: [anything, booleanInput],
    constantArgs: [1],
    orderDependent: true,
    resultType: ([type]) => type!,
    nullable: () => true,
    accumulator: ({ type, args }: AggregateCall) => {
      const ignoreNulls = args[1] ?? null;
      assert(ignoreNulls === null || ignoreNulls.kind === "literal", `whether ${name} ignores nulls is a constant`);
      return new PositionalAccumulator(type, which, ignoreNulls?.value === true);
    },
  };
}

export const first = positional(
  "first",
  "first",
  ["first_value"],
  "The first value in arrival order; with true as second argument the first that is present.",
);
export const last = positional(
  "last",
  "last",
  ["last_value"],
  "The last value in arrival order; with true as second argument the last that is present.",
);
export const anyValue = positional("any_value", "first", [], "Some value of the group; with true as second argument one that is present.");
