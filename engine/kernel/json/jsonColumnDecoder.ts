import { buffers } from "../../arrow/buffers.js";
import type { Column, Utf8Column, ViewColumn } from "../../arrow/column.js";
import { plainColumn } from "../../arrow/columns.js";
import { types, type DataType, type StructType } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { outcome, type ColumnBuilder } from "./columnBuilder.js";
import { windowBytes, windowRecords } from "../wasm/decoderMemory.js";
import { corruptFieldIndex, JsonDecoderCore, type JsonDecoderSettings } from "./jsonDecoderCore.js";
import { parseJsonOptions } from "./jsonOptions.js";
import { token } from "./jsonReader.js";
import { ListBuilder, MapBuilder } from "./nestedBuilders.js";
import { MalformedTexts } from "../malformedTexts.js";
import { StrictRecords } from "./strictRecords.js";
import { recordFlags } from "../wasm/structuralIndex.js";

/** Parses a column of JSON texts: `from_json`. */
export interface JsonColumnDecoder {
  /**
   * One row for each of `column` (strings or binaries). Null where the text is null or blank; where it is malformed, a struct of nulls (or, for arrays and maps, null).
   *
   * The result borrows the decoder's memory until the next call.
   *
   * @throws conditions of malformed records (FAILFAST)
   */
  decodeColumn(column: Column): Column;
  /** The rows of the last column whose texts were malformed, ascending. */
  readonly malformedRows: readonly number[];
}

/** The record is null. */
const nullRecord = 4;

/**
 * Whether a decoder can be made of it.
 *
 * @throws PARSE_MODE_UNSUPPORTED, NOT_YET_SUPPORTED, INVALID_OPTION_VALUE, INVALID_CORRUPT_RECORD_TYPE
 */
export function checkJsonColumn(type: DataType, { options, zone }: JsonDecoderSettings): void {
  const { mode, corruptColumn } = parseJsonOptions(options, zone);
  if (mode === "DROPMALFORMED") throw new StreamingError("PARSE_MODE_UNSUPPORTED", { funcName: "`from_json`", mode });
  if (type.kind === "struct") corruptFieldIndex(type, corruptColumn);
}

/**
 * @param type what the texts hold: a struct, an array or a map
 * @throws what `checkJsonColumn` throws
 */
export function createJsonColumnDecoder(type: DataType, settings: JsonDecoderSettings): JsonColumnDecoder {
  checkJsonColumn(type, settings);
  switch (type.kind) {
    case "struct":
    case "array":
    case "map":
      return new ColumnOfRecords(type, settings);
    default:
      throw notYetSupported(`from_json into ${type.kind}`);
  }
}

class ColumnOfRecords implements JsonColumnDecoder {
  private readonly core: JsonDecoderCore;
  private readonly strict: StrictRecords;
  readonly malformedRows: number[] = [];
  /** Null for structs, whose fields are the core's. */
  private readonly repeated: ListBuilder | MapBuilder | null;
  private rootNulls = buffers.bytes(0);

  constructor(
    private readonly type: DataType,
    settings: JsonDecoderSettings,
  ) {
    const fields: StructType = type.kind === "struct" ? type : types.struct([]);
    this.core = new JsonDecoderCore(fields, settings, [], true);
    this.strict = new StrictRecords(this.core, new MalformedTexts(false));
    const builder: ColumnBuilder | null = type.kind === "struct" ? null : this.core.context.builderOf(type);
    this.repeated = builder as ListBuilder | MapBuilder | null;
  }

  decodeColumn(column: Column): Column {
    const texts = plainColumn(column);
    assert(texts.encoding === "view" || texts.encoding === "utf8" || texts.encoding === "null", `JSON text is no ${texts.encoding} column`);
    const { core } = this;
    const { length } = texts;
    core.reset();
    this.malformedRows.length = 0;
    core.ensure(length);
    this.repeated?.reset();
    this.repeated?.ensure(length);
    if (this.rootNulls.length < length) this.rootNulls = buffers.bytes(length);
    else this.rootNulls.fill(0, 0, length);
    if (texts.encoding === "null") {
      for (let row = 0; row < length; row++) this.setNull(row);
    } else {
      const shift = copyTexts(core, texts);
      for (let from = 0; from < length;) from = this.decodeWindow(texts, from, shift);
    }
    return this.finish(length);
  }

  /** Decodes records from `from` on, as many as the index takes at once; returns the next. */
  private decodeWindow(texts: ViewColumn | Utf8Column, from: number, shift: Int32Array | number): number {
    const { core } = this;
    const { memory, position } = core;
    const { length } = texts;
    let count = 0;
    let bytes = 0;
    for (; from + count < length && count < windowRecords; count++) {
      const row = from + count;
      const isNull = texts.nulls !== null && texts.nulls[row] === 1;
      const size = isNull ? 0 : textLength(texts, row);
      if (bytes + size > windowBytes && count > 0) break;
      // A text too long for the index is given to it as nothing, and to the strict path whole.
      const start = isNull ? memory.textStart : typeof shift === "number" ? textStart(texts, row) + shift : shift[row]!;
      memory.starts[count] = start;
      memory.ends[count] = size > windowBytes ? start : start + size;
      bytes += size;
    }
    memory.indexRecords(count);
    for (let i = 0; i < count; i++) {
      const row = from + i;
      if (texts.nulls !== null && texts.nulls[row] === 1) memory.flags[i] = nullRecord;
      else if (this.repeated !== null || textLength(texts, row) > windowBytes) memory.flags[i]! |= recordFlags.irregular;
    }
    core.prepare();
    position.record = 0;
    position.row = from;
    for (;;) {
      core.walkTo(count);
      if (position.record === count) break;
      const record = position.record++;
      const row = position.row++;
      if (memory.flags[record] === nullRecord) this.setNull(row);
      else this.strictRecord(memory.starts[record]!, memory.starts[record]! + textLength(texts, row), row, memory.flags[record]!);
    }
    if (this.repeated === null) core.adapt(count);
    return from + count;
  }

