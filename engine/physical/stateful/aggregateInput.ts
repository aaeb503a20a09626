import type { Batch } from "../../arrow/batch.js";
import { plainColumn } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { assert } from "../../errors/assert.js";
import { IntList } from "../../state/intList.js";
import { layoutOf, type KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { PackedKeys } from "../../state/packedKeys.js";
import type { AggregateSpec } from "./aggregateSpec.js";
import { timesOf, watermarkedTimes } from "./eventTimes.js";
import { largeTimeIn } from "./windows.js";

/** The rows of a batch that take part, their keys packed. */
export interface JudgedRows {
  /** Row indexes, ascending; null when all take part. */
  readonly rows: Int32Array | null;
  readonly count: number;
  /** The event time of each row of the batch, µs; null where the groups have none. */
  readonly times: Float64Array | null;
  /** Where the session of each row ends, µs; null where the groups are no sessions. */
  readonly ends: Float64Array | null;
}

/**
 * Reads what an aggregation groups by: packs the keys of a batch once for all partitions, finds the event times, and leaves out rows that belong to no group,
 * because they are late (where the time is a key) or have no time (where the group is a window).
 */
export class AggregateInput {
  readonly layout: KeyLayout;
  readonly keys: PackedKeys;
  /** Rows without an event time, and late ones with their distinct groups, since the batch began. */
  rowsWithoutEventTime = 0;
  lateRows = 0;
  readonly #spec: AggregateSpec;
  /** Places of the grouping columns that are keys: all but a computed window and a session. */
  readonly #keyIndexes: readonly number[];
  readonly #taken = new IntList();
  readonly #late = new IntList();
  readonly #lateLayout: KeyLayout;
  /** Of sessions: the keys with the sessions among them, packed when rows are late. */
  readonly #lateKeys: PackedKeys;
  #lateGroups: KeyedTable;
  #lateUs: number | null = null;

  constructor(spec: AggregateSpec) {
    this.#spec = spec;
    this.#keyIndexes = spec.grouping.flatMap((_, i) => (i === spec.window?.index || i === spec.session ? [] : [i]));
    this.layout = layoutOf(this.#keyIndexes.map((i) => spec.grouping[i]!.type));
    this.keys = new PackedKeys(this.layout);
    this.#lateLayout = spec.session === null ? this.layout : layoutOf(spec.grouping.map(({ type }) => type));
    this.#lateKeys = spec.session === null ? this.keys : new PackedKeys(this.#lateLayout);
    this.#lateGroups = new KeyedTable(this.#lateLayout);
  }

  get lateGroups(): number {
    return this.#lateGroups.size;
  }

  begin(lateUs: number | null): void {
    this.#lateUs = lateUs;
    this.rowsWithoutEventTime = 0;
    this.lateRows = 0;
    if (this.#lateGroups.size > 0) this.#lateGroups = new KeyedTable(this.#lateLayout);
  }

  /** Borrowed until the next call. */
  read({ columns, length }: Batch): JudgedRows {
    this.#packKeys(columns, length);
    const { window, session, eventTime } = this.#spec;
    if (session !== null) return this.#sessionRows(columns, session, length);
    if (window !== null) return this.#timedRows(columns[window.index]!, length);
    if (eventTime === null) return { rows: null, count: length, times: null, ends: null };
    return this.#onTimeRows(watermarkedTimes(columns[eventTime]!), length);
  }

  /** The packed keys of the rows. Borrowed until the next call. */
  keysOf({ columns, length }: Pick<Batch, "columns" | "length">): PackedKeys {
    this.#packKeys(columns, length);
    return this.keys;
  }

  /** The key group of each row. Borrowed until the next call; null where there is no key. */
  keyGroups({ columns, length }: Batch): Uint8Array | null {
    if (this.#keyIndexes.length === 0) return null;
    this.#packKeys(columns, length);
    return this.keys.groupsOfRows(length);
  }

  /** The same of saved groups, given their grouping columns: none is left out, and the time of a window is its start. */
  readSaved(grouping: readonly Column[], count: number): JudgedRows {
    this.#packKeys(grouping, count);
    const { window, session, eventTime } = this.#spec;
    if (session !== null) return { rows: null, count, ...boundsOf(grouping[session]!) };
    if (window !== null) return { rows: null, count, times: boundsOf(grouping[window.index]!).times, ends: null };
    return { rows: null, count, times: eventTime === null ? null : watermarkedTimes(grouping[eventTime]!), ends: null };
  }

  #packKeys(columns: readonly Column[], count: number): void {
    this.keys.pack(
      this.#keyIndexes.map((i) => columns[i]!),
      count,
    );
  }

  /** Each row is a session by itself; a row is late when its own is (SEMANTICS 21). */
  #sessionRows(columns: readonly Column[], session: number, length: number): JudgedRows {
    const { times, ends } = boundsOf(columns[session]!);
    if (this.#lateUs === null || this.#spec.eventTime !== session) return { rows: null, count: length, times, ends };
    const { rows, count } = this.#onTimeRows(ends, length, columns);
    return { rows, count, times, ends };
  }

  #timedRows(column: Column, length: number): JudgedRows {
    const time = plainColumn(column);
    if (time.encoding === "null") {
      this.rowsWithoutEventTime += length;
      return { rows: null, count: 0, times: null, ends: null };
    }
    const times = timesOf(time, largeTimeIn(this.#spec.window!));
    const { nulls } = time;
    if (nulls === null) return { rows: null, count: length, times, ends: null };
    this.#taken.clear();
    for (let i = 0; i < length; i++) if (nulls[i] === 0) this.#taken.push(i);
    this.rowsWithoutEventTime += length - this.#taken.count;
    return { rows: this.#taken.values, count: this.#taken.count, times, ends: null };
  }

  /** `grouping`: given where the keys lack a part of the groups. */
  #onTimeRows(times: Float64Array, length: number, grouping: readonly Column[] | null = null): JudgedRows {
    const lateUs = this.#lateUs;
    if (lateUs === null) return { rows: null, count: length, times, ends: null };
    this.#taken.clear();
    this.#late.clear();
    for (let i = 0; i < length; i++) (times[i]! <= lateUs ? this.#late : this.#taken).push(i);
    if (this.#late.count === 0) return { rows: null, count: length, times, ends: null };
    this.lateRows += this.#late.count;
    if (grouping !== null) this.#lateKeys.pack(grouping.slice(0, this.#spec.grouping.length), length);
    this.#lateGroups.lookupOrInsert(this.#lateKeys, this.#late.values, this.#late.count);
    return { rows: this.#taken.values, count: this.#taken.count, times, ends: null };
  }
}

/** The starts and ends of a column of windows, µs. */
export function boundsOf(column: Column): { readonly times: Float64Array; readonly ends: Float64Array } {
  const window = plainColumn(column);
  assert(window.encoding === "struct", "a window is a struct");
  const [start, end] = window.children;
  return { times: timesOf(plainColumn(start!), Number), ends: timesOf(plainColumn(end!), Number) };
}
