import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { byteEqual } from "../compile/runtime/bytes.js";
import type { Expression } from "../expression.js";

const encoder = new TextEncoder();

/** Lists below this length are cheaper to compare one by one. */
const shortList = 10;

/** The constants of an IN list, looked up instead of compared one by one. Types of one value only: NaN equals itself, −0.0 equals 0.0. */
export class ConstantList {
  /** Whether null is among them. */
  readonly hasNull: boolean;
  /** The values: boolean, number, BigInt or string. */
  readonly values: ReadonlySet<Value>;
  /** Those of strings and binaries as bytes, by their hash. */
  readonly #bytes = new Map<number, Uint8Array[]>();

  constructor(values: readonly Value[], type: DataType) {
    this.hasNull = values.includes(null);
    const present = values.filter((value) => value !== null);
    this.values = new Set(type.kind === "binary" ? [] : present);
    if (type.kind !== "string" && type.kind !== "binary") return;
    for (const value of present) {
      const bytes = typeof value === "string" ? encoder.encode(value) : (value as Uint8Array);
      const hash = hashOf(bytes, 0, bytes.length);
      const sharing = this.#bytes.get(hash) ?? [];
      if (!sharing.some((other) => byteEqual(other, 0, other.length, bytes, 0, bytes.length))) sharing.push(bytes);
      this.#bytes.set(hash, sharing);
    }
  }

  has(value: Value): boolean {
    return value instanceof Uint8Array ? this.hasBytes(value, 0, value.length) : this.values.has(value);
  }

  hasBytes(data: Uint8Array, start: number, length: number): boolean {
    const sharing = this.#bytes.get(hashOf(data, start, length));
    if (sharing === undefined) return false;
    for (const bytes of sharing) if (byteEqual(bytes, 0, bytes.length, data, start, length)) return true;
    return false;
  }
}

/** The list, when it is long and of constants; else null. */
export function constantList(items: readonly Expression[], type: DataType): ConstantList | null {
  if (items.length < shortList || type.kind === "array" || type.kind === "struct" || type.kind === "null") return null;
  const values: Value[] = [];
  for (const item of items) {
    if (item.kind !== "literal") return null;
    values.push(item.value);
  }
  return new ConstantList(values, type);
}

/** FNV-1a over the bytes. */
function hashOf(data: Uint8Array, start: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
  return hash;
}
