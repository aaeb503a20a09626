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
  readonly bytes: number;
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

  /** About what it takes. */
  get bytes(): number {
    return this.#fields.reduce((sum, { bytes }) => sum + bytes, this.#there.bytes);
  }
}

function fieldSlotsFor(type: DataType): FieldSlots {
  if (isLongLike(type)) return new LaneField(new Lane("i64", 0n));
  const isNumber = type.kind !== "boolean" && type.kind !== "decimal" && fixedEncodingOf(type) !== null;
  return isNumber ? new LaneField(new Lane("f64", 0)) : new AnyField();
}

/** Numbers: longs, timestamps and their like as such, all of up to 32 bits, days and months as doubles. */
class LaneField implements FieldSlots {
  readonly #values: Lane<"i64"> | Lane<"f64">;
  readonly #seen = new SeenLane();

  constructor(values: Lane<"i64"> | Lane<"f64">) {
    this.#values = values;
  }

  reserve(capacity: number): void {
    this.#values.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  set(slot: number, value: Value): void {
    this.#seen.values[slot] = value === null ? 0 : 1;
    if (value !== null) (this.#values.values as { [slot: number]: Value })[slot] = value;
  }

  get(slot: number): Value {
    return this.#seen.values[slot] === 0 ? null : this.#values.values[slot]!;
  }

  clear(slot: number): void {
    this.#seen.values[slot] = 0;
  }

  get bytes(): number {
    return this.#values.bytes + this.#seen.bytes;
  }
}

/** Everything else, as values. */
class AnyField implements FieldSlots {
  readonly #values: Value[] = [];
  #held = 0;

  reserve(capacity: number): void {
    // Without holes: an array with some becomes a table of hashes.
    while (this.#values.length < capacity) this.#values.push(null);
  }

  set(slot: number, value: Value): void {
    this.#held += heldBytes(value) - heldBytes(this.#values[slot]!);
    this.#values[slot] = value;
  }

  get(slot: number): Value {
    return this.#values[slot]!;
  }

  clear(slot: number): void {
    this.#held -= heldBytes(this.#values[slot]!);
    this.#values[slot] = null;
  }

  get bytes(): number {
    return this.#held + 8 * this.#values.length;
  }
}

/** About what a value takes beside its place in an array. */
export function heldBytes(value: Value): number {
  if (typeof value === "string") return 16 + value.length;
  if (typeof value === "bigint") return 24;
  if (typeof value !== "object" || value === null) return 0;
  if (ArrayBuffer.isView(value)) return 96 + value.byteLength;
  if (Array.isArray(value)) return (value as readonly Value[]).reduce<number>((sum, item) => sum + 8 + heldBytes(item), 16);
  return Object.values(value as unknown as Record<string, Value>).reduce<number>((sum, item) => sum + 8 + heldBytes(item), 24);
}
