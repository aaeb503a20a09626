import { assert } from "../errors/assert.js";
import { StreamingError } from "../errors/streamingError.js";
import { batchOf, type Batch } from "./batch.js";
import type { Column, FixedArrays, FixedEncoding, Nulls } from "./column.js";
import { fixedColumn } from "./encodings.js";
import { sliceColumn } from "./slice.js";
import { plainColumn, takeColumn } from "./take.js";
import type { DataType, Schema } from "./types.js";

/** Buffers begin at multiples of this, so that any typed array can lie over them. */
const alignment = 8;

/** What of a column is no buffer: how it is encoded, how many rows it has, whether some are null, and the same of its children. */
type Shape = readonly [encoding: Column["encoding"], length: number, hasNulls: boolean, ...children: Shape[]];

/** A batch as bytes that this process reads again: its buffers as they are, and what says where they are. */
export interface RawBatch {
  /** Plain data, without the schema. */
  readonly shapes: readonly Shape[];
  readonly length: number;
  /** The buffers, in order. They are the batch's own. */
  readonly parts: readonly Uint8Array[];
}

/** How many bytes the parts take when each begins at a multiple of eight. */
export function rawBytes({ parts }: Pick<RawBatch, "parts">): number {
  return parts.reduce((sum, { byteLength }) => sum + aligned(byteLength), 0);
}

/** The bytes between a part of so many and the next one. */
export function paddingOf(length: number): number {
  return aligned(length) - length;
}

function aligned(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

/** Nothing is copied but texts and lists that lie apart, and rows of dictionaries. */
export function toRaw({ columns, length }: Batch): RawBatch {
  const parts: Uint8Array[] = [];
  return { shapes: columns.map((column) => shapeOf(column, parts)), length, parts };
}

/** The batch again, over `bytes`: the parts one behind the other, each at a multiple of eight. */
export function fromRaw(schema: Schema, { shapes, length }: Pick<RawBatch, "shapes" | "length">, bytes: Uint8Array): Batch {
  assert(bytes.byteOffset % alignment === 0, "bytes of a batch are aligned");
  const reader = new PartReader(bytes);
  const columns = schema.fields.map(({ type }, c) => reader.column(type, shapes[c]!));
  assert(reader.at === bytes.byteLength, `${bytes.byteLength} bytes of a batch, of which ${reader.at} are columns`);
  return batchOf(schema, columns, length);
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function shapeOf(whole: Column, parts: Uint8Array[]): Shape {
  const column = plainColumn(whole);
  const { encoding, length } = column;
  if (encoding === "view") return shapeOf(takeColumn(column, firstRows(length), length), parts);
  const nulls = encoding === "null" ? null : column.nulls;
  if (nulls !== null) parts.push(nulls.subarray(0, length));
  const base = [encoding, length, nulls !== null] as const;
  switch (encoding) {
    case "null":
      return base;
    case "utf8": {
      const { offsets, data } = column;
      parts.push(bytesOf(fromZero(offsets, length)), data.subarray(offsets[0], offsets[length]));
      return base;
    }
    case "list":
      parts.push(bytesOf(fromZero(column.offsets, length)));
      return [...base, shapeOf(within(column.element, column.offsets, length), parts)];
    case "map":
      parts.push(bytesOf(fromZero(column.offsets, length)));
      return [...base, ...[column.keys, column.values].map((child) => shapeOf(within(child, column.offsets, length), parts))];
    case "struct":
      return [...base, ...column.children.map((child) => shapeOf(child, parts))];
    case "i128":
      parts.push(bytesOf(column.values.subarray(0, 2 * length)));
      return base;
    default:
      parts.push(bytesOf(column.values.subarray(0, length)));
      return base;
  }
}

function firstRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}

/** The offsets of rows whose elements begin at 0. */
function fromZero(offsets: Int32Array, length: number): Int32Array {
  const first = offsets[0]!;
  const own = offsets.subarray(0, length + 1);
  return first === 0 ? own : own.map((offset) => offset - first);
}

function within(child: Column, offsets: Int32Array, length: number): Column {
  return sliceColumn(child, offsets[0]!, offsets[length]!);
}

/** Takes columns from bytes, in the order in which their parts were put there. */
class PartReader {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  column(type: DataType, [encoding, length, hasNulls, ...children]: Shape): Column {
    const nulls: Nulls = hasNulls ? this.#bytes(length) : null;
    switch (encoding) {
      case "null":
        return { type, encoding, length, nulls };
      case "utf8": {
        const offsets = this.#offsets(length);
        return { type, encoding, length, nulls, offsets, data: this.#bytes(offsets[length]!) };
      }
      case "list": {
        assert(type.kind === "array", "a list is an array");
        return { type, encoding, length, nulls, offsets: this.#offsets(length), element: this.column(type.element, children[0]!) };
      }
      case "map": {
        assert(type.kind === "map", "a map is a map");
        const offsets = this.#offsets(length);
        return {
          type,
          encoding,
          length,
          nulls,
          offsets,
          keys: this.column(type.key, children[0]!),
          values: this.column(type.value, children[1]!),
        };
      }
      case "struct": {
        assert(type.kind === "struct", "a struct is a struct");
        return { type, encoding, length, nulls, children: type.fields.map((field, c) => this.column(field.type, children[c]!)) };
      }
      case "i128":
        return { type, encoding, length, nulls, values: this.#array(buffersOf.i64, 2 * length) };
      case "view":
      case "dictionary":
      case "constant":
        throw new StreamingError("INTERNAL_ERROR", { message: `${encoding} columns are written plainly` });
      default:
        return fixedColumn(type, encoding, this.#array<FixedArrays[FixedEncoding]>(buffersOf[encoding], length), length, nulls);
    }
  }

  #offsets(length: number): Int32Array {
    return this.#array(buffersOf.i32, length + 1);
  }

  #bytes(length: number): Uint8Array {
    return this.#array(buffersOf.u8, length);
  }

  #array<A extends FixedArrays[FixedEncoding]>(Array: ArrayOver<A>, length: number): A {
    const array = new Array(this.bytes.buffer, this.bytes.byteOffset + this.at, length);
    this.at += aligned(array.byteLength);
    return array;
  }
}

type ArrayOver<A> = new (buffer: ArrayBufferLike, offset: number, length: number) => A;

const buffersOf: { readonly [E in FixedEncoding]: ArrayOver<FixedArrays[E]> } = {
  u8: Uint8Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
  i64: BigInt64Array,
};