  private setNull(row: number): void {
    this.rootNulls[row] = 1;
    if (this.repeated === null) this.core.root.clearFields(row);
    else this.repeated.setNull(row);
  }

  private strictRecord(textStartAt: number, textEnd: number, row: number, flag: number): void {
    const { core } = this;
    const { reader, failure, memory } = core.context;
    const [start, end] = (flag & recordFlags.irregular) === 0 ? [textStartAt, textEnd] : repaired(core, textStartAt, textEnd);
    failure.clear();
    reader.reset(memory.bytes, start, end);
    const kind = reader.next();
    if (kind === token.end) return this.setNull(row);
    reader.reset(memory.bytes, start, end);
    const valid = reader.skipValue();
    reader.reset(memory.bytes, start, end);
    reader.next();
    if (this.repeated !== null) return this.decodeRepeated(this.repeated, kind, valid, start, end, row);
    if (valid && kind === token.object) {
      if (this.strict.decodeObject(row) !== outcome.ok) this.writeMalformed(start, end, row, true);
      return;
    }
    if (valid && kind === token.array) failure.noteRoot("MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS");
    this.writeMalformed(start, end, row, false);
  }

  private writeMalformed(start: number, end: number, row: number, partial: boolean): void {
    this.malformedRows.push(row);
    this.strict.writeMalformed(start, end, row, partial);
  }

  private decodeRepeated(builder: ListBuilder | MapBuilder, kind: number, valid: boolean, start: number, end: number, row: number): void {
    let result: number = outcome.failed;
    const isMap = builder instanceof MapBuilder;
    if (valid && kind === (isMap ? token.object : token.array)) {
      result = builder.read(row);
    } else if (valid && kind === token.object && builder instanceof ListBuilder && builder.element.type.kind === "struct") {
      // Spark takes a single object for an array of one.
      result = builder.readSingle(row);
    }
    if (result !== outcome.ok) this.malformedRows.push(row);
    if (result !== outcome.ok && this.core.options.mode === "FAILFAST") {
      const record = new TextDecoder().decode(this.core.memory.bytes.slice(start, end));
      const parameters = { badRecord: "[null]", failFastMode: "FAILFAST" };
      throw this.core.context.failure.cause(record) ?? new StreamingError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", parameters);
    }
    if (result === outcome.failed) this.setNull(row);
  }

  private finish(length: number): Column {
    if (this.repeated !== null) return this.repeated.finish(length);
    const rootNulls = this.rootNulls.subarray(0, length);
    const nulls = rootNulls.includes(1) ? rootNulls : null;
    return { type: this.type, length, nulls, encoding: "struct", children: this.core.finish(length) };
  }
}

function textStart(texts: ViewColumn | Utf8Column, row: number): number {
  return texts.encoding === "view" ? texts.starts[row]! : texts.offsets[row]!;
}

function textLength(texts: ViewColumn | Utf8Column, row: number): number {
  return texts.encoding === "view" ? texts.lengths[row]! : texts.offsets[row + 1]! - texts.offsets[row]!;
}

/**
 * Copies the texts into the decoder's memory: all in one piece where they lie close together (as in a Kafka fetch), else one by one.
 *
 * @returns what to add to a text's start, or the new starts
 */
function copyTexts(core: JsonDecoderCore, texts: ViewColumn | Utf8Column): number | Int32Array {
  const { memory } = core;
  let [low, high, total] = [Infinity, 0, 0];
  for (let row = 0; row < texts.length; row++) {
    if (texts.nulls !== null && texts.nulls[row] === 1) continue;
    const start = textStart(texts, row);
    const length = textLength(texts, row);
    if (start < low) low = start;
    if (start + length > high) high = start + length;
    total += length;
  }
  if (total === 0) return new Int32Array(texts.length).fill(memory.textStart);
  if (high - low <= total * 2) {
    memory.reserveText(high - low);
    memory.bytes.set(texts.data.subarray(low, high), memory.textStart);
    return memory.textStart - low;
  }
  memory.reserveText(total);
  const starts = new Int32Array(texts.length);
  let at = memory.textStart;
  for (let row = 0; row < texts.length; row++) {
    starts[row] = at;
    if (texts.nulls !== null && texts.nulls[row] === 1) continue;
    const start = textStart(texts, row);
    const length = textLength(texts, row);
    memory.bytes.set(texts.data.subarray(start, start + length), at);
    at += length;
  }
  return starts;
}

/** The text with U+FFFD for what is not UTF-8, as Java's decoder gives it; the text itself when there is nothing to repair. */
function repaired(core: JsonDecoderCore, start: number, end: number): readonly [number, number] {
  const { memory } = core;
  const text = memory.bytes.slice(start, end);
  const fixed = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(text));
  if (fixed.length === text.length && fixed.every((byte, i) => byte === text[i])) return [start, end];
  const at = memory.allocate(fixed.length);
  memory.bytes.set(fixed, at);
  return [at, at + fixed.length];
}
