import { batchOf, type Batch } from "../../arrow/batch.js";
import { takeBatch } from "../../arrow/columns.js";
import { field, types, type Schema } from "../../arrow/types.js";
import { allGroups, keyGroupCount, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { IntList } from "../../state/intList.js";
import type { Evolution } from "../migration/tableSteps.js";
import type { BatchFacts, Emission, Pause, StatefulOperator, StateOperatorMetrics } from "../operator.js";
import { hashesOf, inGroups, rowsOf, withFound, withHashes } from "./coldForm.js";
import { ColdRows } from "./coldRows.js";
import { DueRuns } from "./dueRuns.js";
import type { MemoryShare, QueryMemory } from "./queryMemory.js";
import type { PaneClosing, RowHashes, SheddingOperator } from "./sheddingOperator.js";

/** The part of what an operator may hold that its own tables take: the rest is for what says where the rows on disk lie. */
const hotPart = 1 / 2;
/** So much of what fits is given up at once, so that it is not asked for with every few rows. */
const partAtOnce = 1 / 32;

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
  /** Of rows as they are shed. */
  readonly #schema: Schema;
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
    this.#schema = rowsOf(operator.schemas[0]!);
    const found = operator.hashesPanes === true ? types.struct([...this.#schema.fields, field("found", types.int, false)]) : this.#schema;
    this.#cold = new ColdRows(found, memory, rowsAtOnce);
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
    this.#endLoading();
    this.#facts = facts;
    this.operator.begin(facts);
  }

  *process(batch: Batch, input: number): Iterable<Emission | Pause> {
    this.#makeRoom(batch.length);
    if (this.#cold.count > 0) this.#takeBack(this.operator.hashesOf(batch));
    yield* this.operator.process(batch, input);
  }

  /** What expires is there, so that it comes out, or is deleted, as all else does. */
  *finish(): Iterable<Emission | Pause> {
    const { evictUs, emitsAll, closing = null } = this.operator;
    if (evictUs !== null && this.#cold.count > 0) {
      if (closing === null) this.#takeBackDue(evictUs);
      else yield* this.#closePanes(closing, evictUs);
    }
    if (emitsAll && this.#cold.count > 0) yield* this.#emitAll();
    else yield* this.operator.finish();
  }

  #takeBackDue(evictUs: number): void {
    for (const hashes of this.#due.until(evictUs)) {
      this.#takeBack({ hashes, keyOf: null, count: hashes.length });
      this.#share.hold(this.memoryBytes);
    }
  }

  /** Pane by pane, and of each by key group, which is the order in which they come out. */
  *#closePanes(closing: PaneClosing, evictUs: number): Generator<Emission | Pause, void, void> {
    let taken = 0;
    for (const { timeUs, group, hashes } of this.#due.inOrder(evictUs)) {
      const found = { hashes, keyOf: null, count: hashes.length };
      if (!this.operator.emitsExpired) {
        this.#forget(closing, found, evictUs);
        continue;
      }
      this.#takeBack(found);
      taken += hashes.length;
      const most = this.#mostRows();
      if (this.operator.stateRows > most && taken >= most * partAtOnce) {
        yield* closing.emitUntil(timeUs, group);
        taken = 0;
      }
      this.#share.hold(this.memoryBytes);
    }
  }

  /** Rows of other keys, which have the same hash, come back. */
  #forget(closing: PaneClosing, found: RowHashes, untilUs: number): void {
    const rows = this.#taken(found);
    if (rows === null) return;
    const times = this.operator.dueTimes(rows)!;
    const [gone, others] = [new IntList(), new IntList()];
    for (let row = 0; row < rows.length; row++) (times[row]! <= untilUs ? gone : others).push(row);
    if (gone.count > 0) closing.forget(takeBatch(rows, gone.view(), gone.count));
    if (others.count > 0) this.operator.restore(this.#upserts(takeBatch(rows, others.view(), others.count)));
  }

  get dueUs(): number {
    return Math.min(this.operator.dueUs ?? Infinity, this.operator.emitsExpired ? this.#due.earliestUs : Infinity);
  }

  /**
   * Where memory is full all goes to disk, and so do rows of new keys behind that: files have keys by their groups, which says nothing of which are wanted soon. A row that may be of a key
   * on disk goes to the operator, and nothing is read for it: what many deltas have of a key is written once, and read where all that lies there of the same keys is.
   */
  restore(changes: StateChanges): void {
    const { deletes, upserts, droppedPanes } = changes;
    if (this.#cold.count === 0) {
      if (this.operator.stateRows + (upserts?.length ?? 0) <= this.#mostRows()) return this.operator.restore(changes);
      this.#moveOut();
    }
    this.#isLoading = true;
    if (deletes !== null && this.#recover(this.operator.savedHashesOf(deletes))) this.#isApart = true;
    const { closing = null } = this.operator;
    if (droppedPanes.length > 0 && closing !== null) this.#dropPanes(closing, new Set(droppedPanes));
    this.operator.restore({ ...changes, upserts: null });
    if (upserts !== null) this.#restoreRows(upserts);
  }

  changes(): Iterable<StateChanges> {
    return this.operator.changes();
  }

  get stateRows(): number {
    return this.operator.stateRows + this.#cold.count;
  }

  /** Group by group where some of a group lie on disk. One that goes on behind a start comes before its first batch. */
  *snapshot({ from, to }: GroupRange = allGroups): Iterable<StateChanges> {
    this.#endLoading();
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

  /** Rows of other panes come back. */
  #dropPanes(closing: PaneClosing, starts: ReadonlySet<number>): void {
    const lastUs = [...starts].reduce((last, startUs) => Math.max(last, closing.closesAt(startUs)), -Infinity);
    for (const hashes of closing.areDue ? this.#due.until(lastUs) : this.#scan(closing, starts)) {
      const rows = this.#taken({ hashes, keyOf: null, count: hashes.length });
      if (rows === null) continue;
      const paneOf = closing.startsOf(rows);
      const others = Int32Array.from({ length: rows.length }, (_, row) => row).filter((row) => !starts.has(paneOf[row]!));
      if (others.length === 0) continue;
      this.#restoreMissing(takeBatch(rows, others, others.length));
      this.#isApart = true;
    }
  }

  /** The hashes of the rows of some panes, where no time says which these are: a query that had a watermark, and has none now. */
  *#scan(closing: PaneClosing, starts: ReadonlySet<number>): Generator<Int32Array, void, void> {
    for (let from = allGroups.from; from < allGroups.to; from++) {
      const wanted: number[] = [];
      for (const rows of this.#cold.of({ from, to: from + 1 })) {
        const paneOf = closing.startsOf(rows);
        const hashes = hashesOf(rows);
        for (let row = 0; row < rows.length; row++) if (starts.has(paneOf[row]!)) wanted.push(hashes[row]!);
      }
      if (wanted.length > 0) yield Int32Array.from(wanted);
    }
  }

  #restoreRows(upserts: Batch): void {
    const { operator } = this;
    const rows = withHashes(upserts, operator.closing?.savedKeyHashesOf(upserts) ?? operator.savedHashesOf(upserts));
    const hashes = this.#foundBy(rows);
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

  #endLoading(): void {
    if (this.#isLoading) this.#settle();
    this.#isLoading = false;
  }

  /** Forgets what the operator knows better. After this each key is in one place. */
  #settle(): void {
    const hashes = new IntList();
    for (let group = 0; group < keyGroupCount;) {
      hashes.clear();
      for (; group < keyGroupCount && hashes.count < this.rowsAtOnce; group++) {
        for (const { upserts } of this.operator.snapshot({ from: group, to: group + 1 }))
          for (const hash of this.#foundBy(upserts!)) hashes.push(hash);
      }
      this.#recover({ hashes: hashes.view(), keyOf: null, count: hashes.count });
    }
    this.#isApart = false;
  }

  /** Takes out what lies on disk of some keys; the operator gets what it does not know better. Whether there was anything. */
  #recover(found: RowHashes): boolean {
    const taken = this.#taken(found);
    if (taken !== null) this.#restoreMissing(taken);
    return taken !== null;
  }

  #restoreMissing(taken: Batch): void {
    const held = this.operator.holds(taken);
    const missing = new IntList();
    for (let row = 0; row < taken.length; row++) if (held[row] === 0) missing.push(row);
    if (missing.count > 0) this.operator.restore(this.#upserts(takeBatch(taken, missing.view(), missing.count)));
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
    for (const rows of this.#cold.of(group)) yield this.#upserts(this.#asShed(rows));
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
    const found = this.operator.hashesPanes === true ? withFound(rows, this.#foundBy(rows)) : rows;
    this.#cold.add(found);
    const times = this.operator.dueTimes(rows);
    if (times !== null) this.#due.add(times, hashesOf(found));
  }

  #takeBack(found: RowHashes): void {
    const rows = this.#taken(found);
    if (rows !== null) this.operator.restore(this.#upserts(rows));
  }

  #taken({ hashes, keyOf, count }: RowHashes): Batch | null {
    const rows = this.#cold.take(hashes, keyOf, count);
    return rows === null ? null : this.#asShed(rows);
  }

  /** The hashes by which rows are found on disk. */
  #foundBy(rows: Batch): Int32Array {
    return this.operator.hashesPanes === true ? this.operator.savedHashesOf(rows).hashes.slice(0, rows.length) : hashesOf(rows);
  }

  #asShed({ columns, length }: Batch): Batch {
    return batchOf(this.#schema, columns.slice(0, this.#schema.fields.length), length);
  }

  #upserts(upserts: Batch | null): StateChanges {
    return { operatorId: this.operatorId, storeName: this.schemas[0]!.storeName, upserts, deletes: null, droppedPanes: [] };
  }
}
