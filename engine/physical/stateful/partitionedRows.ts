import { batchOf } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { concatBatches, takeColumn } from "../../arrow/columns.js";
import type { Schema } from "../../arrow/types.js";
import { IntList } from "../../state/intList.js";

/** Rows that are kept, in several state partitions: entry j is the row at `places[j]` of partition `partitions[j]`. */
export interface PartitionedRows {
  readonly partitions: IntList;
  readonly places: IntList;
}

/** The columns of rows of one partition. */
export type GatherRows = (partition: number, places: Int32Array, count: number) => Column[];

/**
 * The columns of kept rows in the order of the list. Rows of one partition are copied once; rows of several are gathered partition by partition and then put
 * into their order.
 */
export function gatherRows({ partitions, places }: PartitionedRows, schema: Schema, gather: GatherRows): readonly Column[] {
  const { count } = places;
  if (schema.fields.length === 0) return [];
  const parts = new Map<number, IntList>();
  let list: IntList | undefined;
  let current = -1;
  for (let j = 0; j < count; j++) {
    const partition = partitions.values[j]!;
    if (partition !== current || list === undefined) {
      list = parts.get(partition);
      if (list === undefined) parts.set(partition, (list = new IntList()));
      current = partition;
    }
    list.push(j);
  }
  if (parts.size <= 1) return gather(current, places.values, count);
  const order = new Int32Array(count);
  const batches = [];
  let done = 0;
  for (const [partition, entries] of parts) {
    const some = new Int32Array(entries.count);
    for (let e = 0; e < entries.count; e++) {
      some[e] = places.values[entries.values[e]!]!;
      order[entries.values[e]!] = done + e;
    }
    batches.push(batchOf(schema, gather(partition, some, some.length), some.length));
    done += entries.count;
  }
  const all = concatBatches(schema, batches);
  return all.columns.map((column) => takeColumn(column, order, count));
}
