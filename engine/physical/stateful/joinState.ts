import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { plainColumn } from "../../arrow/columns.js";
import { field, types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyRouter, type RoutedRows } from "../../state/keyRouter.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { StatePartitions } from "../../state/statePartitions.js";
import { watermarkedTimes } from "./eventTimes.js";
import { JoinPartition, type SavedRows } from "./joinPartition.js";
import { RowsByNumber } from "./rowsByNumber.js";
import { isOuter, type SideIndex, type StreamJoinSpec } from "./streamJoinSpec.js";

/** The tables of the state, by side. */
const storeNames = ["left", "right"] as const;
const sides: readonly SideIndex[] = [0, 1];

interface SideSchemas {
  readonly key: Schema;
  readonly value: Schema;
  readonly upserts: Schema;
  readonly deletes: Schema;
}

/**
 * What a join of two streams keeps: the rows of both sides by key, in state partitions by key group. A row's name in the files is its key and its number in the order
 * of arrival.
 */
export class JoinState {
  readonly schemas: readonly StateSchema[];
  /** Where the rows of the last look-up belong: the partition, and the slot of the key there. By row of the batch. */
  slotOfRow = new Int32Array(0);
  partitionOfRow = new Uint8Array(0);
  readonly #spec: StreamJoinSpec;
  readonly #chunks: ChunkSizes;
  readonly #keys: PackedKeys;
  readonly #router: KeyRouter;
  readonly #partitions: StatePartitions<JoinPartition>;
  readonly #schemas: readonly [SideSchemas, SideSchemas];
  #routed: readonly RoutedRows[] = [];
  #numberOfRow = new Float64Array(0);
  /** The number of the next row of each side. */
  readonly #next: [number, number] = [0, 0];
  /** Rows by their numbers, while state is restored. */
  #restored: [RowsByNumber, RowsByNumber] | null = null;

  constructor(spec: StreamJoinSpec, chunks: ChunkSizes) {
    this.#spec = spec;
    this.#chunks = chunks;
    const layout = layoutOf(spec.keyAttributes.map(({ type }) => type));
    const sorter = new HashSorter();
    this.#keys = new PackedKeys(layout);
    this.#router = new KeyRouter(spec.partitions);
    this.#partitions = new StatePartitions(spec.partitions, (groups) => new JoinPartition(spec, layout, groups, sorter));
    this.#schemas = [schemasOf(spec, 0), schemasOf(spec, 1)];
    this.schemas = sides.map((side) => ({
      operatorId: spec.operatorId,
      operatorName: "symmetricHashJoin",
      storeName: storeNames[side],
      key: this.#schemas[side].key,
      value: this.#schemas[side].value,
      layout: "rows",
    }));
  }

