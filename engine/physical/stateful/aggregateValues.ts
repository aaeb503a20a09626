import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { readValue, takeColumn } from "../../arrow/columns.js";
import type { Field } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { assert } from "../../errors/assert.js";
import type { Accumulator, GroupedRows } from "../../expression/aggregates/aggregateFunction.js";
import { findAggregate } from "../../expression/aggregates/index.js";
import { Loop, whenPresent } from "../../state/loop.js";
import type { BoundAggregate } from "./aggregateSpec.js";
import type { MergedGroups } from "./groups.js";

/** Saved values that lie in the cache while they are merged. */
const savedTogether = 4096;

/** The running values of all aggregates of an operator, by group slot. */
export class AggregateValues {
  /** The state columns of all aggregates, one after the other; named after the aggregate's place. */
  readonly stateFields: readonly Field[];
  readonly #bound: readonly BoundAggregate[];
  readonly #accumulators: readonly Accumulator[];

  constructor(aggregates: readonly BoundAggregate[]) {
    this.#bound = aggregates;
    this.#accumulators = aggregates.map(({ call }) => {
      assert(!call.distinct, "aggregates over distinct values are refused by the planner");
      const entry = findAggregate(call.name);
      assert(entry !== undefined, `no aggregate function ${call.name}`);
      return entry.accumulator(call);
    });
    this.stateFields = this.#accumulators.flatMap((a, i) => a.stateFields.map((f) => ({ ...f, name: `${i}.${f.name}` })));
  }

  /** Makes room for slots below `capacity` and puts fresh ones into the state of a group without rows. */
  prepare(capacity: number, fresh: Int32Array, freshCount: number): void {
    for (const accumulator of this.#accumulators) {
      accumulator.reserve(capacity);
      accumulator.clear(fresh, freshCount);
    }
  }

  /** Folds a batch's rows into their groups. */
  update(rows: GroupedRows, batch: Batch): void {
    if (rows.count > 0) this.updates(batch)(rows);
  }

  /** What folds rows of a batch into their groups, some at a time. Good until room is made for more groups. */
  updates(batch: Batch): (rows: GroupedRows) => void {
    const loop = new Loop();
    const steps: string[] = [];
    const byColumn: ((rows: GroupedRows) => void)[] = [];
    this.#accumulators.forEach((accumulator, a) => {
      const { args, filter } = this.#bound[a]!;
      const columns = args.map((index) => batch.columns[index]!);
      const condition = filter === null ? null : batch.columns[filter]!;
      if (accumulator.kind === "column") byColumn.push((rows) => updateSome(accumulator, rows, columns, condition, batch.length));
      else steps.push(filtered(accumulator.update(columns, loop), condition, loop));
    });
    const inline = steps.length > 0 ? loop.compile(steps.join("\n")) : null;
    return (rows) => {
      for (const update of byColumn) update(rows);
      inline?.(rows.slots, rows.rows, rows.count);
    };
  }

  /** Folds saved values (one row a group) into the slots. */
  merge(rows: GroupedRows, state: readonly Column[]): void {
    let at = 0;
    this.#mergeStates(
      rows,
      this.#accumulators.map(({ stateFields }) => state.slice(at, (at += stateFields.length))),
    );
  }

  /** Folds the values of slots `from` of other values of the same aggregates into slots `into`, in that order; of these others there are `capacity`. */
  mergeFrom(others: AggregateValues, { from, into }: MergedGroups, capacity: number): void {
    const { count } = from;
    // Looking at all lanes as they are pays when most of them is wanted.
    const views = others.#accumulators.map((a) => (a.kind === "inline" && 4 * count >= capacity ? (a.view?.() ?? null) : null));
    this.#mergeStates({ slots: into.values, rows: from.values, count }, views);
    if (!views.includes(null)) return;
    for (let at = 0; at < count; at += savedTogether) {
      const some = Math.min(savedTogether, count - at);
      const slots = from.values.subarray(at, at + some);
      const saved = others.#accumulators.map((accumulator, a) => (views[a] === null ? accumulator.save(slots, some) : null));
      this.#mergeStates({ slots: into.values.subarray(at, at + some), rows: null, count: some }, saved);
    }
  }

  /** Folds saved values into the slots: of each aggregate its state columns, null where it has none in this turn. */
  #mergeStates(rows: GroupedRows, states: readonly (readonly Column[] | null)[]): void {
    if (rows.count === 0) return;
    const loop = new Loop();
    const steps: string[] = [];
    this.#accumulators.forEach((accumulator, a) => {
      const columns = states[a]!;
      if (columns === null) return;
      if (accumulator.kind === "column") accumulator.merge(rows, columns);
      else steps.push(`{ ${accumulator.merge(columns, loop)} }`);
    });
    if (steps.length > 0) loop.compile(steps.join("\n"))(rows.slots, rows.rows, rows.count);
  }

  /** The state columns of the groups at the slots. */
  save(slots: Int32Array, count: number): Column[] {
    return this.#accumulators.flatMap((accumulator) => accumulator.save(slots, count));
  }

  /** The result columns of the groups at the slots. */
  finish(slots: Int32Array, count: number): Column[] {
    return this.#accumulators.map((accumulator) => accumulator.finish(slots, count));
  }

  get memoryBytes(): number {
    return this.#accumulators.reduce((sum, accumulator) => sum + accumulator.memoryBytes, 0);
  }
}

/** The running values of a group that has seen no row, as its state columns have them. */
export function freshValues(aggregates: readonly BoundAggregate[]): Value[] {
  const values = new AggregateValues(aggregates);
  const first = Int32Array.of(0);
  values.prepare(1, first, 1);
  return values.save(first, 1).map((column) => readValue(column, 0));
}

function filtered(step: string, condition: Column | null, loop: Loop): string {
  if (condition === null) return `{ ${step} }`;
  const { value, isNull } = loop.access(condition);
  return whenPresent([isNull], `if (${value} !== 0) { ${step} }`);
}

/** Accumulators may look at a column as a whole first, so that for few of its rows these are taken out of it. */
function updateSome(
  accumulator: Extract<Accumulator, { kind: "column" }>,
  rows: GroupedRows,
  columns: readonly Column[],
  condition: Column | null,
  length: number,
): void {
  const { slots, rows: wanted, count } = rows;
  if (wanted === null || count > length / 8) return accumulator.update(rows, columns, condition);
  const taken = columns.map((column) => takeColumn(column, wanted, count));
  accumulator.update({ slots, rows: null, count }, taken, condition === null ? null : takeColumn(condition, wanted, count));
}
