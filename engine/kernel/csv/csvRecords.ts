import type { Batch } from "../../arrow/batch.js";
import { batchOf } from "../../arrow/batch.js";
import { decodeText } from "../../arrow/reading.js";
import { types, type Schema } from "../../arrow/types.js";
import type { PushedFilter } from "../../contract/source.js";
import { MalformedRecord } from "../../errors/malformedRecord.js";
import { StreamingError } from "../../errors/streamingError.js";
import { rowText } from "../json/strictRecords.js";
import { readValue } from "../../arrow/columns.js";
import { corruptFieldIndex } from "../json/jsonDecoderCore.js";
import { MalformedTexts } from "../malformedTexts.js";
import { compileAccept, constantName, verdicts, type Accept } from "../text/acceptRows.js";
import { filterCode } from "../text/rowFilters.js";
import type { DecoderMemory } from "../wasm/decoderMemory.js";
import { corruptType, csvColumn, type CsvColumn } from "./csvColumns.js";
import type { CsvParts } from "./csvDecoder.js";
import type { CsvOptions } from "./csvOptions.js";
import type { CsvRecordSink } from "./csvRecordSink.js";
import { fieldKind, type CsvTokenizer } from "./csvTokenizer.js";

/** What rows are wanted. */
export interface WantedRows {
  readonly schema: Schema;
  /** All columns that a record holds, in order. */
  readonly fileSchema: Schema;
  /** Such as `takesFilter` says can be asked here. */
  readonly filters: readonly PushedFilter[];
  /** Whether the texts of all malformed records are kept until they are taken. */
  readonly tellsMalformed: boolean;
}

/**
 * Records as rows of the wanted columns: which field each of them is, what it becomes, and what is done with records that are malformed. A record is malformed
 * when a value does not fit its column, or, where all columns are wanted, when it has more or fewer fields than columns.
 */
export class CsvRecords implements CsvRecordSink {
  rowsRead = 0;
  rowsUnasked = 0;
  readonly filters: readonly PushedFilter[];
  readonly malformedTexts: MalformedTexts;
  private row = 0;
  private readonly schema: Schema;
  private readonly fileSchema: Schema;
  private readonly options: CsvOptions;
  private readonly memory: DecoderMemory;
  private readonly tokens: CsvTokenizer;
  private readonly columns: readonly CsvColumn[];
  /** The place in a record of each column. */
  private readonly places: readonly number[];
  private readonly corrupt: CsvColumn | null;
  private readonly corruptIndex: number;
  /** How many fields a record must have; -1 when nobody looks, because only some columns are wanted. */
  private readonly expected: number;
  /** 1 for each column whose value is there and could be read. */
  private readonly met: Uint8Array;
  /** Null without filters. */
  private readonly accept: Accept | null;
  private capacity = 0;

  constructor({ schema, fileSchema, filters, tellsMalformed }: WantedRows, { options, memory, tokens }: Omit<CsvParts, "records">) {
    this.schema = schema;
    this.fileSchema = fileSchema;
    this.filters = filters;
    this.options = options;
    this.memory = memory;
    this.tokens = tokens;
    this.malformedTexts = new MalformedTexts(tellsMalformed);
    this.corruptIndex = corruptFieldIndex(schema, options.corruptColumn);
    const wanted = schema.fields.filter((_, i) => i !== this.corruptIndex);
    const file = fileSchema.fields.filter(({ name }) => name !== options.corruptColumn);
    this.places = wanted.map(({ name }) => file.findIndex((field) => field.name === name));
    this.columns = wanted.map(({ type }) => csvColumn(type, memory, options));
    this.corrupt = this.corruptIndex < 0 ? null : csvColumn(corruptType, memory, options);
    this.expected = options.columnPruning && wanted.length < file.length ? -1 : file.length;
    this.met = new Uint8Array(wanted.length);
    this.accept = filters.length === 0 ? null : this.acceptOf(types.struct(wanted), filters);
  }

  header(): void {
    const { options, schema, fileSchema, tokens, memory } = this;
    if (!options.enforceSchema) checkHeader(fileSchema, schema, options.corruptColumn, tokens, memory.bytes);
  }

  reset(): void {
    this.row = 0;
    for (const column of this.columns) column.reset();
    this.corrupt?.reset();
  }

  add(start: number, stop: number): void {
    const { row, tokens, columns, places } = this;
    if (row >= this.capacity) this.grow(row + 1);
    const { count, kinds, starts, stops } = tokens;
    if (count > starts.length - 1 || this.options.maxChars >= 0) this.checkSize(start, stop);
    let fits = this.expected < 0 || count === this.expected;
    for (let i = 0; i < columns.length; i++) {
      const place = places[i]!;
      const column = columns[i]!;
      this.met[i] = place < count ? 1 : 0;
      if (place >= count || kinds[place] === fieldKind.nothing) column.putNull(row);
      else if (kinds[place] !== fieldKind.empty && this.isNullText(starts[place]!, stops[place]!)) column.putNull(row);
      else if (!(kinds[place] === fieldKind.empty ? this.putEmpty(column, row) : column.put(row, starts[place]!, stops[place]!))) {
        fits = false;
        this.met[i] = 0;
      }
    }
    if (fits) {
      this.corrupt?.putNull(row);
      this.emit(row);
    } else {
      this.malformed(row, start, stop);
    }
  }

