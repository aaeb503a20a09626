import { batchFromRows, rowsOf } from "../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { StateChanges, StateSchema } from "../../engine/contract/state.js";

/** A state table in plain rows, obviously right: what a store's restore is compared with. */
export class StateModel {
  /** By table and partition, then by the key's text. */
  readonly tables = new Map<string, Map<string, readonly Value[]>>();

  apply(changes: StateChanges): void {
    const name = `${changes.operatorId}/${changes.storeName}/${changes.partition}`;
    const table = this.tables.get(name) ?? new Map<string, readonly Value[]>();
    this.tables.set(name, table);
    for (const pane of changes.droppedPanes) {
      for (const [key, row] of table) if (row[1] === BigInt(pane)) table.delete(key);
    }
    if (changes.deletes !== null) for (const row of rowsOf(changes.deletes)) table.delete(keyText(row));
    if (changes.upserts !== null) for (const row of rowsOf(changes.upserts)) table.set(keyText(row), row);
  }

  copy(): StateModel {
    const copy = new StateModel();
    for (const [name, table] of this.tables) copy.tables.set(name, new Map(table));
    return copy;
  }

  /** Comparable; tables without rows do not count. */
  toPlain(): Record<string, Record<string, string>> {
    return Object.fromEntries(
      [...this.tables]
        .filter(([, table]) => table.size > 0)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, table]) => [
          name,
          Object.fromEntries([...table].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, row]) => [key, rowText(row)])),
        ]),
    );
  }

  /** All of it, as a snapshot of the operators would be. */
  snapshot(): StateChanges[] {
    return [...this.tables].map(([name, table]) => {
      const [operatorId = "", storeName = "", partition = ""] = name.split("/");
      return {
        operatorId,
        storeName,
        partition: Number(partition),
        droppedPanes: [],
        deletes: null,
        upserts: batchFromRows(upsertSchema, [...table.values()]),
      };
    });
  }
}

/** Key: a word and the pane's start; value: a count, a sum and a note. */
export const keySchema: Schema = types.struct([field("word", types.string), field("pane", types.timestamp)]);
const valueSchema: Schema = types.struct([field("n", types.long), field("total", types.double), field("note", types.string)]);
export const upsertSchema: Schema = types.struct([...keySchema.fields, ...valueSchema.fields, field("group", types.int, false)]);

export const schemaOf = (operatorId: string, storeName = "default"): StateSchema => ({
  operatorId,
  operatorName: "stateStoreSave",
  storeName,
  key: keySchema,
  value: valueSchema,
  layout: "panes",
});

function keyText([word, pane]: readonly Value[]): string {
  return rowText([word ?? null, pane ?? null]);
}

/** Exact: tells -0 from 0, NaN from null, bigint from number. */
function rowText(row: readonly Value[]): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    return typeof value === "number" && (Object.is(value, -0) || !Number.isFinite(value))
      ? { number: Object.is(value, -0) ? "-0" : String(value) }
      : value;
  });
}
