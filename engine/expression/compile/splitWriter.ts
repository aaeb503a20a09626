import { checkedPlaces } from "../../arrow/batchSize.js";
import { buffers } from "../../arrow/buffers.js";
import type { Column, Nulls } from "../../arrow/column.js";
import { types, type DataType } from "../../arrow/types.js";
import type { Expression } from "../expression.js";
import { copyBytes } from "./runtime/bytes.js";

/** A call of `split` at each place of a text that the pattern stands for. */
export interface TextSplit {
  readonly text: Expression;
  readonly separator: Uint8Array;
}

/** What a call of `split` at a constant text splits; null for other calls: those of patterns that are more than a text, or with a limit. */
export function textSplitOf(e: Expression): TextSplit | null {
  if (e.kind !== "call" || e.name !== "split") return null;
  const [text, pattern, limit] = e.args;
  if (limit !== undefined && !(limit.kind === "literal" && limit.value !== null && (limit.value as number) <= 0)) return null;
  const separator = pattern?.kind === "literal" ? plainText(pattern.value as string | null) : null;
  return separator === null ? null : { text: text!, separator: new TextEncoder().encode(separator) };
}

/** The only text that a regular expression matches; null when there are others. */
function plainText(pattern: string | null): string | null {
  if (pattern === null || !/^(?:[^\\^$.|?*+()[\]{}]|\\[^\p{L}\p{N}])+$/u.test(pattern)) return null;
  return pattern.replaceAll(/\\(.)/gsu, "$1");
}

/** Parts of texts. The bytes of a text are copied as a whole; its parts are views of them. */
export class SplitWriter {
  nulls: Uint8Array = new Uint8Array(0);
  readonly #type: DataType;
  readonly #separator: Uint8Array;
  #offsets: Int32Array = new Int32Array(1);
  #data: Uint8Array = buffers.bytes(1024);
  #used = 0;
  #starts: Int32Array = buffers.int32(64);
  #lengths: Int32Array = buffers.int32(64);
  #parts = 0;

  constructor(type: DataType, separator: Uint8Array) {
    this.#type = type;
    this.#separator = separator;
  }

  reserve(rows: number): void {
    this.#used = 0;
    this.#parts = 0;
    if (rows < this.#offsets.length && this.nulls.length >= rows) return;
    const room = Math.max(rows, 2 * this.nulls.length, 64);
    this.nulls = buffers.bytes(room);
    this.#offsets = buffers.int32(room + 1);
  }

  /** Splits the text of row `k`. */
  put(k: number, from: Uint8Array, start: number, length: number): void {
    if (this.#used + length > this.#data.length) this.#growData(this.#used + length);
    const begin = this.#used;
    copyBytes(this.#data, begin, from, start, length);
    this.#used += length;
    // Room for as many parts as there may be at most, so that the loop over the bytes asks nothing.
    if (this.#parts + length + 1 > this.#starts.length) this.#growParts(this.#parts + length + 1);
    this.#parts = splitBytes(this.#data, begin, this.#used, this.#separator, this.#starts, this.#lengths, this.#parts);
    this.#offsets[k + 1] = this.#parts;
  }

  putNull(k: number): void {
    this.#offsets[k + 1] = this.#parts;
  }

  finish(length: number, hasNulls: boolean): Column {
    const [starts, lengths] = [this.#starts.subarray(0, this.#parts), this.#lengths.subarray(0, this.#parts)];
    const element: Column = { type: types.string, encoding: "view", length: this.#parts, nulls: null, data: this.#data, starts, lengths };
    const nulls: Nulls = hasNulls ? this.nulls.subarray(0, length) : null;
    return { type: this.#type, encoding: "list", length, nulls, offsets: this.#offsets.subarray(0, length + 1), element };
  }

  #growParts(needed: number): void {
    checkedPlaces(needed);
    const room = Math.min(2 ** 31 - 1, Math.max(needed, 2 * this.#starts.length));
    const [starts, lengths] = [buffers.int32(room), buffers.int32(room)];
    starts.set(this.#starts);
    lengths.set(this.#lengths);
    this.#starts = starts;
    this.#lengths = lengths;
  }

  #growData(needed: number): void {
    checkedPlaces(needed);
    const grown = buffers.bytes(Math.min(2 ** 31 - 1, Math.max(needed, this.#data.length * 2)));
    grown.set(this.#data.subarray(0, this.#used));
    this.#data = grown;
  }
}

/** Writes where the parts between `begin` and `end` lie, from entry `parts` on; gives the number of entries then. */
function splitBytes(
  data: Uint8Array,
  begin: number,
  end: number,
  separator: Uint8Array,
  starts: Int32Array,
  lengths: Int32Array,
  parts: number,
): number {
  const first = separator[0]!;
  const width = separator.length;
  const last = end - width;
  let count = parts;
  let part = begin;
  for (let at = begin; at <= last; at++) {
    if (data[at] !== first || (width > 1 && !isAt(data, at, separator))) continue;
    starts[count] = part;
    lengths[count++] = at - part;
    part = at + width;
    at = part - 1;
  }
  starts[count] = part;
  lengths[count++] = end - part;
  return count;
}

function isAt(data: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 1; i < text.length; i++) if (data[at + i] !== text[i]) return false;
  return true;
}
