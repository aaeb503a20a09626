import type { Column } from "../arrow/column.js";
import { allocateFixed, fixedColumn, fixedEncodingOf, isLongLike } from "../arrow/encodings.js";
import { markOwned } from "../arrow/ownership.js";
import type { DataType } from "../arrow/types.js";
import { assert } from "../errors/assert.js";
import { Cells, CellSource } from "./cells.js";
import { gatherI64 } from "./gather.js";
import { Lane, SeenLane } from "./lane.js";
import { LongValueLane } from "./longValueLane.js";
import { Loop, whenPresent, type RowAccess } from "./loop.js";

/** One value, or null, of one type for every slot. */
interface SlotColumn {
  reserve(capacity: number): void;
  /** Makes slots null. */
  clear(slots: Int32Array, count: number): void;
  /** Writes values, or gives the statement that writes that of row `i` into slot `s`. */
  write(column: Column, slots: Int32Array, rows: Int32Array | null, count: number, loop: Loop): string | null;
  gather(slots: Int32Array, count: number): Column;
  readonly bytes: number;
}

/**
 * Rows of any types by slot: writes rows of a batch at slots, gathers the rows of slots as columns. Numbers lie in lanes, which one generated loop fills for all
 * columns; strings, binaries, nested values and long decimals as cells.
 */
export class SlotColumns {
  readonly #columns: readonly SlotColumn[];

  constructor(columnTypes: readonly DataType[]) {
    this.#columns = columnTypes.map(slotColumnFor);
  }

  /** Makes room for slots below. A slot that was never written holds nulls. */
  reserve(capacity: number): void {
    for (const column of this.#columns) column.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    for (const column of this.#columns) column.clear(slots, count);
  }

  /** Puts row `rows[j]` (row j when `rows` is null) of the columns into slot `slots[j]`, one after the other: of several rows for a slot the last stays. */
  write(columns: readonly Column[], slots: Int32Array, rows: Int32Array | null, count: number): void {
    if (count === 0) return;
    assert(columns.length === this.#columns.length, `${columns.length} columns for rows of ${this.#columns.length}`);
    const loop = new Loop();
    const steps = this.#columns.map((held, c) => held.write(columns[c]!, slots, rows, count, loop)).filter((step) => step !== null);
    if (steps.length > 0) loop.compile(steps.join("\n"))(slots, rows, count);
  }

  /** The values at the slots, of all columns or of some (by index, in their order), in buffers of their own. */
  gather(slots: Int32Array, count: number, columns: readonly number[] | null = null): Column[] {
    const wanted = columns === null ? this.#columns : columns.map((c) => this.#columns[c]!);
    return wanted.map((column) => markOwned(column.gather(slots, count)));
  }

  get bytes(): number {
    return this.#columns.reduce((sum, column) => sum + column.bytes, 0);
  }
}

function slotColumnFor(type: DataType): SlotColumn {
  if (isLongLike(type)) return new LongSlots(type);
  return fixedEncodingOf(type) === null ? new CellSlots(type) : new NumberSlots(type);
}

/** Statements that store row `i`, or note that it is null. */
function storing({ isNull }: RowAccess, seen: string, store: string): string {
  const present = whenPresent([isNull], `${store} ${seen}[s] = 1;`);
  return isNull === null ? present : `${present} else ${seen}[s] = 0;`;
}

/** Booleans, dates, numbers up to 53 bits and doubles; decimals to 18 digits as BigInts. */
class NumberSlots implements SlotColumn {
  readonly #type: DataType;
  readonly #lane: Lane<"f64"> | Lane<"i64">;
  readonly #seen = new SeenLane();

  constructor(type: DataType) {
    this.#type = type;
    this.#lane = type.kind === "decimal" ? new Lane("i64", 0n) : new Lane("f64", 0);
  }

  reserve(capacity: number): void {
    this.#lane.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#seen.clear(slots, count);
  }

  write(column: Column, _slots: Int32Array, _rows: Int32Array | null, _count: number, loop: Loop): string {
    const access = loop.access(column);
    return storing(access, loop.bind(this.#seen.values), `${loop.bind(this.#lane.values)}[s] = ${access.value};`);
  }

  gather(slots: Int32Array, count: number): Column {
    const nulls = this.#seen.nulls(slots, count);
    const { values: held } = this.#lane;
    if (held instanceof BigInt64Array) return gatherI64(this.#type, held, slots, count, nulls);
    const encoding = fixedEncodingOf(this.#type);
    assert(encoding !== null && encoding !== "i64", "a number has a fixed width");
    const values = allocateFixed(encoding, count);
    for (let j = 0; j < count; j++) values[j] = held[slots[j]!]!;
    return fixedColumn(this.#type, encoding, values, count, nulls);
  }

  get bytes(): number {
    return this.#lane.bytes + this.#seen.bytes;
  }
}

/** Longs, timestamps and their like. */
class LongSlots implements SlotColumn {
  readonly #type: DataType;
  readonly #lane = new LongValueLane();
  readonly #seen = new SeenLane();

  constructor(type: DataType) {
    this.#type = type;
  }

  reserve(capacity: number): void {
    this.#lane.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#seen.clear(slots, count);
  }

  write(column: Column, _slots: Int32Array, _rows: Int32Array | null, _count: number, loop: Loop): string {
    const access = loop.access(column);
    this.#lane.prepare(access);
    return storing(access, loop.bind(this.#seen.values), this.#lane.write(access, loop));
  }

  gather(slots: Int32Array, count: number): Column {
    return this.#lane.gather(this.#type, slots, count, this.#seen.nulls(slots, count));
  }

  get bytes(): number {
    return this.#lane.bytes + this.#seen.bytes;
  }
}

/** Everything else, as bytes. */
class CellSlots implements SlotColumn {
  readonly #type: DataType;
  readonly #cells: Cells;

  constructor(type: DataType) {
    this.#type = type;
    this.#cells = new Cells(type);
  }

  reserve(capacity: number): void {
    this.#cells.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#cells.clear(slots, count);
  }

  write(column: Column, slots: Int32Array, rows: Int32Array | null, count: number): null {
    const source = new CellSource(column);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      if (source.isNull(row)) {
        this.#cells.remove(slots[j]!);
        continue;
      }
      source.load(row);
      this.#cells.set(slots[j]!, source.data, source.start, source.length);
    }
    return null;
  }

  gather(slots: Int32Array, count: number): Column {
    if (this.#type.kind !== "null") return this.#cells.column(slots, count);
    return { type: this.#type, encoding: "null", length: count, nulls: null };
  }

  get bytes(): number {
    return this.#cells.bytes;
  }
}
