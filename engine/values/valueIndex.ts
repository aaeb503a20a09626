import type { DataType } from "../arrow/types.js";
import type { Value } from "../arrow/value.js";

/** What JavaScript's own maps tell apart as `compareValues` does. */
export type ValueKey = null | boolean | number | bigint | string;

/** Places of values by what they are, for values of one ordered type; null is one of them. NaN equals itself, and −0.0 equals 0.0. */
export class ValueIndex {
  readonly #type: DataType;
  readonly #places = new Map<ValueKey, number>();

  constructor(type: DataType, values: readonly Value[] = []) {
    this.#type = type;
    values.forEach((value, place) => this.add(value, place));
  }

  has(value: Value): boolean {
    return this.#places.has(valueKey(value, this.#type));
  }

  /** The place of the first such value; undefined when there is none. */
  place(value: Value): number | undefined {
    return this.#places.get(valueKey(value, this.#type));
  }

  /** False when the value is there already, and stays where it was. */
  add(value: Value, place = this.#places.size): boolean {
    const key = valueKey(value, this.#type);
    if (this.#places.has(key)) return false;
    this.#places.set(key, place);
    return true;
  }
}

/** A value of an ordered type as a key of a map. */
export function valueKey(value: Value, type: DataType): ValueKey {
  if (value === null) return null;
  switch (type.kind) {
    case "binary":
      return Array.from(value as Uint8Array, (byte) => String.fromCharCode(byte)).join("");
    case "array":
      return (value as readonly Value[]).map((element) => partOf(element, type.element)).join("");
    case "struct":
      return (value as readonly Value[]).map((member, i) => partOf(member, type.fields[i]!.type)).join("");
    default:
      return value as ValueKey;
  }
}

/** A part of a nested value: with its length, so that no two lists of parts make one text. */
function partOf(value: Value, type: DataType): string {
  const key = valueKey(value, type);
  if (key === null) return "-";
  const text = String(key);
  return `${text.length}:${text}`;
}
