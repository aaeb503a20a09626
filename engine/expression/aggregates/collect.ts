import { plainColumn } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type ArrayType, type DataType, type Field } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { AggregateCall } from "../expression.js";
import type { AggregateFunction, ColumnAccumulator, GroupedRows } from "./aggregateFunction.js";
import { CellLists } from "../../state/cellLists.js";
import { CellSource } from "../../state/cells.js";
import { passes } from "./filter.js";
import { anything, distinguishable, distinguishableArray } from "./inputs.js";

/** The values that are present, in arrival order; as a set each of them once; as a union those in lists. */
class CollectAccumulator implements ColumnAccumulator {
  readonly kind = "column";
  readonly stateFields: readonly Field[];
  readonly #lists: CellLists;

  readonly #ofLists: boolean;

  constructor(element: DataType, distinct: boolean, ofLists = false) {
    this.#ofLists = ofLists;
    this.#lists = new CellLists(element, distinct);
    this.stateFields = [field("values", types.array(element, false), false)];
  }

  reserve(capacity: number): void {
    this.#lists.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#lists.clear(slots, count);
  }

  update(grouped: GroupedRows, [values]: readonly Column[], filter: Column | null): void {
    const { slots, rows, count } = grouped;
    if (this.#ofLists) return this.#addLists(grouped, values!, filter);
    const source = new CellSource(values!);
    const passing = passes(filter);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      if (source.isNull(row) || !passing(row)) continue;
      source.load(row);
      this.#lists.add(slots[j]!, source);
    }
  }

  merge(grouped: GroupedRows, [lists]: readonly Column[]): void {
    this.#addLists(grouped, lists!, null);
  }

  #addLists({ slots, rows, count }: GroupedRows, lists: Column, filter: Column | null): void {
    const plain = plainColumn(lists);
    assert(plain.encoding === "list", `collected values of encoding ${plain.encoding}`);
    const source = new CellSource(plain.element);
    const passing = passes(filter);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      if (plain.nulls?.[row] === 1 || !passing(row)) continue;
      for (let element = plain.offsets[row]!; element < plain.offsets[row + 1]!; element++) {
        if (source.isNull(element)) continue;
        source.load(element);
        this.#lists.add(slots[j]!, source);
      }
    }
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.finish(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    return this.#lists.column(slots, count);
  }

  get memoryBytes(): number {
    return this.#lists.bytes;
  }
}

function collect(name: string, aliases: readonly string[], doc: string, distinct: boolean): AggregateFunction {
  return {
    name,
    aliases,
    doc,
    minArgs: 1,
    maxArgs: 1,
    inputs: [distinct ? distinguishable : anything],
    constantArgs: [],
    orderDependent: true,
    resultType: ([type]) => types.array(type!, false),
    nullable: () => false,
    accumulator: ({ type }: AggregateCall) => {
      assert(type.kind === "array", `${name} gives an array`);
      return new CollectAccumulator(type.element, distinct);
    },
  };
}

export const collectList = collect("collect_list", ["array_agg"], "The values that are present, in arrival order.", false);
export const collectSet = collect(
  "collect_set",
  [],
  "The distinct values that are present, in the order in which they first arrived.",
  true,
);

/** Arrays whose elements can be told apart; nulls in them do not count. */
export const collectUnion: AggregateFunction = {
  ...collectSet,
  name: "collect_union",
  doc: "The distinct elements of the arrays that are present, in the order in which they first arrived.",
  inputs: [distinguishableArray],
  resultType: ([type]) => types.array((type as ArrayType).element, false),
  accumulator: ({ type }: AggregateCall) => {
    assert(type.kind === "array", "collect_union gives an array");
    return new CollectAccumulator(type.element, true, true);
  },
};
