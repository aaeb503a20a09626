import { batchOf, type Batch } from "../../arrow/batch.js";
import { plainColumn, takeBatch } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type Schema } from "../../arrow/types.js";
import { allGroups, keyGroupCount, keyGroupOf, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { IntList } from "../../state/intList.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import type { Evolution } from "../migration/tableSteps.js";
import type { BatchFacts, Emission, Operator, Pause, StatefulOperator, StateOperatorMetrics } from "../operator.js";
import { ColdRows } from "./coldRows.js";
import { DueRuns } from "./dueRuns.js";
import type { MemoryShare, QueryMemory } from "./queryMemory.js";

/** The part of what an operator may hold that its own tables take: the rest is for what says where the rows on disk lie. */
const hotPart = 1 / 2;
/** So much of what fits is given up at once, so that it is not asked for with every few rows. */
const partAtOnce = 1 / 32;

/** An operator of which rows with other keys are no concern of each other, and that can do without what it knows of some keys as long as no row of theirs comes. */
export interface SheddingOperator extends StatefulOperator {
  /** Whether it can, in the query that it is in. */
  readonly sheds: boolean;
  /** How many keys have room before its tables grow. */
  readonly roomFor: number;
  /** Gives up about so many keys that this batch has not touched: as upserts, by hash. They are gone when the iterable is exhausted. `restore` takes them back. */
  shed(rows: number): Iterable<StateChanges>;
  /** The keys that rows of its input have. Borrowed until the next call of anything. */
  keysOf(batch: Batch): PackedKeys;
  /** The same of rows that begin with the key columns of its state. */
  savedKeysOf(batch: Batch): PackedKeys;
  /** Of rows that begin so: 1 for those whose key it has. */
  holds(batch: Batch): Uint8Array;
  /** Of rows as it sheds them: by which `evictUs` it must have them again, NaN: never; null where nothing expires. */
  dueTimes(saved: Batch): Float64Array | null;
  /** Until which time keys expire with this batch, µs; null where none does. */
  readonly evictUs: number | null;
  /** Whether what expires comes out. */
  readonly emitsExpired: boolean;
  /** Whether a batch gives what there is of all keys, in the order of their key groups. */
  readonly emitsAll: boolean;
}

export function shedsState(operator: Operator): operator is SheddingOperator {
  return "sheds" in operator && operator.sheds === true;
}

/**
 * An operator of a stream whose state may be larger than memory. Beyond what it may hold, keys that were not touched for long go to disk; before rows are worked on,
 * what lies there of their keys comes back. The operator itself knows nothing of it: it sees the keys of the rows that it is given, as if it had them all.
 *
 * Invariant: a key is either in the operator or on disk. While state is loaded it may be in both: then the operator has what is true of it, and what lies on disk is of before.
 */
export class ColdState implements StatefulOperator {
  readonly operatorId: string;
  readonly evolution?: Evolution;
  readonly #share: MemoryShare;
  readonly #cold: ColdRows;
  readonly #due: DueRuns;
  #layout: string | null = null;
  #facts: BatchFacts | null = null;
  /** Whether the operator may have keys that are on disk as well. */
  #isLoading = false;
  /** While loading: whether the operator may have keys whose hashes no key on disk has. */
  #isApart = false;

  /**
   * @param make makes the operator anew
   * @param rowsAtOnce rows of a chunk of state, at most
   */
  constructor(
    private operator: SheddingOperator,
    private readonly make: () => SheddingOperator,
    memory: QueryMemory,
    private readonly rowsAtOnce: number,
  ) {
    this.operatorId = operator.operatorId;
    if (operator.evolution !== undefined) this.evolution = operator.evolution;
    this.#share = memory.shareOfState(operator.operatorId);
    assert(operator.schemas.length === 1, "what is shed is of one table");
    this.#cold = new ColdRows(rowsOf(operator.schemas[0]!), memory, rowsAtOnce);
    this.#due = new DueRuns(memory);
  }

  get schemas(): readonly StateSchema[] {
    return this.operator.schemas;
  }

  keepLayout(layout: string): void {
    this.#layout = layout;
    this.operator.keepLayout?.(layout);
  }

  needsBatch(facts: BatchFacts): boolean {
    return this.operator.needsBatch(facts);
  }

  begin(facts: BatchFacts): void {
    if (this.#isLoading) this.#settle();
    this.#isLoading = false;
    this.#facts = facts;
    this.operator.begin(facts);
  }

  *process(batch: Batch, input: number): Iterable<Emission | Pause> {
    this.#makeRoom(batch.length);
    if (this.#cold.count > 0) this.#takeBack(this.operator.keysOf(batch), batch.length);
    yield* this.operator.process(batch, input);
  }

  /** What expires is there, so that it comes out, or is deleted, as all else does. */
  *finish(): Iterable<Emission | Pause> {
    const { evictUs, emitsAll } = this.operator;
    if (evictUs !== null && this.#cold.count > 0) {
      for (const hashes of this.#due.until(evictUs)) {
        this.#takeBack({ hashes, keyOf: null }, hashes.length);
        this.#share.hold(this.memoryBytes);
      }
    }
    if (emitsAll && this.#cold.count > 0) yield* this.#emitAll();
    else yield* this.operator.finish();
  }

  get dueUs(): number {
    return Math.min(this.operator.dueUs ?? Infinity, this.operator.emitsExpired ? this.#due.earliestUs : Infinity);
  }

  /**
   * Where memory is full all goes to disk, and so do rows of new keys behind that: files have keys by their groups, which says nothing of which are wanted soon. A row that may be of a key
   * on disk goes to the operator, and nothing is read for it: what many deltas have of a key is written once, and read where all that lies there of the same keys is.
   */
  restore(changes: StateChanges): void {
    const { deletes, upserts } = changes;
    if (this.#cold.count === 0) {
      if (this.operator.stateRows + (upserts?.length ?? 0) <= this.#mostRows()) return this.operator.restore(changes);
      this.#moveOut();
    }
    this.#isLoading = true;
    if (deletes !== null && this.#recover(this.operator.savedKeysOf(deletes), deletes.length)) this.#isApart = true;
    this.operator.restore({ ...changes, upserts: null });
    if (upserts !== null) this.#restoreRows(upserts);
  }

  changes(): Iterable<StateChanges> {
    return this.operator.changes();
  }

  get stateRows(): number {
    return this.operator.stateRows + this.#cold.count;
  }

  /** Group by group where some of a group lie on disk. */
  *snapshot({ from, to }: GroupRange = allGroups): Iterable<StateChanges> {
    for (let group = from; group < to;) {
      let end = group;
      while (end < to && this.#cold.countOf(end) === 0) end++;
      if (end > group) yield* this.operator.snapshot({ from: group, to: end });
      if (end < to) yield* this.#snapshotOf({ from: end, to: ++end });
      group = end;
    }
  }

  get memoryBytes(): number {
    return this.operator.memoryBytes + this.#cold.memoryBytes + this.#due.memoryBytes;
  }

  metrics(): StateOperatorMetrics {
    const metrics = this.operator.metrics();
    const { count, fileBytes } = this.#cold;
    if (count === 0) return metrics;
    return {
      ...metrics,
      numRowsTotal: metrics.numRowsTotal + count,
      memoryUsedBytes: this.memoryBytes,
      onDisk: { rows: count, bytes: fileBytes + this.#due.fileBytes },
    };
  }

  close(): void {
    this.operator.close?.();
  }

  /** Puts all on disk. The tables that held it are gone: what comes next has other keys. */
  #moveOut(): void {
    if (this.operator.stateRows === 0) return;
    if (this.#isLoading) this.#settle();
    for (const { upserts } of this.operator.shed(this.operator.stateRows)) this.#putAway(upserts!);
    assert(this.operator.stateRows === 0, "before the first batch no key is in use");
    this.operator = this.#made();
  }

  #restoreRows(upserts: Batch): void {
    const rows = withHashes(upserts, this.operator.savedKeysOf(upserts));
    const hashes = hashesOf(rows);
    const held = this.#isApart ? this.operator.holds(rows) : null;
    const [known, fresh] = [new IntList(), new IntList()];
    for (let row = 0; row < rows.length; row++) {
      const isKnown = this.#cold.has(hashes[row]!) || (held !== null && held[row] === 1);
      (isKnown ? known : fresh).push(row);
    }
    if (known.count > 0) {
      if (this.operator.stateRows + known.count > this.#mostRows()) this.#moveOut();
      this.operator.restore(this.#upserts(known.count === rows.length ? rows : takeBatch(rows, known.view(), known.count)));
    }
    if (fresh.count > 0) this.#putAway(inGroups(rows, fresh.view()));
  }

  /** Forgets what the operator knows better. After this each key is in one place. */
  #settle(): void {
    const hashes = new IntList();
    for (let group = 0; group < keyGroupCount;) {
      hashes.clear();
      for (; group < keyGroupCount && hashes.count < this.rowsAtOnce; group++) {
        for (const { upserts } of this.operator.snapshot({ from: group, to: group + 1 }))
          for (const hash of hashesOf(upserts!)) hashes.push(hash);
      }
      this.#recover({ hashes: hashes.view(), keyOf: null }, hashes.count);
    }
    this.#isApart = false;
  }

  /** Takes out what lies on disk of some keys; the operator gets what it does not know better. Whether there was anything. */
  #recover({ hashes, keyOf }: Pick<PackedKeys, "hashes" | "keyOf">, count: number): boolean {
    const taken = this.#cold.take(hashes, keyOf, count);
    if (taken === null) return false;
    const held = this.operator.holds(taken);
    const missing = new IntList();
    for (let row = 0; row < taken.length; row++) if (held[row] === 0) missing.push(row);
    if (missing.count > 0) this.operator.restore(this.#upserts(takeBatch(taken, missing.view(), missing.count)));
    return true;
  }

  /** What there is of all keys, some key groups at once, out of an operator of their own. */
  *#emitAll(): Iterable<Emission | Pause> {
    const groups = Math.max(1, Math.floor((keyGroupCount * this.rowsAtOnce) / this.stateRows));
    for (let from = 0; from < keyGroupCount; from += groups) {
      const some = this.#made();
      some.begin(this.#facts!);
      for (const saved of this.snapshot({ from, to: Math.min(keyGroupCount, from + groups) })) some.restore(saved);
      yield* some.finish();
      some.close?.();
    }
    // What is in memory came out with the rest.
    const again = this.operator.finish()[Symbol.iterator]();
    while (again.next().done !== true);
  }

  #made(): SheddingOperator {
    const operator = this.make();
    if (this.#layout !== null) operator.keepLayout?.(this.#layout);
    return operator;
  }

  *#snapshotOf(group: GroupRange): Iterable<StateChanges> {
    yield* this.operator.snapshot(group);
    for (const rows of this.#cold.of(group)) yield this.#upserts(rows);
  }

  /** Gives up what would not fit beside so many more keys. */
  #makeRoom(keys: number): void {
    const { operator } = this;
    const held = operator.stateRows;
    const most = this.#mostRows();
    if (held + keys <= most) return;
    const wanted = Math.min(held, held + keys - most + Math.ceil(most * partAtOnce));
    if (wanted === 0) return;
    for (const { upserts } of operator.shed(wanted)) this.#putAway(upserts!);
  }

  /** How many keys the operator may hold: as many as it likes while its tables may double once more, then as many as they have room for, of the size that keys have. */
  #mostRows(): number {
    const { memoryBytes, roomFor, stateRows } = this.operator;
    const allowed = Math.max(0, hotPart * this.#share.most);
    if (2 * memoryBytes <= allowed) return Infinity;
    return Math.min(roomFor, Math.floor((stateRows * allowed) / memoryBytes));
  }

  #putAway(rows: Batch): void {
    this.#cold.add(rows);
    const times = this.operator.dueTimes(rows);
    if (times !== null) this.#due.add(times, hashesOf(rows));
  }

  #takeBack({ hashes, keyOf }: Pick<PackedKeys, "hashes" | "keyOf">, count: number): void {
    const rows = this.#cold.take(hashes, keyOf, count);
    if (rows !== null) this.operator.restore(this.#upserts(rows));
  }

  #upserts(upserts: Batch | null): StateChanges {
    return { operatorId: this.operatorId, storeName: this.schemas[0]!.storeName, upserts, deletes: null, droppedPanes: [] };
  }
}

function hashesOf({ columns }: Batch): Int32Array {
  const hashes = plainColumn(columns.at(-1)!);
  assert(hashes.encoding === "i32", "upserts end in the hashes of their keys");
  return hashes.values;
}

/** Upserts with the hashes that their keys have: a file from before a migration may have others. */
function withHashes({ schema, columns, length }: Batch, { hashes, keyOf }: PackedKeys): Batch {
  const values = keyOf === null ? hashes.slice(0, length) : Int32Array.from({ length }, (_, row) => hashes[keyOf[row]!]!);
  const hash: Column = { type: types.int, encoding: "i32", length, nulls: null, values };
  return batchOf(schema, [...columns.slice(0, -1), hash], length);
}

/** Some upserts in the order of their key groups. */
function inGroups(upserts: Batch, rows: Int32Array): Batch {
  const hashes = hashesOf(upserts);
  const groupAt = (row: number): number => keyGroupOf(hashes[row]!);
  const isInOrder = rows.every((row, j) => j === 0 || groupAt(rows[j - 1]!) <= groupAt(row));
  if (isInOrder && rows.length === upserts.length) return upserts;
  const ordered = isInOrder ? rows : rows.toSorted((a, b) => groupAt(a) - groupAt(b));
  return takeBatch(upserts, ordered, ordered.length);
}

/** The columns of upserts. */
function rowsOf({ key, value }: StateSchema): Schema {
  return types.struct([...key.fields, ...value.fields, field("group", types.int, false)]);
}
