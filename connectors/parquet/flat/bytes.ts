import { isUtf8 } from "node:buffer";
import { checkedPlaces } from "../../../engine/arrow/batchSize.js";
import { buffers } from "../../../engine/arrow/buffers.js";
import type { Column, Nulls, ViewColumn } from "../../../engine/arrow/column.js";
import { markOwned } from "../../../engine/arrow/ownership.js";
import type { DataType } from "../../../engine/arrow/types.js";
import { DamagedParquet } from "../thrift.js";
import { checkCodes, endOfPlain, spread, type ValueLane } from "./values.js";

/** Texts and bytes, each behind its length. A lane collects pages as they are and says where values lie. */
abstract class BytesLane implements ValueLane {
  protected starts = buffers.int32(0);
  protected lengths = buffers.int32(0);
  protected data = buffers.bytes(0);
  protected used = 0;

  /** @param isText bytes that are no UTF-8 are damage */
  constructor(
    protected readonly type: DataType,
    private readonly isText: boolean,
  ) {}

  abstract setDictionary(body: Uint8Array, count: number): void;
  abstract coded(codes: Int32Array, at: number, count: number, largest: number): void;
  abstract finish(rows: number, nulls: Nulls): Column;

  begin(rows: number): void {
    this.used = 0;
    if (this.starts.length >= rows) return;
    this.starts = buffers.int32(rows);
    this.lengths = buffers.int32(rows);
  }

  plain(body: Uint8Array, start: number, from: number, at: number, count: number): number {
    const first = start + from;
    const shift = this.used - first;
    const { starts, lengths } = this;
    let end = first;
    for (let i = at; i < at + count; i++) {
      if (end + 4 > body.length) throw new DamagedParquet("a page with too few values");
      const length = body[end]! | (body[end + 1]! << 8) | (body[end + 2]! << 16) | (body[end + 3]! << 24);
      if (length < 0 || length > body.length - end - 4) throw new DamagedParquet("a value beyond the end of its page");
      starts[i] = end + 4 + shift;
      lengths[i] = length;
      end += 4 + length;
    }
    this.#take(body.subarray(first, end), at, count);
    return end - start;
  }

  /** Copies values with their lengths. Of texts the lengths become zeros, which end a text as UTF-8 has it: one look tells whether each of them is whole. */
  #take(part: Uint8Array, at: number, count: number): void {
    const first = this.used;
    this.append(part);
    const { data, starts } = this;
    if (this.isText) {
      for (let i = at; i < at + count; i++) {
        const start = starts[i]!;
        data[start - 4] = data[start - 3] = data[start - 2] = data[start - 1] = 0;
      }
      if (!isUtf8(data.subarray(first, this.used))) throw new DamagedParquet("a text that is no UTF-8");
    }
  }

  protected append(part: Uint8Array): void {
    const end = checkedPlaces(this.used + part.length);
    if (end > this.data.length) {
      const larger = buffers.bytes(Math.min(Math.max(end, 2 * this.data.length), 2 ** 31 - 1));
      larger.set(this.data.subarray(0, this.used));
      this.data = larger;
    }
    this.data.set(part, this.used);
    this.used = end;
  }

  spread(at: number, rows: number, values: number, nulls: Uint8Array): void {
    spread.i32(this.starts, at, rows, values, nulls);
    spread.i32(this.lengths, at, rows, values, nulls);
  }

  protected views(rows: number, nulls: Nulls): ViewColumn {
    const { type, data, starts, lengths } = this;
    return { type, encoding: "view", length: rows, nulls, data, starts: starts.subarray(0, rows), lengths: lengths.subarray(0, rows) };
  }
}

/** Of a chunk in which some page has values of its own: every batch has the bytes of the dictionary before those. */
export class ViewLane extends BytesLane {
  #body = new Uint8Array(0);
  #starts = new Int32Array(0);
  #lengths = new Int32Array(0);
  #dictionaryAt = -1;

  setDictionary(body: Uint8Array, count: number): void {
    endOfPlain(body, 0, 4 * count);
    super.begin(count);
    super.plain(body, 0, 0, 0, count);
    this.#body = this.data.slice(0, this.used);
    this.#starts = this.starts.slice(0, count);
    this.#lengths = this.lengths.slice(0, count);
  }

  override begin(rows: number): void {
    super.begin(rows);
    this.#dictionaryAt = -1;
  }

  coded(codes: Int32Array, at: number, count: number, largest: number): void {
    checkCodes(largest, this.#starts.length);
    if (this.#dictionaryAt < 0) this.#addDictionary();
    const { starts, lengths } = this;
    for (let i = 0; i < count; i++) {
      const code = codes[i]!;
      starts[at + i] = this.#starts[code]! + this.#dictionaryAt;
      lengths[at + i] = this.#lengths[code]!;
    }
  }

  #addDictionary(): void {
    this.#dictionaryAt = this.used;
    this.append(this.#body);
  }

  finish(rows: number, nulls: Nulls): Column {
    return this.views(rows, nulls);
  }
}

/** Of a chunk of codes alone: batches share its dictionary, so that what is done with a value is done once for all rows that have it. */
export class DictionaryLane extends BytesLane {
  #dictionary: Column | null = null;
  #codes = buffers.int32(0);

  setDictionary(body: Uint8Array, count: number): void {
    endOfPlain(body, 0, 4 * count);
    super.begin(count);
    super.plain(body, 0, 0, 0, count);
    this.#dictionary = markOwned(this.views(count, null));
  }

  override begin(rows: number): void {
    if (this.#codes.length < rows) this.#codes = buffers.int32(rows);
  }

  coded(codes: Int32Array, at: number, count: number, largest: number): void {
    checkCodes(largest, this.#dictionary?.length ?? 0);
    this.#codes.set(count === codes.length ? codes : codes.subarray(0, count), at);
  }

  override spread(at: number, rows: number, values: number, nulls: Uint8Array): void {
    spread.i32(this.#codes, at, rows, values, nulls);
  }

  finish(rows: number, nulls: Nulls): Column {
    const { type } = this;
    const dictionary = this.#dictionary ?? this.views(0, null);
    return { type, encoding: "dictionary", length: rows, nulls, codes: this.#codes.subarray(0, rows), dictionary };
  }
}
