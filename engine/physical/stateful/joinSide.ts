import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import { types } from "../../arrow/types.js";
import { IntList } from "../../state/intList.js";
import { Lane } from "../../state/lane.js";
import { RowChains } from "../../state/rowChains.js";
import { SlotColumns } from "../../state/slotColumns.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { isOuter, marksPartners, type SideIndex, type StreamJoinSpec } from "./streamJoinSpec.js";

/** What a batch did to a row that is kept. */
const untouched = 0;
const added = 1;
const marked = 2;

/** New rows on their way into the state. By row of the batch, except where said. */
export interface IncomingRows {
  /** The columns that are kept. */
  readonly columns: readonly Column[];
  readonly rows: Int32Array;
  readonly count: number;
  readonly keySlots: Int32Array;
  /** Numbers in the order of arrival. */
  readonly numbers: Float64Array;
  /** Null where no row expires; NaN for one that does not. */
  readonly times: Float64Array | null;
  /** Null where it does not matter. */
  readonly matched: Uint8Array | null;
}

/**
 * The rows of one side of a join in one state partition: their columns by row, a chain of rows for each key in the order of arrival, and what expires when.
 *
 * Invariant: a row is in the chain of its key from `append` to `remove`, and its place is not given to another row within the same batch.
 */
export class JoinSide {
  readonly chains = new RowChains();
  /** Rows that are kept. */
  size = 0;
  /** Where each row came in the order of arrival: with the key, its name in the state files. */
  readonly numbers = new Lane("f64", 0);
  readonly #columns: SlotColumns;
  readonly #times: TimeIndex | null;
  /** Whether a row has had a partner. */
  readonly #matched: Lane<"u8"> | null;
  /** Whether marks outlive the batch: a left row of leftSemi goes with its first partner. */
  readonly #savesMarks: boolean;
  readonly #touched = new Lane("u8", untouched);
  /** Rows that the batch added or marked; some may be gone again. */
  readonly #changed = new IntList();
  /** Rows that have had the one partner that they were kept for. */
  readonly #spent = new IntList();
  readonly #free = new IntList();
  readonly #freed = new IntList();
  readonly #new = new IntList();
  #rowLimit = 0;
  /** Null when it must be looked for. */
  #earliestUs: number | null = null;

  constructor(spec: StreamJoinSpec, side: SideIndex) {
    this.#columns = new SlotColumns(spec.sides[side].columns.map(({ type }) => type));
    this.#times = spec.sides[side].expiry === null ? null : new TimeIndex();
    this.#matched = marksPartners(spec, side) ? new Lane("u8", 0) : null;
    this.#savesMarks = isOuter(spec, side);
  }

  begin(): void {
    this.#earliestUs = null;
    this.#touched.clear(this.#changed.values, this.#changed.count);
    this.#changed.clear();
    this.#free.pushAll(this.#freed);
    this.#freed.clear();
  }

