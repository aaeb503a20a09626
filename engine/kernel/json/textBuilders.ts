import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import { grown, outcome, ScalarBuilder } from "./columnBuilder.js";
import { token } from "./jsonReader.js";
import { decodeBase64Into, unescapeInto } from "./jsonStrings.js";
import { rewriteJson } from "./jsonRewrite.js";

/** Views into the decoder's memory: into the text itself, or into the arena for what had to be made of it. */
abstract class ViewBuilder extends ScalarBuilder {
  starts: Int32Array = buffers.int32(0);
  lengths: Int32Array = buffers.int32(0);

  finish(length: number): Column {
    return {
      type: this.type,
      length,
      nulls: this.nullsOf(length),
      encoding: "view",
      data: this.context.memory.bytes,
      starts: this.starts.subarray(0, length),
      lengths: this.lengths.subarray(0, length),
    };
  }

  protected view(row: number, start: number, stop: number): number {
    this.starts[row] = start;
    this.lengths[row] = stop - start;
    return outcome.ok;
  }

  protected grow(capacity: number): void {
    this.starts = grown(this.starts, buffers.int32(capacity));
    this.lengths = grown(this.lengths, buffers.int32(capacity));
  }
}

/** string: any JSON value is accepted as text */
export class StringBuilder extends ViewBuilder {
  convert(row: number, kind: number, start: number, stop: number, escaped: boolean): number {
    const { memory, rewriteText } = this.context;
    if (kind !== token.string) {
      return rewriteText ? this.text(row, rewriteJson(this.context, kind, start, stop)) : this.view(row, start, stop);
    }
    if (!escaped) return this.view(row, start, stop);
    const at = memory.allocate(stop - start);
    const end = unescapeInto(memory.bytes, start, stop, at);
    memory.shrinkTo(end);
    return this.view(row, at, end);
  }

  /** Stores a text made elsewhere. */
  text(row: number, text: string): number {
    const bytes = new TextEncoder().encode(text);
    const at = this.context.memory.allocate(bytes.length);
    this.context.memory.bytes.set(bytes, at);
    return this.view(row, at, at + bytes.length);
  }

  /** Stores the text [start, stop) as it stands; broken UTF-8 is kept. */
  raw(row: number, start: number, stop: number): void {
    this.view(row, start, stop);
    this.nulls[row] = 0;
  }
}

/** The texts of malformed records: null for every row of which nothing else was said. */
export class CorruptRecordBuilder extends StringBuilder {
  override ensure(rows: number): void {
    const before = this.nulls.length;
    super.ensure(rows);
    this.nulls.fill(1, before);
  }

  override reset(): void {
    this.nulls.fill(1);
  }
}

/** binary, in base64 */
export class BinaryBuilder extends ViewBuilder {
  convert(row: number, kind: number, start: number, stop: number, escaped: boolean): number {
    if (kind !== token.string) return outcome.failed;
    const { memory } = this.context;
    const at = memory.allocate(stop - start);
    let [from, to] = [start, stop];
    if (escaped) [from, to] = [at, unescapeInto(memory.bytes, start, stop, at)];
    const end = decodeBase64Into(memory.bytes, from, to, at);
    memory.shrinkTo(end < 0 ? at : end);
    return end < 0 ? outcome.failed : this.view(row, at, end);
  }
}
