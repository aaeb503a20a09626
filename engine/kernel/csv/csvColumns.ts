import { sqlTypeName, types, typeName, type DataType } from "../../arrow/types.js";
import type { Column } from "../../arrow/column.js";
import { decodeText } from "../../arrow/reading.js";
import { unreachable } from "../../errors/assert.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { outcome, type BuilderContext, type ScalarBuilder } from "../json/columnBuilder.js";
import { JsonFailure } from "../json/jsonFailure.js";
import { JsonReader, token } from "../json/jsonReader.js";
import {
  BooleanBuilder,
  DateBuilder,
  DecimalBuilder,
  FloatingBuilder,
  IntegralBuilder,
  LongBuilder,
  TimestampBuilder,
  TimestampNtzBuilder,
} from "../json/scalarBuilders.js";
import { StringBuilder } from "../json/textBuilders.js";
import { parseDate } from "../../values/dateTimeText.js";
import { isoDate } from "../text/isoTime.js";
import { asciiText, numberEnd } from "../text/numberBytes.js";
import type { DecoderMemory } from "../wasm/decoderMemory.js";
import type { CsvOptions } from "./csvOptions.js";
import { javaDouble } from "./javaNumbers.js";

/** A column that is built of the texts of fields. */
export interface CsvColumn {
  readonly builder: ScalarBuilder;
  /** Converts the text [start, stop); false when it does not fit. */
  readonly put: (row: number, start: number, stop: number) => boolean;
  readonly putNull: (row: number) => void;
  readonly ensure: (rows: number) => void;
  readonly reset: () => void;
  readonly finish: (length: number) => Column;
}

/** The column of a type. */
export function csvColumn(type: DataType, memory: DecoderMemory, options: CsvOptions): CsvColumn {
  const { builder, convert } = converterOf(type, contextOf(memory, options), options);
  return {
    builder,
    put(row, start, stop) {
      const fits = convert(row, start, stop);
      builder.nulls[row] = fits ? 0 : 1;
      return fits;
    },
    putNull: (row) => builder.setNull(row),
    ensure: (rows) => builder.ensure(rows),
    reset: () => builder.reset(),
    finish: (length) => builder.finish(length),
  };
}

const readable = new Set<DataType["kind"]>([
  "boolean",
  "byte",
  "short",
  "int",
  "long",
  "float",
  "double",
  "decimal",
  "string",
  "binary",
  "date",
  "timestamp",
  "timestamp_ntz",
]);

/** @throws UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE, NOT_YET_SUPPORTED */
export function checkCsvType(name: string, type: DataType): void {
  if (readable.has(type.kind)) return;
  const isNeverText = ["array", "map", "struct", "interval", "null"].includes(type.kind);
  if (!isNeverText) throw notYetSupported(`reading CSV into ${typeName(type)}`);
  const parameters = { format: "CSV", columnName: `\`${name}\``, columnType: `"${sqlTypeName(type)}"` };
  throw new StreamingError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", parameters);
}

function unreachableType(type: DataType): never {
  checkCsvType("", type);
  return unreachable(type as never);
}

type Convert = (row: number, start: number, stop: number) => boolean;

interface Converter {
  readonly builder: ScalarBuilder;
  readonly convert: Convert;
}

function converterOf(type: DataType, context: BuilderContext, options: CsvOptions): Converter {
  const { memory } = context;
  switch (type.kind) {
    case "boolean":
      return booleans(new BooleanBuilder(type, context), memory);
    case "byte":
    case "short":
    case "int":
      return integers(new IntegralBuilder(type, context), memory, type.kind === "byte" ? 127 : Infinity);
    case "long":
      return integers(new LongBuilder(type, context), memory, Infinity);
    case "float":
    case "double":
      return doubles(new FloatingBuilder(type, context), memory, options);
    case "decimal":
      return decimals(new DecimalBuilder(type, context), memory);
    case "string":
    case "binary":
      return texts(new StringBuilder(type, context));
    case "date":
      return dates(new DateBuilder(type, context), context);
    case "timestamp":
      return ofText(new TimestampBuilder(type, context));
    case "timestamp_ntz":
      return ofText(new TimestampNtzBuilder(type, context));
    default:
      return unreachableType(type);
  }
}

function contextOf(memory: DecoderMemory, options: CsvOptions): BuilderContext {
  const reader = new JsonReader({
    allowSingleQuotes: false,
    allowUnquotedFieldNames: false,
    allowComments: false,
    allowNumericLeadingZeros: true,
    allowNonNumericNumbers: true,
    allowBackslashEscapingAnyCharacter: false,
    allowUnquotedControlChars: false,
  });
  const { zone, timestampForm, timestampNtzForm, dateForm } = options;
  return {
    memory,
    reader,
    zone,
    timestampForm,
    timestampNtzForm,
    dateForm,
    rewriteText: false,
    failure: new JsonFailure(),
    builderOf: noNested,
  };
}

