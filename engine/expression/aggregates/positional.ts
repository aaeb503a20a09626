import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { AggregateCall } from "../expression.js";
import type { AggregateFunction, ColumnAccumulator, GroupedRows } from "./aggregateFunction.js";
import { Cells, CellSource } from "../../state/cells.js";
import { passes } from "./filter.js";
import { gatherU8 } from "../../state/gather.js";
import { anything, booleanInput } from "./inputs.js";
import { SeenLane } from "../../state/lane.js";

/** The first or last value of a group in arrival order, null or not; with `ignoreNulls` the first or last that is present. */
class PositionalAccumulator implements ColumnAccumulator {
  readonly kind = "column";
  readonly stateFields: readonly Field[];
  readonly #which: "first" | "last";
  readonly #ignoreNulls: boolean;
  readonly #value: Cells;
  readonly #set = new SeenLane();

  constructor(type: DataType, which: "first" | "last", ignoreNulls: boolean) {
    this.#which = which;
    this.#ignoreNulls = ignoreNulls;
    this.#value = new Cells(type);
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
    return this.#value.column(slots, count);
  }

  get memoryBytes(): number {
    return this.#value.bytes + this.#set.bytes;
  }

  #fold({ slots, rows, count }: GroupedRows, values: Column, passing: (row: number) => boolean): void {
    const source = new CellSource(values);
    const set = this.#set.values;
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      const row = rows === null ? j : rows[j]!;
      if ((this.#which === "first" && set[slot] !== 0) || !passing(row)) continue;
      const isNull = source.isNull(row);
      if (isNull && this.#ignoreNulls) continue;
      set[slot] = 1;
      if (isNull) {
        this.#value.remove(slot);
        continue;
      }
      source.load(row);
      this.#value.set(slot, source.data, source.start, source.length);
    }
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
