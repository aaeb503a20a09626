import { buffers } from "../arrow/buffers.js";
import { plainColumn, readValue, type PlainColumn } from "../arrow/columns.js";
import type { Column } from "../arrow/column.js";
import type { DataType } from "../arrow/types.js";
import { assert } from "../errors/assert.js";

/** A column to order by. */
export interface OrderKey {
  readonly type: DataType;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

const ordered: ReadonlySet<DataType["kind"]> = new Set([
  "boolean",
  "byte",
  "short",
  "int",
  "long",
  "float",
  "double",
  "decimal",
  "date",
  "timestamp",
  "timestamp_ntz",
  "interval_yearmonth",
  "interval_daytime",
  "string",
  "binary",
  "null",
]);

/** Whether values of the type can be written as bytes in their order. */
export function hasOrderBytes(type: DataType): boolean {
  return ordered.has(type.kind);
}

const firstCapacity = 256;

/**
 * Writes the values of rows that decide their order as bytes that compare, one by one, as the rows do (Spark's order: NaN the greatest double, -0.0 as 0.0, texts by
 * their bytes). A value begins with whether it is null; numbers are big endian with the sign turned; texts end in two zeros, a zero within them being followed by
 * 255; of a descending key every byte but the first is turned.
 */
export class OrderBytes {
  /** Row j of the last call has `data[starts[j] .. starts[j + 1])`. */
  data: Uint8Array = new Uint8Array(0);
  starts: Int32Array = new Int32Array(1);
  readonly #keys: readonly OrderKey[];
  readonly #double = new Float64Array(1);
  readonly #halves = new Uint32Array(this.#double.buffer);
  #used = 0;
  /** 255 within a descending key. */
  #turn = 0;

  constructor(keys: readonly OrderKey[]) {
    this.#keys = keys;
  }

  /** Writes rows `rows[0 .. count)`, or rows 0 to `count − 1`. What the last call gave is gone. */
  write(columns: readonly Column[], rows: Int32Array | null, count: number): void {
    const plain = columns.map(plainColumn);
    if (this.starts.length <= count) this.starts = new Int32Array(2 * count + 1);
    this.#used = 0;
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      for (let k = 0; k < plain.length; k++) this.#key(this.#keys[k]!, plain[k]!, row);
      this.starts[j + 1] = this.#used;
    }
  }

  #key({ descending, nullsFirst }: OrderKey, column: PlainColumn, row: number): void {
    this.#room(32);
    const isNull = column.encoding === "null" || (column.nulls !== null && column.nulls[row] !== 0);
    this.data[this.#used++] = isNull ? (nullsFirst ? 0 : 2) : 1;
    if (isNull) return;
    this.#turn = descending ? 255 : 0;
    this.#value(column, row);
  }

  #value(column: PlainColumn, row: number): void {
    switch (column.encoding) {
      case "u8":
      case "i8":
      case "i16":
      case "i32":
        return this.#integer(column.values[row]!);
      case "f32":
        return this.#float(column.values[row]!);
      case "f64":
        return column.type.kind === "double" ? this.#float(column.values[row]!) : this.#integer(column.values[row]!);
      case "i64":
        return this.#long(column.values[row]!);
      case "i128":
        this.#long(column.values[2 * row + 1]!);
        return this.#unsigned(column.values[2 * row]!);
      case "view":
        return this.#text(column.data, column.starts[row]!, column.lengths[row]!);
      case "utf8":
        return this.#text(column.data, column.offsets[row]!, column.offsets[row + 1]! - column.offsets[row]!);
      default:
        assert(false, `values of type ${column.type.kind} have no order in bytes: ${String(readValue(column, row) === null)}`);
    }
  }

  /** A safe integer as 64 bits. */
  #integer(value: number): void {
    this.#word((Math.floor(value / 4294967296) ^ 0x80000000) >>> 0);
    this.#word(value >>> 0);
  }

  #long(value: bigint): void {
    this.#word((Number(BigInt.asIntN(32, value >> 32n)) ^ 0x80000000) >>> 0);
    this.#word(Number(BigInt.asUintN(32, value)));
  }

  #unsigned(value: bigint): void {
    this.#word(Number(BigInt.asUintN(32, value >> 32n)));
    this.#word(Number(BigInt.asUintN(32, value)));
  }

  #float(value: number): void {
    this.#double[0] = value !== value ? NaN : value + 0;
    const [low, high] = [this.#halves[0]!, this.#halves[1]!];
    const negative = high >>> 31 === 1 && value === value;
    this.#word(negative ? ~high >>> 0 : (high | 0x80000000) >>> 0);
    this.#word(negative ? ~low >>> 0 : low);
  }

  #word(value: number): void {
    const { data } = this;
    const turn = this.#turn;
    let at = this.#used;
    data[at++] = (value >>> 24) ^ turn;
    data[at++] = ((value >>> 16) & 255) ^ turn;
    data[at++] = ((value >>> 8) & 255) ^ turn;
    data[at++] = (value & 255) ^ turn;
    this.#used = at;
  }

  #text(from: Uint8Array, start: number, length: number): void {
    this.#room(2 * length + 2);
    const { data } = this;
    const turn = this.#turn;
    let at = this.#used;
    for (let k = start; k < start + length; k++) {
      const byte = from[k]!;
      data[at++] = byte ^ turn;
      if (byte === 0) data[at++] = 255 ^ turn;
    }
    data[at++] = turn;
    data[at++] = turn;
    this.#used = at;
  }

  #room(more: number): void {
    if (this.#used + more <= this.data.length) return;
    const grown = buffers.bytes(Math.max(firstCapacity, 2 * (this.#used + more)));
    grown.set(this.data.subarray(0, this.#used));
    this.data = grown;
  }
}
