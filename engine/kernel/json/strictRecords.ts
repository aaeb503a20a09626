import { readValue } from "../../arrow/columns.js";
import { decimalText } from "../../arrow/valueText.js";
import { types, type DataType } from "../../arrow/types.js";
import type { MapValue, Value } from "../../arrow/value.js";
import { MalformedRecord } from "../../errors/malformedRecord.js";
import { StreamingError } from "../../errors/streamingError.js";
import { outcome } from "./columnBuilder.js";
import type { JsonDecoderCore } from "./jsonDecoderCore.js";
import { token } from "./jsonReader.js";
import type { MalformedTexts } from "../malformedTexts.js";
import { verdicts } from "../text/acceptRows.js";

/**
 * The strict path of a record: everything that Spark's parser does with it, malformed or not. One record may give several rows (an array of objects) or none.
 */
export class StrictRecords {
  /** Rows that the records gave, before filters. */
  rows = 0;
  /** Rows that failed only filters on members that they lack, or whose values were not readable. */
  unasked = 0;

  constructor(
    private readonly core: JsonDecoderCore,
    readonly malformedTexts: MalformedTexts,
  ) {}

  /** Decodes one line of a file, [start, end), into `row` and those after it; returns the next free row. */
  decodeLine(start: number, end: number, row: number): number {
    const { reader, failure, memory } = this.core.context;
    const { bytes } = memory;
    const at = bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf && end - start >= 3 ? start + 3 : start;
    failure.clear();
    reader.reset(bytes, at, end);
    if (reader.next() === token.end) return row;
    reader.reset(bytes, at, end);
    if (!reader.skipValue()) return this.malformed(start, end, row, false);
    reader.reset(bytes, at, end);
    const kind = reader.next();
    if (kind === token.array) return this.decodeArray(start, end, row, reader.at);
    if (kind === token.null) failure.noteRoot("INVALID_JSON_ROOT_FIELD");
    if (kind !== token.object) return this.malformed(start, end, row, false);
    const result = this.decodeObject(row);
    return result === outcome.ok ? this.emit(row, -1, -1) : this.malformed(start, end, row, true);
  }

  /** Decodes an object into the fields of `row`, whatever its mode makes of it. */
  decodeObject(row: number): number {
    this.core.ensure(row + 1);
    this.core.root.clearFields(row);
    return this.core.root.readMembers(row);
  }

  /** Writes the row of a malformed record, or throws: `partial` says that the fields hold what could be read. */
  writeMalformed(start: number, end: number, row: number, partial: boolean): void {
    this.core.ensure(row + 1);
    if (!partial) this.core.root.clearFields(row);
    this.core.corrupt?.raw(row, start, end);
    if (this.core.options.mode === "FAILFAST") throw this.failure(start, end, row);
  }

  /** The elements become rows. They are converted twice: first to know whether all are objects, and whether something in them is malformed. */
  private decodeArray(start: number, end: number, row: number, at: number): number {
    let result: number = outcome.ok;
    if (!this.eachElement(at, end, () => void (result = Math.max(result, this.decodeObject(row)))))
      return this.malformed(start, end, row, false);
    if (result !== outcome.ok && this.core.options.mode !== "PERMISSIVE") return this.malformed(start, end, row, false);
    if (result !== outcome.ok) this.malformedTexts.add(this.core.memory.bytes, start, end);
    let next = row;
    this.eachElement(at, end, () => {
      this.decodeObject(next);
      next = result === outcome.ok ? this.emit(next, -1, -1) : this.emit(next, start, end);
    });
    return next;
  }

  /** Stops the reader at each element's brace. False when one is no object. */
  private eachElement(at: number, end: number, decode: () => void): boolean {
    const { reader, memory, failure } = this.core.context;
    reader.reset(memory.bytes, at + 1, end);
    for (let first = true; reader.nextElement(first); first = false) {
      const kind = reader.next();
      if (kind === token.null) failure.noteRoot("INVALID_JSON_ROOT_FIELD");
      if (kind !== token.object) return false;
      decode();
    }
    return true;
  }

  private malformed(start: number, end: number, row: number, partial: boolean): number {
    this.malformedTexts.add(this.core.memory.bytes, start, end);
    if (this.core.options.mode === "DROPMALFORMED") return this.dropped(row);
    this.writeMalformed(start, end, row, partial);
    return this.emit(row, start, end);
  }

  /** Counts a row and keeps it if it passes the filters. */
  private emit(row: number, corruptStart: number, corruptEnd: number): number {
    const { corrupt, accept } = this.core;
    this.rows++;
    if (corrupt !== null) {
      if (corruptStart < 0) corrupt.setNull(row);
      else corrupt.raw(row, corruptStart, corruptEnd);
    }
    const verdict = accept(row);
    if (verdict === verdicts.unasked) this.unasked++;
    return verdict === verdicts.passes ? row + 1 : this.dropped(row);
  }

  /** Leaves the row as if nobody had written it: the walk takes that for granted. */
  private dropped(row: number): number {
    this.core.ensure(row + 1);
    for (const child of this.core.root.children) child.nulls[row] = 0;
    this.core.corrupt?.setNull(row);
    return row;
  }

  private failure(start: number, end: number, row: number): StreamingError {
    const { core } = this;
    const { failure, memory } = core.context;
    const record = new TextDecoder().decode(memory.bytes.slice(start, end));
    const fields = core.finish(row + 1).map((column) => rowText(column.type, readValue(column, row)));
    const parameters = { badRecord: `[${fields.join(",")}]`, failFastMode: "FAILFAST" };
    const malformed = new StreamingError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", parameters);
    const { condition, parameters: found } = failure.cause(record) ?? malformed;
    return new StreamingError(condition, found, { cause: new MalformedRecord(record) });
  }
}

/** A value as Java prints a row's. */
export function rowText(type: DataType, value: Value): string {
  if (value === null) return "null";
  switch (type.kind) {
    case "struct":
      return `[${(value as readonly Value[]).map((item, i) => rowText(type.fields[i]!.type, item)).join(",")}]`;
    case "array":
      return `[${(value as readonly Value[]).map((item) => rowText(type.element, item)).join(",")}]`;
    case "decimal":
      return decimalText(value as bigint, type.scale);
    case "map": {
      const { keys, values } = value as MapValue;
      return `keys: ${rowText(types.array(type.key), keys)}, values: ${rowText(types.array(type.value), values)}`;
    }
    case "binary":
      return "[B";
    default:
      return typeof value === "object" ? type.kind : String(value);
  }
}
