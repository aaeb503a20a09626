import { batchFromRows, rowsOf } from "../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { keyGroupOf, type GroupRange, type SnapshotSource, type StateChanges, type StateSchema } from "../../engine/contract/state.js";

/** State tables in plain rows, obviously right: what a store's restore is compared with. */
export class StateModel implements SnapshotSource {
  /** By table, then by the key's text. */
  readonly tables = new Map<string, Map<string, readonly Value[]>>();

  /** @param upserts key: two columns, the second a pane's start or a window; then values, then the hash */
  constructor(private readonly upserts: Schema = upsertSchema) {}

  apply(changes: StateChanges): void {
    const name = `${changes.operatorId}/${changes.storeName}`;
    const table = this.tables.get(name) ?? new Map<string, readonly Value[]>();
    this.tables.set(name, table);
    for (const pane of changes.droppedPanes) {
      for (const [key, row] of table) if (paneOf(row) === BigInt(pane)) table.delete(key);
    }
    if (changes.deletes !== null) for (const row of rowsOf(changes.deletes)) table.delete(keyText(row));
    if (changes.upserts !== null) for (const row of rowsOf(changes.upserts)) table.set(keyText(row), row);
  }

  copy(): StateModel {
    const copy = new StateModel(this.upserts);
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

  get stateRows(): number {
    return [...this.tables.values()].reduce((sum, table) => sum + table.size, 0);
  }

  /** As operators give them: a chunk a table, in the order of the groups. */
  *snapshot({ from, to }: GroupRange): Generator<StateChanges> {
    for (const [name, table] of this.tables) {
      const [operatorId = "", storeName = ""] = name.split("/");
      const rows = byHash([...table.values()].filter((row) => keyGroupOf(hashIn(row)) >= from && keyGroupOf(hashIn(row)) < to));
      if (rows.length === 0) continue;
      yield { operatorId, storeName, droppedPanes: [], deletes: null, upserts: batchFromRows(this.upserts, rows) };
    }
  }
}

/** Key: a word and the pane's start; value: a count, a sum and a note. */
const key = [field("word", types.string), field("pane", types.timestamp)];
const value = [field("n", types.long), field("total", types.double), field("note", types.string)];
const hash = field("group", types.int, false);
export const deleteSchema: Schema = types.struct([...key, hash]);
export const upsertSchema: Schema = types.struct([...key, ...value, hash]);

export const schemaOf = (operatorId: string, storeName = "default"): StateSchema => ({
  operatorId,
  operatorName: "stateStoreSave",
  storeName,
  key: types.struct(key),
  value: types.struct(value),
  layout: "panes",
});

/** Stands for the engine's hash of keys: some function of the key. */
export function hashOfKey([word, pane]: readonly Value[]): number {
  let hashed = 17;
  for (const character of keyText([word ?? null, pane ?? null])) hashed = Math.imul(hashed ^ character.codePointAt(0)!, 0x9e3779b1 | 0);
  return hashed;
}

/** Rows, which end in their hash, in the order that chunks have. */
export function byHash<T extends readonly Value[]>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => (hashIn(a) >>> 0) - (hashIn(b) >>> 0));
}

export function hashIn(row: readonly Value[]): number {
  return Number(row.at(-1));
}

function paneOf([, pane]: readonly Value[]): Value {
  return Array.isArray(pane) ? pane[0]! : pane!;
}

function keyText([word, pane]: readonly Value[]): string {
  return rowText([word ?? null, pane ?? null]);
}

/** Exact: tells -0 from 0, NaN from null, bigint from number. */
function rowText(row: readonly Value[]): string {
  return JSON.stringify(row, (_key, cell: unknown) => {
    if (typeof cell === "bigint") return `${cell}n`;
    return typeof cell === "number" && (Object.is(cell, -0) || !Number.isFinite(cell))
      ? { number: Object.is(cell, -0) ? "-0" : String(cell) }
      : cell;
  });
}