  addUnreadable(start: number, stop: number): void {
    const { row } = this;
    if (row >= this.capacity) this.grow(row + 1);
    for (const column of this.columns) column.putNull(row);
    this.met.fill(0);
    this.malformed(row, start, stop);
  }

  finish(): Batch | null {
    const { row } = this;
    if (row === 0) return null;
    const columns = this.columns.map((column) => column.finish(row));
    if (this.corrupt !== null) columns.splice(this.corruptIndex, 0, this.corrupt.finish(row));
    return batchOf(this.schema, columns, row);
  }

  private malformed(row: number, start: number, stop: number): void {
    this.malformedTexts.add(this.memory.bytes, start, stop);
    switch (this.options.mode) {
      case "DROPMALFORMED":
        return;
      case "FAILFAST":
        throw this.failure(row, start, stop);
      case "PERMISSIVE":
        this.corrupt?.put(row, start, stop);
        this.emit(row);
    }
  }

  /** Counts a row and keeps it if it passes the filters. */
  private emit(row: number): void {
    this.rowsRead++;
    const verdict = this.accept === null ? verdicts.passes : this.accept(row);
    if (verdict === verdicts.passes) this.row = row + 1;
    else if (verdict === verdicts.unasked) this.rowsUnasked++;
  }

  /** Spark's parser asks a filter at the last column that it names. */
  private acceptOf(schema: Schema, filters: readonly PushedFilter[]): Accept {
    const constants = new Map<string, Uint8Array>();
    const codes = filters.map((filter) => filterCode(schema, filter, (bytes) => constantName(constants, bytes))!);
    const asked = codes.map(({ columns, passes }) => ({ columns: [Math.max(...columns)], passes }));
    const { memory, met } = this;
    return compileAccept({ memory, met, constants, columns: this.columns.map(({ builder }) => builder), filters: asked });
  }

  private failure(row: number, start: number, stop: number): StreamingError {
    const texts = this.columns.map((column, i) => {
      const value = readValue(column.finish(row + 1), row);
      const place = this.schema.fields.filter((_, j) => j !== this.corruptIndex)[i]!;
      return rowText(place.type, value);
    });
    const parameters = { badRecord: `[${texts.join(",")}]`, failFastMode: "FAILFAST" };
    const cause = new MalformedRecord(decodeText(this.memory.bytes, start, stop));
    return new StreamingError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", parameters, { cause });
  }

  /** @throws MALFORMED_CSV_RECORD for more fields, or longer ones, than the options allow */
  private checkSize(start: number, stop: number): void {
    const { count, starts, stops } = this.tokens;
    const { maxChars, syntax } = this.options;
    let fits = count <= syntax.maxColumns;
    const longest = maxChars < 0 ? Infinity : maxChars;
    for (let i = 0; fits && i < count; i++) fits = stops[i]! - starts[i]! <= longest;
    if (fits) return;
    const record = decodeText(this.memory.bytes, start, stop);
    const parameters = { badRecord: record.slice(0, 200), maxColumns: String(syntax.maxColumns), maxChars: String(maxChars) };
    throw new StreamingError("MALFORMED_CSV_RECORD", parameters, { cause: new MalformedRecord(record) });
  }

  private putEmpty(column: CsvColumn, row: number): boolean {
    const { emptyText, nullText } = this.options;
    if (emptyText.length === nullText.length && emptyText.every((byte, i) => byte === nullText[i])) {
      column.putNull(row);
      return true;
    }
    const at = this.memory.allocate(emptyText.length);
    this.memory.bytes.set(emptyText, at);
    return column.put(row, at, at + emptyText.length);
  }

  private isNullText(start: number, stop: number): boolean {
    const { nullText } = this.options;
    if (stop - start !== nullText.length) return false;
    const { bytes } = this.memory;
    for (let i = 0; i < nullText.length; i++) if (bytes[start + i] !== nullText[i]) return false;
    return true;
  }

  private grow(rows: number): void {
    this.capacity = Math.max(rows, this.capacity * 2, 1024);
    for (const column of this.columns) column.ensure(this.capacity);
    this.corrupt?.ensure(this.capacity);
  }
}

/**
 * Holds the names of a header against those of the schema, by place.
 *
 * @throws CSV_HEADER_MISMATCH
 */
function checkHeader(fileSchema: Schema, wanted: Schema, corruptColumn: string, tokens: CsvTokenizer, bytes: Uint8Array): void {
  const names = Array.from({ length: tokens.count }, (_, i) => decodeText(bytes, tokens.starts[i]!, tokens.stops[i]!));
  const file = fileSchema.fields.filter(({ name }) => name !== corruptColumn);
  const isWanted = new Set(wanted.fields.map(({ name }) => name));
  const isPruned = wanted.fields.filter(({ name }) => name !== corruptColumn).length < file.length;
  const differs = file.findIndex(({ name }, i) => (!isPruned || isWanted.has(name)) && name.toLowerCase() !== names[i]?.toLowerCase());
  if ((isPruned || names.length === file.length) && differs < 0) return;
  throw new StreamingError("CSV_HEADER_MISMATCH", { header: names.join(", "), schema: file.map(({ name }) => name).join(", ") });
}