  append({ columns, rows, count, keySlots, numbers, times, matched }: IncomingRows): void {
    const places = this.#places(count);
    this.#columns.write(columns, places, rows, count);
    for (let j = 0; j < count; j++) {
      const row = rows[j]!;
      const place = places[j]!;
      this.chains.append(keySlots[row]!, place);
      this.numbers.values[place] = numbers[row]!;
      this.#times?.set(place, times![row]!);
      if (this.#matched !== null) this.#matched.values[place] = matched === null ? 0 : matched[row]!;
      this.#touched.values[place] = added;
      this.#changed.push(place);
    }
    this.size += count;
  }

  /** The places of rows that were appended last. */
  get appended(): Int32Array {
    return this.#new.view();
  }

  /** Puts other columns and another mark into rows that are kept. */
  overwrite(columns: readonly Column[], places: Int32Array, rows: Int32Array, count: number, matched: Uint8Array | null): void {
    this.#columns.write(columns, places, rows, count);
    if (matched !== null) for (let j = 0; j < count; j++) this.#matched!.values[places[j]!] = matched[rows[j]!]!;
  }

  /** Marks a row as one that has had a partner; false when it was marked before. */
  mark(place: number): boolean {
    const matched = this.#matched!.values;
    if (matched[place] !== 0) return false;
    matched[place] = 1;
    if (!this.#savesMarks) {
      this.#spent.push(place);
    } else if (this.#touched.values[place] === untouched) {
      this.#touched.values[place] = marked;
      this.#changed.push(place);
    }
    return true;
  }

  isMarked(place: number): boolean {
    return this.#matched!.values[place] !== 0;
  }

  /** The rows that can have no partner any more, in no particular order; `boundUs`: up to which time, NaN for none. They are given once. */
  expire(boundUs: number): IntList {
    const expired = new IntList();
    if (boundUs === boundUs) this.#times?.popUntil(boundUs, expired);
    if (this.#spent.count === 0) return expired;
    const places = new IntList();
    places.pushAll(this.#spent);
    this.#spent.clear();
    for (let j = 0; j < expired.count; j++) if (!this.isMarked(expired.values[j]!)) places.push(expired.values[j]!);
    return places;
  }

  /** The least time for which `expire` gives anything, µs; Infinity when there is none. */
  get earliestUs(): number {
    return (this.#earliestUs ??= this.#times?.earliest() ?? Infinity);
  }

  /** Forgets rows. */
  remove(places: Int32Array, count: number): void {
    for (let j = 0; j < count; j++) {
      const place = places[j]!;
      this.chains.remove(place);
      this.#times?.remove(place);
      this.#touched.values[place] = untouched;
      this.#freed.push(place);
    }
    this.#columns.clear(places, count);
    this.size -= count;
  }

  /** The time that says when the row expires, µs. Only where rows do. */
  timeOf(place: number): number {
    return this.#times!.timeOf(place);
  }

  /** Whether the state of the batch before had the row. */
  wasThere(place: number): boolean {
    return this.#touched.values[place] !== added;
  }

  /** The rows that the batch added or marked and that are still there. */
  changed(): IntList {
    const changed = new IntList();
    for (let j = 0; j < this.#changed.count; j++) {
      const place = this.#changed.values[j]!;
      if (this.#touched.values[place] !== untouched) changed.push(place);
    }
    return changed;
  }

  gather(places: Int32Array, count: number, columns: readonly number[] | null = null): Column[] {
    return this.#columns.gather(places, count, columns);
  }

  /** Numbers, columns and marks, as the state files have them. */
  saved(places: Int32Array, count: number): Column[] {
    const marks = this.#savesMarks ? [this.#marks(places, count)] : [];
    return [this.numberColumn(places, count), ...this.gather(places, count), ...marks];
  }

  numberColumn(places: Int32Array, count: number): Column {
    const values = buffers.float64(count);
    for (let j = 0; j < count; j++) values[j] = this.numbers.values[places[j]!]!;
    return { type: types.long, encoding: "f64", length: count, nulls: null, values };
  }

  get memoryBytes(): number {
    const rows = this.#columns.bytes + this.numbers.bytes + this.#touched.bytes + (this.#matched?.bytes ?? 0);
    return rows + this.chains.bytes + (this.#times?.bytes ?? 0) + this.#free.bytes;
  }

  #marks(places: Int32Array, count: number): Column {
    const values = buffers.bytes(count);
    for (let j = 0; j < count; j++) values[j] = this.#matched!.values[places[j]!]!;
    return { type: types.boolean, encoding: "u8", length: count, nulls: null, values };
  }

  /** Places for so many rows. Borrowed until the next call. */
  #places(count: number): Int32Array {
    const places = this.#new;
    places.clear();
    for (let j = 0; j < count; j++) places.push(this.#free.count > 0 ? this.#free.pop() : this.#rowLimit++);
    this.#columns.reserve(this.#rowLimit);
    this.chains.reserveRows(this.#rowLimit);
    this.numbers.reserve(this.#rowLimit);
    this.#touched.reserve(this.#rowLimit);
    this.#times?.reserve(this.#rowLimit);
    this.#matched?.reserve(this.#rowLimit);
    return places.values;
  }
}
