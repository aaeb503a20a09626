import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type Schema } from "../../arrow/types.js";
import { passes } from "../../expression/aggregates/filter.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { PackedKeys } from "../../state/packedKeys.js";
import type { BoundAggregate } from "./aggregateSpec.js";
import { AggregateValues } from "./aggregateValues.js";

/** Rows, and of each the number of its group. */
export interface FoldedRows {
  readonly columns: readonly Column[];
  readonly groups: Int32Array;
  /** Which of the rows count. */
  readonly rows: Int32Array;
  readonly groupCount: number;
}

/** Aggregates of rows that are all there: no running values, each time anew. */
export class RowFold {
  readonly #schema: Schema;
  /** Calls over distinct values as calls over the rows that a column behind the input marks. */
  readonly #bound: readonly BoundAggregate[];
  readonly #distinct: readonly BoundAggregate[];

  constructor(aggregates: readonly BoundAggregate[], schema: Schema) {
    this.#schema = schema;
    this.#distinct = aggregates.filter(({ call }) => call.distinct);
    const markOf = (aggregate: BoundAggregate): number => schema.fields.length + this.#distinct.indexOf(aggregate);
    this.#bound = aggregates.map((aggregate) =>
      aggregate.call.distinct ? { ...aggregate, call: { ...aggregate.call, distinct: false }, filter: markOf(aggregate) } : aggregate,
    );
  }

  /** A column an aggregate, a value a group. */
  results(folded: FoldedRows): Column[] {
    const { rows, groups, groupCount } = folded;
    const values = new AggregateValues(this.#bound);
    const all = Int32Array.from({ length: groupCount }, (_, group) => group);
    values.prepare(groupCount, all, groupCount);
    values.update({ slots: Int32Array.from(rows, (row) => groups[row]!), rows, count: rows.length }, this.#withMarks(folded));
    return values.finish(all, groupCount);
  }

  #withMarks(folded: FoldedRows): Batch {
    const marks = this.#distinct.map((aggregate) => markFirst(aggregate, folded));
    const fields = marks.map((_, i) => field(`first${i}`, types.boolean, false));
    return batchOf(types.struct([...this.#schema.fields, ...fields]), [...folded.columns, ...marks], folded.groups.length);
  }
}

/** Marks the first of the rows of a group whose arguments are equal, of those that a FILTER lets pass. */
function markFirst({ call, args, filter }: BoundAggregate, { columns, groups, rows }: FoldedRows): Column {
  const { length } = groups;
  const layout = layoutOf([types.int, ...call.args.map(typeOf)]);
  const keys = new PackedKeys(layout);
  const groupColumn: Column = { type: types.int, encoding: "i32", length, nulls: null, values: groups };
  keys.pack([groupColumn, ...args.map((place) => columns[place]!)], length);
  const passing = rows.filter(passes(filter === null ? null : columns[filter]!));
  const table = new KeyedTable(layout);
  table.lookupOrInsert(keys, passing, passing.length);
  const values = new Uint8Array(length);
  for (let j = 0; j < table.insertedRows.count; j++) values[table.insertedRows.values[j]!] = 1;
  return { type: types.boolean, encoding: "u8", length, nulls: null, values };
}
