import { columnFromValues, plainColumn, readValue } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { Cells } from "../../state/cells.js";
import { bitmapBits, bitmapBytes } from "../../values/bitmap.js";
import type { AggregateFunction, AggregateInput, ColumnAccumulator, GroupedRows } from "./aggregateFunction.js";
import { passes } from "./filter.js";
import { isNumber } from "./inputs.js";

/** What a value does to the bitmap of its group, which begins at `start`. */
type Take = (bits: Uint8Array, start: number, value: Exclude<Value, null>) => void;

/** A bitmap of 4096 bytes a group, from its first value on. Nulls do not count; a group without values has the bitmap `none`. */
class BitmapAccumulator implements ColumnAccumulator {
  readonly kind = "column";
  readonly stateFields: readonly Field[] = [field("bitmap", types.binary)];
  readonly #none: Uint8Array;
  readonly #take: Take;
  readonly #merge: Take;
  readonly #bitmaps = new Cells(types.binary);

  constructor(none: number, take: Take, merge: Take) {
    this.#none = new Uint8Array(bitmapBytes).fill(none);
    this.#take = take;
    this.#merge = merge;
  }

  reserve(capacity: number): void {
    this.#bitmaps.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#bitmaps.clear(slots, count);
  }

  update({ slots, rows, count }: GroupedRows, [values]: readonly Column[], filter: Column | null): void {
    const plain = plainColumn(values!);
    const passing = passes(filter);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      if (passing(row)) this.#add(slots[j]!, readValue(plain, row), this.#take);
    }
  }

  merge({ slots, rows, count }: GroupedRows, [saved]: readonly Column[]): void {
    const plain = plainColumn(saved!);
    for (let j = 0; j < count; j++) this.#add(slots[j]!, readValue(plain, rows === null ? j : rows[j]!), this.#merge);
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.#bitmaps.column(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    const bitmaps = Array.from({ length: count }, (_, j) => {
      const slot = slots[j]!;
      if (this.#bitmaps.lengthOf(slot) < 0) return this.#none;
      const start = this.#bitmaps.startOf(slot);
      return this.#bitmaps.data.slice(start, start + bitmapBytes);
    });
    return columnFromValues(types.binary, bitmaps);
  }

  get memoryBytes(): number {
    return this.#bitmaps.bytes;
  }

  #add(slot: number, value: Value, take: Take): void {
    if (value === null) return;
    if (this.#bitmaps.lengthOf(slot) < 0) this.#bitmaps.set(slot, this.#none, 0, bitmapBytes);
    take(this.#bitmaps.data, this.#bitmaps.startOf(slot), value);
  }
}

function setBit(bits: Uint8Array, start: number, value: Exclude<Value, null>): void {
  const position = value as bigint;
  if (position < 0n || position >= bitmapBits) {
    throw new StreamingError("INVALID_BITMAP_POSITION", {
      bitPosition: String(position),
      bitmapNumBits: String(bitmapBits),
      bitmapNumBytes: String(bitmapBytes),
    });
  }
  const at = Number(position);
  bits[start + (at >> 3)]! |= 1 << (at & 7);
}

function takeEither(bits: Uint8Array, start: number, value: Exclude<Value, null>): void {
  const other = value as Uint8Array;
  for (let i = Math.min(other.length, bitmapBytes) - 1; i >= 0; i--) bits[start + i]! |= other[i]!;
}

/** What a bitmap is too short for it has not. */
function takeBoth(bits: Uint8Array, start: number, value: Exclude<Value, null>): void {
  const other = value as Uint8Array;
  for (let i = 0; i < bitmapBytes; i++) bits[start + i]! &= other[i] ?? 0;
}

const positionInput: AggregateInput = {
  required: '"BIGINT"',
  coerce: (type) => (isNumber(type) || ["decimal", "string", "null"].includes(type.kind) ? types.long : null),
};

const bitmapInput: AggregateInput = {
  required: '"BINARY"',
  coerce: (type: DataType) => (type.kind === "binary" || type.kind === "null" ? types.binary : null),
};

function bitmapAggregate(name: string, doc: string, input: AggregateInput, accumulator: () => BitmapAccumulator): AggregateFunction {
  return {
    name,
    aliases: [],
    doc,
    minArgs: 1,
    maxArgs: 1,
    inputs: [input],
    constantArgs: [],
    orderDependent: false,
    resultType: () => types.binary,
    nullable: () => false,
    accumulator,
  };
}

export const bitmapAggregates: readonly AggregateFunction[] = [
  bitmapAggregate(
    "bitmap_construct_agg",
    "A bitmap with the places of all values, which are those of bitmap_bit_position.",
    positionInput,
    () => new BitmapAccumulator(0, setBit, takeEither),
  ),
  bitmapAggregate("bitmap_or_agg", "The bits that some bitmap has.", bitmapInput, () => new BitmapAccumulator(0, takeEither, takeEither)),
  bitmapAggregate("bitmap_and_agg", "The bits that all bitmaps have.", bitmapInput, () => new BitmapAccumulator(0xff, takeBoth, takeBoth)),
];
