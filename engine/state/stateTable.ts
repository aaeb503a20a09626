import { batchOf, type Batch } from "../arrow/batch.js";
import { buffers } from "../arrow/buffers.js";
import type { Column } from "../arrow/column.js";
import { plainColumn, readValue, type PlainColumn } from "../arrow/columns.js";
import { types, type DataType, type Schema } from "../arrow/types.js";
import { allGroups, keyGroupOf, type StateChanges, type StateSchema } from "../contract/state.js";
import { assert } from "../errors/assert.js";
import { StreamingError } from "../errors/streamingError.js";
import { compareValues } from "../values/compare.js";
import { IntList } from "./intList.js";
import { KeyedTable } from "./keyedTable.js";
import { layoutOf } from "./keyLayout.js";
import { PackedKeys } from "./packedKeys.js";
import { partitionRanges } from "./keyGroups.js";
import { SlotColumns } from "./slotColumns.js";

/** Rows of a batch that is given. */
const batchRows = 8192;

/** Rows of a state table: the key as a struct, the value as a struct, and the number of the state partition. */
export function rowSchema({ key, value }: Pick<StateSchema, "key" | "value">): Schema {
  return types.struct([
    { name: "key", type: key, nullable: true },
    { name: "value", type: value, nullable: true },
    { name: "partition_id", type: types.int, nullable: true },
  ]);
}

/**
 * One table of an operator's state, put together from the chunks that its files hold, whatever the operator: by name (the key; of a session its start and the other
 * keys), with the panes that chunks drop.
 *
 * Invariant: behind `apply` of the chunks up to version N it holds what the operator held behind batch N − 1.
 */
export class StateTable {
  readonly #schema: StateSchema;
  readonly #names: PackedKeys;
  readonly #table: KeyedTable;
  /** Key columns, value columns and the hash, as upserts have them. */
  readonly #rows: SlotColumns;
  readonly #partitionOfGroup: Uint8Array;
  /** The key column of which only the start belongs to the name. */
  readonly #session: number | null;