  begin(): void {
    this.#restored = null;
    for (const partition of this.#partitions.all()) partition.begin();
  }

  partition(p: number): JoinPartition {
    return this.#partitions.at(p);
  }

  all(): readonly JoinPartition[] {
    return this.#partitions.all();
  }

  get rowCount(): number {
    return this.#partitions.all().reduce((sum, { sides: [left, right] }) => sum + left.size + right.size, 0);
  }

  get memoryBytes(): number {
    return this.#partitions.all().reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  /** Finds out where some rows of a batch belong; new keys get a place. `areKept`: whether all these rows are appended behind it. */
  lookUp(keys: readonly Column[], rows: Int32Array | null, count: number, length: number, areKept: boolean): void {
    if (this.slotOfRow.length < length) {
      this.slotOfRow = new Int32Array(2 * length);
      this.partitionOfRow = new Uint8Array(2 * length);
      this.#numberOfRow = new Float64Array(2 * length);
    }
    this.#keys.pack(keys, length);
    this.#routed = this.#router.route(this.#keys, rows, count);
    for (const { partition, rows: some, count: n } of this.#routed) {
      for (let j = 0; j < n; j++) this.partitionOfRow[some === null ? j : some[j]!] = partition;
      this.#partitions.at(partition).lookUp(this.#keys, some, n, this.slotOfRow, areKept);
    }
  }

  /** Keeps the rows of the last look-up, except those `without`; gives how many. Their numbers go up in the order of the rows. */
  append(
    side: SideIndex,
    columns: readonly Column[],
    marks: Uint8Array | null,
    times: Float64Array | null,
    without: Uint8Array | null,
  ): number {
    const kept = this.#routed.map(({ partition, rows, count }) => ({ partition, rows: keptRows(rows, count, without) }));
    const total = this.#number(side, kept);
    for (const { partition, rows } of kept) {
      const incoming = { columns, rows, count: rows.length, keySlots: this.slotOfRow, numbers: this.#numberOfRow, times, matched: marks };
      this.#partitions.at(partition).sides[side].append(incoming);
    }
    return total;
  }

  /** Numbers rows in the order of arrival, whatever their partitions. */
  #number(side: SideIndex, kept: readonly { readonly rows: Int32Array }[]): number {
    const numbers = this.#numberOfRow.fill(-1);
    let length = 0;
    for (const { rows } of kept) {
      if (rows.length > 0) length = Math.max(length, rows.at(-1)! + 1);
      for (let j = 0; j < rows.length; j++) numbers[rows[j]!] = 0;
    }
    let count = 0;
    for (let row = 0; row < length; row++) if (numbers[row] === 0) numbers[row] = this.#next[side] + count++;
    this.#next[side] += count;
    return count;
  }

  restore({ storeName, deletes, upserts }: StateChanges): void {
    this.#restored ??= [new RowsByNumber(), new RowsByNumber()];
    const side = storeNames.indexOf(storeName as "left" | "right") as SideIndex;
    if (deletes !== null) this.#restoreDeletes(side, deletes, this.#restored[side]);
    if (upserts !== null) this.#restoreUpserts(side, upserts, this.#restored[side]);
  }

  *changes(): Iterable<StateChanges> {
    for (const side of sides) {
      for (const partition of this.#partitions.all()) {
        const deletes = partition.deletes[side];
        if (deletes !== null) yield { ...this.#chunk(side), deletes: this.#batch(this.#schemas[side].deletes, deletes) };
        yield* this.#saved(partition, side, partition.upserts(side).view());
      }
    }
  }

  *snapshot(groups: GroupRange = allGroups): Iterable<StateChanges> {
    for (const side of sides)
      for (const partition of this.#partitions.of(groups)) yield* this.#saved(partition, side, partition.rowsOf(side, groups).view());
  }

  *#saved(partition: JoinPartition, side: SideIndex, places: Int32Array): Iterable<StateChanges> {
    for (let from = 0; from < places.length; from += this.#chunks.stateRows) {
      const some = partition.saved(side, places.subarray(from, from + this.#chunks.stateRows));
      yield { ...this.#chunk(side), upserts: this.#batch(this.#schemas[side].upserts, some) };
    }
  }

  #batch(schema: Schema, { columns, count }: SavedRows): Batch {
    return batchOf(schema, columns, count);
  }

  #chunk(side: SideIndex): StateChanges {
    return { operatorId: this.#spec.operatorId, storeName: storeNames[side], upserts: null, deletes: null, droppedPanes: [] };
  }

  #restoreDeletes(side: SideIndex, { columns, length }: Batch, restored: RowsByNumber): void {
    const keyCount = this.#spec.keyAttributes.length;
    this.lookUp(columns.slice(0, keyCount), null, length, length, false);
    for (const { partition, rows, count } of this.#routed) {
      const { places } = restored.take(partition, columns[keyCount]!, keptRows(rows, count, null));
      this.#partitions.at(partition).forget(side, places.values, places.count);
      this.#partitions.at(partition).dropEmptyKeys();
    }
  }

  #restoreUpserts(side: SideIndex, { columns, length }: Batch, restored: RowsByNumber): void {
    const keyCount = this.#spec.keyAttributes.length;
    const { columns: attributes, expiry, keys } = this.#spec.sides[side];
    const number = columns[keyCount]!;
    const values = columns.slice(keyCount + 1, keyCount + 1 + attributes.length);
    const marks = isOuter(this.#spec, side) ? bytesOf(columns[keyCount + 1 + attributes.length]!) : null;
    const times = expiry === null ? null : watermarkedTimes(timeColumnOf(columns, keyCount, keys, expiry.column));
    this.lookUp(columns.slice(0, keyCount), null, length, length, true);
    const numbers = doublesOf(number);
    for (let row = 0; row < length; row++) this.#next[side] = Math.max(this.#next[side], numbers[row]! + 1);
    for (const { partition, rows, count } of this.#routed) {
      const known = restored.find(partition, number, keptRows(rows, count, null));
      const state = this.#partitions.at(partition).sides[side];
      state.overwrite(values, known.places.values, known.rows.values, known.rows.count, marks);
      const fresh = known.missing;
      state.append({ columns: values, rows: fresh.values, count: fresh.count, keySlots: this.slotOfRow, numbers, times, matched: marks });
      restored.put(partition, number, fresh, state.appended);
    }
  }
}

/** Rows as a list of their own, without some. */
function keptRows(rows: Int32Array | null, count: number, without: Uint8Array | null): Int32Array {
  const kept = new IntList(count);
  for (let j = 0; j < count; j++) {
    const row = rows === null ? j : rows[j]!;
    if (without === null || without[row] === 0) kept.push(row);
  }
  return kept.view();
}

/** The column of a file that says when a row expires: a key, or a column of the row. */
function timeColumnOf(columns: readonly Column[], keyCount: number, keys: readonly number[], expiry: number): Column {
  const key = keys.indexOf(expiry);
  return key >= 0 ? columns[key]! : columns[keyCount + 1 + expiry]!;
}

function bytesOf(column: Column): Uint8Array {
  const plain = plainColumn(column);
  assert(plain.encoding === "u8", `marks of encoding ${plain.encoding}`);
  return plain.values;
}

function doublesOf(column: Column): Float64Array {
  const plain = plainColumn(column);
  if (plain.encoding === "f64") return plain.values;
  assert(plain.encoding === "i64", `numbers of encoding ${plain.encoding}`);
  return Float64Array.from(plain.values.subarray(0, plain.length), Number);
}

function schemasOf(spec: StreamJoinSpec, side: SideIndex): SideSchemas {
  const keys = schemaOf(spec.keyAttributes).fields.map(({ type }, k) => field(`key${k}`, type));
  const number = field("number", types.long, false);
  const columns = schemaOf(spec.sides[side].columns).fields.map(({ name, type, nullable }, c) => field(`${c}_${name}`, type, nullable));
  const marks = isOuter(spec, side) ? [field("matched", types.boolean, false)] : [];
  const group = field("group", types.int, false);
  return {
    key: types.struct([...keys, number]),
    value: types.struct([...columns, ...marks]),
    upserts: types.struct([...keys, number, ...columns, ...marks, group]),
    deletes: types.struct([...keys, number, group]),
  };
}
