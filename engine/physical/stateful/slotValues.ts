import { fixedEncodingOf, isLongLike } from "../../arrow/encodings.js";
import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { Lane, SeenLane } from "../../state/lane.js";

/** The values of one field by slot. */
interface FieldSlots {
  reserve(capacity: number): void;
  set(slot: number, value: Value): void;
  get(slot: number): Value;
  clear(slot: number): void;
}

/** One row of some types for every slot that has one. Numbers lie in lanes: a million keys are a few arrays to the collector of garbage, and no objects. */
export class SlotValues {
  readonly #fields: readonly FieldSlots[];
  readonly #there = new SeenLane();

  constructor(fieldTypes: readonly DataType[]) {
    this.#fields = fieldTypes.map(fieldSlotsFor);
  }

  has(slot: number): boolean {
    return this.#there.values[slot] === 1;
  }

  /** The row of a slot that has one. */
  get(slot: number): readonly Value[] {
    return this.#fields.map((field) => field.get(slot));
  }

  set(slot: number, values: readonly Value[]): void {
    this.#there.reserve(slot + 1);
    this.#there.values[slot] = 1;
    for (const [f, field] of this.#fields.entries()) {
      field.reserve(slot + 1);
      field.set(slot, values[f]!);
    }
  }

  clear(slot: number): void {
    this.#there.values[slot] = 0;
    for (const field of this.#fields) field.clear(slot);
  }
}

function fieldSlotsFor(type: DataType): FieldSlots {
  if (isLongLike(type)) return new LongField();
  const isNumber = type.kind !== "boolean" && type.kind !== "decimal" && fixedEncodingOf(type) !== null;
  return isNumber ? new NumberField() : new AnyField();
}

/** Longs, timestamps and their like. */
class LongField implements FieldSlots {
  readonly #values = new Lane("i64", 0n);
  readonly #seen = new SeenLane();

  reserve(capacity: number): void {
    this.#values.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  set(slot: number, value: Value): void {
    this.#seen.values[slot] = value === null ? 0 : 1;
    if (value !== null) this.#values.values[slot] = value as bigint;
  }

  get(slot: number): Value {
    return this.#seen.values[slot] === 0 ? null : this.#values.values[slot]!;
  }

  clear(slot: number): void {
    this.#seen.values[slot] = 0;
  }
}

/** Numbers up to 32 bits, floats and doubles, days and months. */
class NumberField implements FieldSlots {
  readonly #values = new Lane("f64", 0);
  readonly #seen = new SeenLane();

  reserve(capacity: number): void {
    this.#values.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  set(slot: number, value: Value): void {
    this.#seen.values[slot] = value === null ? 0 : 1;
    if (value !== null) this.#values.values[slot] = value as number;
  }

  get(slot: number): Value {
    return this.#seen.values[slot] === 0 ? null : this.#values.values[slot]!;
  }

  clear(slot: number): void {
    this.#seen.values[slot] = 0;
  }
}

/** Everything else, as values. */
class AnyField implements FieldSlots {
  readonly #values: Value[] = [];

  reserve(capacity: number): void {
    // Without holes: an array with some becomes a table of hashes.
    while (this.#values.length < capacity) this.#values.push(null);
  }

  set(slot: number, value: Value): void {
    this.#values[slot] = value;
  }

  get(slot: number): Value {
    return this.#values[slot]!;
  }

  clear(slot: number): void {
    this.#values[slot] = null;
  }
}
