import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Schema } from "../../arrow/types.js";
import type { PushedFilter } from "../../contract/source.js";
import type { Decoder } from "../text/lineDecoder.js";
import { MalformedTexts } from "../malformedTexts.js";
import { JsonDecoderCore, type JsonDecoderSettings } from "./jsonDecoderCore.js";
import { LineFraming, type LineSink } from "../text/lineFraming.js";
import { WholeFraming } from "../text/wholeFraming.js";
import { StrictRecords } from "./strictRecords.js";

/**
 * JSON lines to columns: the structural index of a window of lines, the generated walk over its records, the strict path for those that the walk gives back.
 *
 * Of several rows in one line (an array), and of lines that give none, `rowsRead` counts what Spark's parser emits. Broken UTF-8 makes a record malformed.
 */
export class JsonLinesDecoder implements Decoder, LineSink {
  rowsRead = 0;
  readonly malformedTexts: MalformedTexts;
  private readonly core: JsonDecoderCore;
  private readonly strict: StrictRecords;
  private readonly framing: LineFraming | WholeFraming;

  constructor(
    private readonly schema: Schema,
    settings: JsonDecoderSettings,
    readonly taken: readonly PushedFilter[],
  ) {
    this.core = new JsonDecoderCore(schema, settings, taken, false);
    this.malformedTexts = new MalformedTexts(settings.tellsMalformed === true);
    this.strict = new StrictRecords(this.core, this.malformedTexts);
    const { memory, options } = this.core;
    this.framing = options.multiLine
      ? new WholeFraming(memory, settings.maxRecordBytes)
      : new LineFraming(memory, options.lineSeparator, settings.maxRecordBytes);
  }

  get rowsUnasked(): number {
    return this.core.position.unasked + this.strict.unasked;
  }

  buffer(): Uint8Array {
    return this.framing.buffer();
  }

  readAhead(): Uint8Array | null {
    return this.framing.readAhead();
  }

  decode(byteCount: number, isLast: boolean): Batch | null {
    const { core } = this;
    core.reset();
    this.framing.frame(byteCount, isLast, this);
    const { row } = core.position;
    return row === 0 ? null : batchOf(this.schema, core.finish(row), row);
  }

  window(count: number): void {
    const { core, strict } = this;
    const { memory, position } = core;
    memory.indexRecords(count);
    core.prepare();
    core.ensure(position.row + count);
    position.record = 0;
    let walked = 0;
    for (;;) {
      const from = position.record;
      core.walkTo(count);
      walked += position.record - from;
      if (position.record === count) break;
      const record = position.record++;
      this.strictRecord(memory.starts[record]!, memory.ends[record]!);
      core.ensure(position.row + count - position.record);
    }
    this.rowsRead += walked + strict.rows;
    strict.rows = 0;
    core.adapt(count);
  }

  longLine(start: number, end: number): void {
    this.strictRecord(start, end);
    this.rowsRead += this.strict.rows;
    this.strict.rows = 0;
  }

  private strictRecord(start: number, end: number): void {
    this.core.position.row = this.strict.decodeLine(start, end, this.core.position.row);
  }
}