function noNested(type: DataType): never {
  return unreachableType(type);
}

/** true and false, in any case of letters */
function booleans(builder: BooleanBuilder, memory: DecoderMemory): Converter {
  const convert: Convert = (row, start, stop) => {
    const isTrue = isWord(memory.bytes, start, stop, trueWord);
    if (!isTrue && !isWord(memory.bytes, start, stop, falseWord)) return false;
    builder.values[row] = isTrue ? 1 : 0;
    return true;
  };
  return { builder, convert };
}

const trueWord = new TextEncoder().encode("true");
const falseWord = new TextEncoder().encode("false");

function isWord(bytes: Uint8Array, start: number, stop: number, word: Uint8Array): boolean {
  if (stop - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) if ((bytes[start + i]! | 32) !== word[i]) return false;
  return true;
}

/** Digits behind at most one sign: what Java's parseInt takes. */
function integers(builder: IntegralBuilder | LongBuilder, memory: DecoderMemory, most: number): Converter {
  const convert: Convert = (row, start, stop) => {
    const { bytes } = memory;
    const from = bytes[start] === 43 && start + 1 < stop && bytes[start + 1] !== 45 ? start + 1 : start;
    let p = bytes[from] === 45 ? from + 1 : from;
    if (p === stop) return false;
    for (; p < stop; p++) if ((bytes[p]! - 48) >>> 0 > 9) return false;
    if (builder.convert(row, token.integer, from, stop) !== outcome.ok) return false;
    return builder.values[row]! <= most && (most === Infinity || withinByte(bytes, from, stop));
  };
  return { builder, convert };
}

/** The JSON builder lets unsigned bytes pass, as Jackson does; here 128 does not fit. */
function withinByte(bytes: Uint8Array, start: number, stop: number): boolean {
  const value = Number(asciiText(bytes, start, stop));
  return value >= -128 && value <= 127;
}

function doubles(builder: FloatingBuilder, memory: DecoderMemory, options: CsvOptions): Converter {
  const convert: Convert = (row, start, stop) => {
    const { bytes } = memory;
    const first = bytes[start]!;
    if ((first === 45 || (first - 48) >>> 0 < 10) && numberEnd(bytes, start, stop, true) === stop) {
      return builder.convert(row, token.decimal, start, stop) === outcome.ok;
    }
    const text = decodeText(bytes, start, stop);
    const value = specialDouble(text, options) ?? javaDouble(text);
    if (value === null) return false;
    builder.values[row] = value;
    return true;
  };
  return { builder, convert };
}

function specialDouble(text: string, options: CsvOptions): number | null {
  if (text === options.nan) return NaN;
  if (text === options.negativeInfinity) return -Infinity;
  return text === options.positiveInfinity ? Infinity : null;
}

/** Commas between thousands are left out. */
function decimals(builder: DecimalBuilder, memory: DecoderMemory): Converter {
  const convert: Convert = (row, start, stop) => {
    let comma = start;
    while (comma < stop && memory.bytes[comma] !== 44) comma++;
    if (comma === stop) return builder.convert(row, token.string, start, stop, false) === outcome.ok;
    const at = memory.allocate(stop - start);
    let to = at;
    for (let p = start; p < stop; p++) if (memory.bytes[p] !== 44) memory.bytes[to++] = memory.bytes[p]!;
    return builder.convert(row, token.string, at, to, false) === outcome.ok;
  };
  return { builder, convert };
}

function texts(builder: StringBuilder): Converter {
  const convert: Convert = (row, start, stop) => {
    builder.raw(row, start, stop);
    return true;
  };
  return { builder, convert };
}

/** Unlike in JSON a number of days is no date. */
function dates(builder: DateBuilder, { memory, dateForm }: BuilderContext): Converter {
  const convert: Convert = (row, start, stop) => {
    const iso = dateForm === null ? isoDate(memory.bytes, start, stop) : NaN;
    const days = iso === iso ? iso : (dateForm ?? parseDate)(decodeText(memory.bytes, start, stop));
    if (days === undefined) return false;
    builder.values[row] = days;
    return true;
  };
  return { builder, convert };
}

function ofText(builder: ScalarBuilder): Converter {
  const convert: Convert = (row, start, stop) => builder.convert(row, token.string, start, stop, false) === outcome.ok;
  return { builder, convert };
}

/** The type of the texts of malformed records. */
export const corruptType = types.string;
