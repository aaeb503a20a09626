import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { types } from "../../arrow/types.js";
import { markOwned } from "../../arrow/ownership.js";
import { IntList } from "../../state/intList.js";
import { AggregateValues } from "./aggregateValues.js";
import type { BoundAggregate } from "./aggregateSpec.js";
import { nothingReleased, type GroupRun, type Groups, type KeyedRows, type MergedGroups, type Released } from "./groups.js";

/** One state partition of an aggregation: its groups and their running values. */
export class AggregatePartition {
  readonly groups: Groups;
  readonly #values: AggregateValues;
  readonly #aggregates: readonly BoundAggregate[];
  /** Values of groups that are emitted, where they are merged for that. */
  #merged: AggregateValues | null = null;
  readonly #savesTouch: boolean;
  #touchedCount = 0;
  #removed = 0;
  #released = nothingReleased;

  /** @param savesTouch whether the files have when a group was last touched */
  constructor(groups: Groups, aggregates: readonly BoundAggregate[], savesTouch: boolean) {
    this.groups = groups;
    this.#savesTouch = savesTouch;
    this.#aggregates = aggregates;
    this.#values = new AggregateValues(aggregates);
  }

  /** Groups that the batch touched, and groups that it evicted. */
  get touchedCount(): number {
    return this.#touchedCount;
  }

  get removedCount(): number {
    return this.#removed;
  }

  /** What the batch evicted. */
  get released(): Released {
    return this.#released;
  }

  begin(lateUs: number | null, nowUs: number): void {
    this.#touchedCount = 0;
    this.#removed = 0;
    this.#released = nothingReleased;
    this.groups.begin(lateUs, nowUs);
  }

  /** Makes sure that the one group of an aggregation without keys is there and counts as touched; `rows` is one row without a key. */
  touchGlobal(rows: KeyedRows): void {
    this.groups.assign(rows);
    this.#prepareFresh();
  }

  /** Folds rows of a batch into their groups. */
  fold(rows: KeyedRows, batch: Batch): void {
    const grouped = this.groups.assign(rows);
    this.#prepareFresh();
    this.#mergeGroups();
    this.#values.update(grouped, batch);
  }

  release(expired: readonly GroupRun[]): void {
    this.#released = this.groups.release(expired);
    this.#touchedCount = this.groups.touchedCount;
    this.#removed += this.#released.removed;
  }

  /** Lets go of a part of what expires, behind its emission. */
  releaseSome(expired: readonly GroupRun[]): void {
    for (const { slots } of expired) {
      if (slots.length === 0) continue;
      const gone = new IntList(slots.length);
      for (const slot of slots) gone.push(slot);
      this.letGo(gone);
      this.#removed += gone.count;
    }
  }

  /** Groups that lie elsewhere are gone with their panes. */
  forget({ rows, count, times }: KeyedRows): void {
    for (let j = 0; j < count; j++) this.groups.openPane!(times![rows === null ? j : rows[j]!]!);
    this.#removed += count;
  }

  restore(rows: KeyedRows, state: readonly Column[]): void {
    const slots = this.groups.restoreGroups(rows);
    this.#values.prepare(this.groups.capacity, slots, rows.count);
    this.#values.merge({ slots, rows: rows.rows, count: rows.count }, state);
  }

  /** Grouping columns, then results, of groups of one pane (of any, where groups have none). */
  results(slots: Int32Array, count: number, startUs: number): Column[] {
    const { groups } = this;
    const parts = groups.partsOf?.(slots, count, startUs);
    const results = parts === undefined ? this.#values.finish(slots, count) : this.#mergedResults(parts, count);
    return [...groups.groupingColumns(slots, count, startUs), ...results].map(markOwned);
  }

  /** Grouping columns, running values, hashes: what restores the groups. */
  saved(slots: Int32Array, count: number): Column[] {
    const columns = [
      ...this.groups.groupingColumns(slots, count, null),
      ...this.#values.save(slots, count),
      ...this.#touched(slots, count),
      this.groups.groupColumn(slots, count),
    ];
    return columns.map(markOwned);
  }

  /** Lets go of groups that are there still, but elsewhere, and of what their values hold. */
  letGo(slots: IntList): void {
    this.#values.prepare(this.groups.capacity, slots.values, slots.count);
    this.groups.letGo!(slots);
  }

  get memoryBytes(): number {
    return this.groups.memoryBytes + this.#values.memoryBytes + (this.#merged?.memoryBytes ?? 0);
  }

  /** The results of groups that are made here, for once, from parts. */
  #mergedResults(parts: MergedGroups, count: number): Column[] {
    const merged = (this.#merged ??= new AggregateValues(this.#aggregates));
    const places = Int32Array.from({ length: count }, (_, j) => j);
    merged.prepare(count, places, count);
    merged.mergeFrom(this.#values, parts, this.groups.capacity);
    return merged.finish(places, count);
  }

  #touched(slots: Int32Array, count: number): Column[] {
    const values = this.#savesTouch ? this.groups.touchedAt!(slots, count) : null;
    return values === null ? [] : [{ type: types.long, encoding: "f64", length: count, nulls: null, values }];
  }

  /** Folds the values of groups that became part of others into these. */
  #mergeGroups(): void {
    const { merged } = this.groups;
    if (merged === undefined || merged.from.count === 0) return;
    const { from, into } = merged;
    this.#values.merge({ slots: into.values, rows: null, count: into.count }, this.#values.save(from.values, from.count));
  }

  #prepareFresh(): void {
    const { fresh, capacity } = this.groups;
    this.#values.prepare(capacity, fresh.values, fresh.count);
  }
}
