import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { slicesOf, takeBatch } from "../../arrow/columns.js";
import { field, types } from "../../arrow/types.js";
import { keyGroupCount, type GroupRange, type StateChanges } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { IntList } from "../../state/intList.js";
import { emission, type BatchFacts, type Emission, type Operator, type Pause, type StatefulOperator } from "../operator.js";
import type { MemoryShare, QueryMemory } from "./queryMemory.js";
import { SortedRuns } from "./sortedRuns.js";
import { SpilledBatches, SpillStore } from "./spilledBatches.js";

/** What does not fit is cut into so many parts by key: each should fit then. */
const partCount = 64;
const groupsOfPart = keyGroupCount / partCount;

/** An operator of which rows with other keys are no concern of each other: it can work on some keys at a time. */
export interface KeyedOperator extends StatefulOperator {
  /** The key group of each row, by which its state is cut; null where all rows are of one. Borrowed until the next call. */
  keyGroups(batch: Batch): Uint8Array | null;
  /** Whether what comes out are rows that came in, with all of their columns and in their order. Not there: no. */
  readonly passesRows?: boolean;
}

export function isKeyed(operator: Operator): operator is KeyedOperator {
  return "keyGroups" in operator;
}

/** A part of the keys, on disk. */
interface Part {
  readonly groups: GroupRange;
  readonly rows: SpilledBatches | null;
  /** What the operator held of them when it was moved out. */
  readonly state: SpilledBatches | null;
}

/**
 * An operator of a bounded query whose state may be larger than memory. It is the operator itself until that holds too much. Then its state goes to disk by key group,
 * and so do the rows that come; at the end each part in its turn has its state back and takes its rows, so that what it gives is what it would have given, group by
 * group and digit by digit. Groups come out by the hash of their keys within each part, and the parts in that order; rows of the input in theirs.
 *
 * Invariant: a row is either in the operator or in the rows of one part.
 */
export class SpillByKey implements Operator {
  #operator: KeyedOperator;
  #facts: BatchFacts | null = null;
  #parts: Part[] | null = null;
  readonly #store: SpillStore;
  readonly #share: MemoryShare;
  /** Rows that went to disk so far. */
  #dealt = 0;
  readonly #rowsOfPart = Array.from({ length: partCount }, () => new IntList());

  constructor(
    first: KeyedOperator,
    private readonly make: () => KeyedOperator,
    memory: QueryMemory,
    private readonly emittedRows: number,
  ) {
    this.#operator = first;
    this.#store = new SpillStore(memory);
    this.#share = memory.share(`The groups of ${first.operatorId}`);
  }

  begin(facts: BatchFacts): void {
    this.#facts = facts;
    this.#operator.begin(facts);
  }

  *process(batch: Batch, input: number): Iterable<Emission | Pause> {
    assert(input === 0, "an operator that spills by key has one input");
    if (this.#parts !== null) {
      yield* this.#deal(batch);
      return;
    }
    yield* this.#operator.process(batch, input);
    const { memoryBytes } = this.#operator;
    if (!this.#share.isOver(memoryBytes)) return;
    if (this.#operator.keyGroups(batch) === null) this.#share.hold(memoryBytes);
    else yield* this.#moveOut();
  }

  *finish(): Iterable<Emission | Pause> {
    if (this.#parts === null) yield* this.#operator.finish();
    else if (this.#operator.passesRows === true) yield* this.#finishInOrder(this.#parts);
    else for (const part of this.#parts) yield* this.#finishPart(part);
    this.#parts = null;
    this.#share.release();
  }

  *#moveOut(): Generator<Pause, void, void> {
    const parts: Part[] = [];
    for (let p = 0; p < partCount; p++) {
      const groups = { from: p * groupsOfPart, to: (p + 1) * groupsOfPart };
      let state: SpilledBatches | null = null;
      for (const { upserts } of this.#operator.snapshot(groups)) {
        assert(upserts !== null, "a snapshot is what there is");
        state ??= new SpilledBatches(this.#store, upserts.schema);
        yield* state.add(upserts);
      }
      parts.push({ groups, rows: null, state });
    }
    this.#parts = parts;
    this.#operator = this.make();
    this.#share.release();
  }

  *#deal(batch: Batch): Generator<Pause, void, void> {
    if (batch.length === 0) return;
    const numbered = this.#operator.passesRows === true ? this.#numbered(batch) : batch;
    const groups = this.#operator.keyGroups(batch);
    assert(groups !== null, "keys have groups, whatever the batch");
    for (const list of this.#rowsOfPart) list.clear();
    for (let row = 0; row < batch.length; row++) this.#rowsOfPart[Math.floor(groups[row]! / groupsOfPart)]!.push(row);
    for (const [p, { values, count }] of this.#rowsOfPart.entries()) {
      if (count === 0) continue;
      const part = this.#parts![p]!;
      const rows = part.rows ?? new SpilledBatches(this.#store, numbered.schema);
      if (part.rows === null) this.#parts![p] = { ...part, rows };
      yield* rows.add(takeBatch(numbered, values, count));
    }
  }

  /** The rows with their numbers behind their columns. */
  #numbered({ schema, columns, length }: Batch): Batch {
    const values = Float64Array.from({ length }, (_, row) => this.#dealt + row);
    this.#dealt += length;
    const number: Column = { type: types.long, encoding: "f64", length, nulls: null, values };
    return batchOf(types.struct([...schema.fields, field("number", types.long, false)]), [...columns, number], length);
  }

  /** What the parts give, in the order of the rows. */
  *#finishInOrder(parts: readonly Part[]): Generator<Emission | Pause, void, void> {
    const schema = parts.find(({ rows }) => rows !== null)?.rows?.schema;
    if (schema === undefined) return;
    const last = schema.fields.length - 1;
    const runs = new SortedRuns([{ column: last, descending: false, nullsFirst: true }], schema, this.#store);
    for (const part of parts) {
      const run = new SpilledBatches(this.#store, schema);
      for (const out of this.#finishPart(part)) {
        if ("until" in out) yield out;
        else yield* run.add(out.batch);
      }
      if (!run.isEmpty) runs.addRun(run);
    }
    for (const rows of runs.merged()) {
      if ("until" in rows) yield rows;
      else for (const some of slicesOf(withoutLast(rows), this.emittedRows)) yield emission(some);
    }
  }

  *#finishPart({ rows, state }: Part): Generator<Emission | Pause, void, void> {
    if (rows === null && state === null) return;
    const operator = this.make();
    for (let place = 0; place < (state?.count ?? 0); place++) operator.restore(restoring(operator, yield* state!.read(place)));
    operator.begin(this.#facts!);
    for (let place = 0; place < (rows?.count ?? 0); place++) {
      yield* operator.process(yield* rows!.read(place), 0);
      this.#share.hold(operator.memoryBytes);
    }
    yield* operator.finish();
    this.#share.release();
  }
}

function withoutLast({ schema, columns, length }: Batch): Batch {
  return batchOf(types.struct(schema.fields.slice(0, -1)), columns.slice(0, -1), length);
}

function restoring({ operatorId, schemas }: KeyedOperator, upserts: Batch): StateChanges {
  return { operatorId, storeName: schemas[0]!.storeName, upserts, deletes: null, droppedPanes: [] };
}