  /** @param partitions how many state partitions the query has */
  constructor(schema: StateSchema, partitions: number) {
    const { key, value, layout } = schema;
    this.#schema = schema;
    this.#session = layout === "sessions" ? paneOf(schema) : null;
    const names = layoutOf(key.fields.map(({ type }, i) => (i === this.#session ? startType(type) : type)));
    this.#names = new PackedKeys(names);
    this.#table = new KeyedTable(names);
    this.#rows = new SlotColumns([...key.fields.map(({ type }) => type), ...value.fields.map(({ type }) => type), types.int]);
    this.#partitionOfGroup = new Uint8Array(allGroups.to);
    for (const [p, { from, to }] of partitionRanges(partitions).entries()) this.#partitionOfGroup.fill(p, from, to);
  }

  /** Applies a chunk of the table; gives the rows that it took away, and those whose key is another now, as they were, where they are asked for. */
  apply({ droppedPanes, deletes, upserts }: StateChanges, wantsDeleted: boolean): Batch[] {
    const gone = new IntList();
    if (droppedPanes.length > 0) this.#collectPanes(new Set(droppedPanes), gone);
    if (deletes !== null) this.#collectNames(deletes, gone);
    const deleted = wantsDeleted ? [...this.#batches(gone), ...this.#batches(this.#moved(upserts))] : [];
    this.#rows.clear(gone.values, gone.count);
    this.#table.remove(gone.values, gone.count);
    if (upserts !== null) this.#put(upserts);
    return deleted;
  }

  /** All rows, by the hash of their names. */
  rows(): Batch[] {
    const slots = this.#all();
    const { hashes } = this.#table;
    slots.view().sort((a, b) => (hashes[a]! >>> 0) - (hashes[b]! >>> 0) || this.#table.compareKeys(a, b));
    return this.#batches(slots);
  }

  /** The rows that a chunk puts into the table, in the form of `rows`. */
  rowsOf({ upserts }: StateChanges): Batch | null {
    return upserts === null || upserts.length === 0 ? null : this.#batch(upserts.columns, upserts.length);
  }

  #all(): IntList {
    const slots = new IntList();
    this.#table.collect(allGroups, slots);
    return slots;
  }

  #pack({ columns, length }: Batch): void {
    const keys = columns.slice(0, this.#schema.key.fields.length);
    this.#names.pack(
      keys.map((key, i) => (i === this.#session ? startsOf(key) : key)),
      length,
    );
  }

  #put(upserts: Batch): void {
    this.#pack(upserts);
    const slots = this.#table.lookupOrInsert(this.#names, null, upserts.length);
    this.#rows.reserve(this.#table.slotLimit);
    this.#rows.write(upserts.columns, slots, null, upserts.length);
  }

  #collectNames(deletes: Batch, into: IntList): void {
    this.#pack(deletes);
    const slots = this.#table.find(this.#names, null, deletes.length);
    for (let j = 0; j < deletes.length; j++) if (slots[j]! >= 0) into.push(slots[j]!);
  }

  /** The sessions that a chunk gives another end. */
  #moved(upserts: Batch | null): IntList {
    const moved = new IntList();
    if (this.#session === null || upserts === null) return moved;
    this.#pack(upserts);
    const slots = this.#table.find(this.#names, null, upserts.length).slice(0, upserts.length);
    const windows = upserts.columns[this.#session]!;
    for (let j = 0; j < upserts.length; j++) {
      if (slots[j]! < 0) continue;
      const before = this.#rows.gather(slots.subarray(j, j + 1), 1, [this.#session])[0]!;
      if (compareValues(readValue(before, 0), readValue(windows, j), windows.type) !== 0) moved.push(slots[j]!);
    }
    return moved;
  }

  #collectPanes(starts: ReadonlySet<number>, into: IntList): void {
    const slots = this.#all();
    if (slots.count === 0) return;
    const column = startsOf(this.#rows.gather(slots.view(), slots.count, [paneOf(this.#schema)])[0]!);
    assert(column.encoding === "f64" || column.encoding === "i64", `starts of panes of encoding ${column.encoding}`);
    for (let j = 0; j < slots.count; j++) if (starts.has(Number(column.values[j]))) into.push(slots.values[j]!);
  }

  #batches(slots: IntList): Batch[] {
    const batches: Batch[] = [];
    for (let from = 0; from < slots.count; from += batchRows) {
      const some = slots.view().subarray(from, from + batchRows);
      batches.push(this.#batch(this.#rows.gather(some, some.length), some.length));
    }
    return batches;
  }

  /** @param columns as upserts have them */
  #batch(columns: readonly Column[], length: number): Batch {
    const { key, value } = this.#schema;
    const keyCount = key.fields.length;
    const hashes = plainColumn(columns.at(-1)!);
    assert(hashes.encoding === "i32", "rows of state end in their key's hash");
    const partitions = buffers.int32(length);
    for (let j = 0; j < length; j++) partitions[j] = this.#partitionOfGroup[keyGroupOf(hashes.values[j]!)]!;
    return batchOf(
      rowSchema(this.#schema),
      [
        { type: key, encoding: "struct", length, nulls: null, children: columns.slice(0, keyCount) },
        { type: value, encoding: "struct", length, nulls: null, children: columns.slice(keyCount, -1) },
        { type: types.int, encoding: "i32", length, nulls: null, values: partitions },
      ],
      length,
    );
  }
}

/**
 * The key column that says in which pane a row lies. Checkpoints of earlier versions do not say which it is: there it is the one window among the keys, or the one time.
 *
 * @throws CHECKPOINT_STATE_UNREADABLE where it could be several
 */
function paneOf({ operatorId, key, pane }: StateSchema): number {
  if (pane !== undefined) return pane;
  const places = (isPane: (type: DataType) => boolean): number[] => key.fields.flatMap(({ type }, i) => (isPane(type) ? [i] : []));
  const windows = places((type) => type.kind === "struct" && type.fields[0]?.name === "start" && isTime(type.fields[0].type));
  const found = windows.length > 0 ? windows : places(isTime);
  if (found.length === 1) return found[0]!;
  throw new StreamingError("CHECKPOINT_STATE_UNREADABLE", {
    operatorId,
    reason: "an earlier version wrote it, which did not say by which of its keys windows are forgotten",
  });
}

function isTime({ kind }: DataType): boolean {
  return kind === "timestamp" || kind === "timestamp_ntz";
}

/** The starts of windows; times as they are. */
function startsOf(column: Column): PlainColumn {
  const plain = plainColumn(column);
  return plain.encoding === "struct" ? plainColumn(plain.children[0]!) : plain;
}

function startType(type: DataType): DataType {
  return type.kind === "struct" ? type.fields[0]!.type : type;
}
