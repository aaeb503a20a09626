import type { Schema } from "../../arrow/types.js";
import type { DecodeSpec, PushedFilter } from "../../contract/source.js";
import type { Decoder, DecoderEnvironment } from "../text/lineDecoder.js";
import { corruptFieldIndex } from "../json/jsonDecoderCore.js";
import { DecoderMemory } from "../wasm/decoderMemory.js";
import { CsvLinesDecoder, type CsvParts } from "./csvDecoder.js";
import { checkCsvType } from "./csvColumns.js";
import { CsvMultiLineDecoder } from "./csvMultiLineDecoder.js";
import { parseCsvOptions } from "./csvOptions.js";
import { CsvRecords } from "./csvRecords.js";
import type { CsvRecordSink } from "./csvRecordSink.js";
import { CsvTokenizer } from "./csvTokenizer.js";

/** Decodes CSV into the columns of `spec`: the rows that pass the filters, which are such as it takes. */
export function createCsvDecoder(
  { schema, fileSchema = schema, options }: DecodeSpec,
  environment: DecoderEnvironment,
  taken: readonly PushedFilter[],
): Decoder {
  const tellsMalformed = environment.tellsMalformed === true;
  return csvReader(options, environment, (parts) => new CsvRecords({ schema, fileSchema, filters: taken, tellsMalformed }, parts));
}

/**
 * Refuses what no record of CSV can be decoded into, before there is one.
 *
 * @throws UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE, INVALID_CORRUPT_RECORD_TYPE, and what is wrong with the options
 */
export function checkCsvSchema(schema: Schema, given: Readonly<Record<string, string>>): void {
  const options = parseCsvOptions(given, "UTC");
  corruptFieldIndex(schema, options.corruptColumn);
  for (const { name, type } of schema.fields) checkCsvType(name, type);
}

/** Cuts CSV text into records, and gives them to a sink of one's own. */
export function csvReader(
  given: Readonly<Record<string, string>>,
  environment: DecoderEnvironment,
  sinkOf: (parts: Omit<CsvParts, "records">) => CsvRecordSink,
): Decoder {
  const options = parseCsvOptions(given, environment.zone);
  const memory = new DecoderMemory(environment.bufferBytes, environment.plainIndex);
  const tokens = new CsvTokenizer(options.syntax, memory);
  const parts = { options, memory, tokens, records: sinkOf({ options, memory, tokens }) };
  return options.multiLine ? new CsvMultiLineDecoder(parts, environment) : new CsvLinesDecoder(parts, environment);
}
