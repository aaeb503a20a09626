import { decodeText } from "../arrow/columns.js";
import type { DataType } from "../arrow/types.js";
import type { MapValue, Value } from "../arrow/value.js";
import { assert } from "../errors/assert.js";

/** Bytes being written, in a buffer that grows. */
export class CellWriter {
  bytes = new Uint8Array(256);
  length = 0;
  #view = new DataView(this.bytes.buffer);

  reset(): void {
    this.length = 0;
  }

  u8(value: number): void {
    this.#ensure(1);
    this.bytes[this.length++] = value;
  }

  i32(value: number): void {
    this.#ensure(4);
    this.#view.setInt32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.#ensure(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** A 64-bit integer given as a double that holds it exactly. */
  safeLong(value: number): void {
    this.i32(value | 0);
    this.i32(Math.floor(value / 4294967296) | 0);
  }

  long(value: bigint): void {
    this.#ensure(8);
    this.#view.setBigInt64(this.length, BigInt.asIntN(64, value), true);
    this.length += 8;
  }

  raw(data: Uint8Array, start: number, length: number): void {
    this.#ensure(length);
    this.bytes.set(data.subarray(start, start + length), this.length);
    this.length += length;
  }

  #ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.length + more, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

const encoder = new TextEncoder();

/**
 * Writes a value so that equal values are equal bytes: −0.0 and NaN in one form each when `normalise` is set (grouping), as they are when not.
 * Strings and binaries carry their length except at the top.
 */
export function writeCell(out: CellWriter, type: DataType, value: Value, normalise: boolean, nested = false): void {
  if (value === null) return;
  switch (type.kind) {
    case "boolean":
      return out.u8(value === true ? 1 : 0);
    case "byte":
    case "short":
    case "int":
    case "date":
    case "interval_yearmonth":
      return out.i32(value as number);
    case "float":
    case "double":
      return out.f64(normalise ? normalDouble(value as number) : (value as number));
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_daytime":
      return out.long(value as bigint);
    case "decimal":
      out.long(value as bigint);
      return out.long((value as bigint) >> 64n);
    case "string":
    case "binary": {
      const bytes = type.kind === "string" ? encoder.encode(value as string) : (value as Uint8Array);
      if (nested) out.i32(bytes.length);
      return out.raw(bytes, 0, bytes.length);
    }
    default:
      return writeNested(out, type, value, normalise);
  }
}

/** NaN and zero in one form each, as Spark groups and joins them. */
function normalDouble(value: number): number {
  if (value !== value) return NaN;
  return value === 0 ? 0 : value;
}

function writeNested(out: CellWriter, type: DataType, value: Value, normalise: boolean): void {
  switch (type.kind) {
    case "struct":
      type.fields.forEach((f, i) => writeNullable(out, f.type, (value as readonly Value[])[i]!, normalise));
      return;
    case "array":
      out.i32((value as readonly Value[]).length);
      for (const element of value as readonly Value[]) writeNullable(out, type.element, element, normalise);
      return;
    case "map": {
      const { keys, values } = value as MapValue;
      out.i32(keys.length);
      keys.forEach((key, i) => {
        writeNullable(out, type.key, key, normalise);
        writeNullable(out, type.value, values[i]!, normalise);
      });
      return;
    }
    default:
      assert(false, `no cells of type ${type.kind}`);
  }
}

function writeNullable(out: CellWriter, type: DataType, value: Value, normalise: boolean): void {
  out.u8(value === null ? 1 : 0);
  writeCell(out, type, value, normalise, true);
}

/** Reads back what `writeCell` wrote into `data[start .. start + length)`. */
export function readCell(type: DataType, data: Uint8Array, start: number, length: number): Value {
  if (type.kind === "string") return decodeText(data, start, start + length);
  if (type.kind === "binary") return data.slice(start, start + length);
  return new CellReader(data, start).read(type);
}

class CellReader {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(data: Uint8Array, start: number) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset);
    this.#at = start;
  }

  read(type: DataType): Value {
    switch (type.kind) {
      case "null":
        return null;
      case "boolean":
        return this.#data[this.#at++] === 1;
      case "float":
      case "double":
        return this.#view.getFloat64(this.#skip(8), true);
      case "long":
      case "timestamp":
      case "timestamp_ntz":
      case "interval_daytime":
        return this.#view.getBigInt64(this.#skip(8), true);
      case "decimal": {
        const low = this.#view.getBigUint64(this.#skip(8), true);
        return (this.#view.getBigInt64(this.#skip(8), true) << 64n) | low;
      }
      case "string":
      case "binary": {
        const length = this.#int();
        return readCell(type, this.#data, this.#skip(length), length);
      }
      case "struct":
        return type.fields.map((f) => this.#nullable(f.type));
      case "array":
        return Array.from({ length: this.#int() }, () => this.#nullable(type.element));
      case "map": {
        const entries = Array.from({ length: this.#int() }, () => [this.#nullable(type.key), this.#nullable(type.value)] as const);
        return { keys: entries.map(([key]) => key), values: entries.map(([, value]) => value) };
      }
      default:
        return this.#int();
    }
  }

  #nullable(type: DataType): Value {
    return this.#data[this.#at++] === 1 ? null : this.read(type);
  }

  #int(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  #skip(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
