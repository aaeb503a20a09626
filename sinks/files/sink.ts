import { unsupportedInParquet } from "../../connectors/parquet/write.js";
import { checkNamesDiffer, namesOf } from "../../engine/arrow/columnNames.js";
import { holdsInterval } from "../../engine/arrow/intervalTypes.js";
import { sqlTypeName, typeName, type DataType, type Schema } from "../../engine/arrow/types.js";
import type { SinkContext, SinkProvider } from "../../engine/contract/provider.js";
import type { Sink } from "../../engine/contract/sink.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { checkCsvType } from "../../engine/kernel/csv/csvColumns.js";
import { arrowEncoder, csvEncoder, jsonEncoder, linesEncoder, parquetEncoder, type FileEncoder } from "./encoders.js";
import { partitioningOf } from "./partitionedFiles.js";
import { BatchFileSink, StreamingFileSink } from "./fileSink.js";
import { fileSinkOptions, fileSinkSpecs, type FileSinkOptions, type SinkFormat } from "./options.js";

/** Parquet files, with the manifest of Spark's file sink when a stream writes them. */
export const parquetSinkProvider: SinkProvider = {
  name: "parquet",
  options: fileSinkSpecs("parquet"),
  capabilities: ["append", "changes"],
  place: (options) => fileSinkOptions("parquet", options).path,
  create(context) {
    checkTypes("Parquet", context.schema, (type) => unsupportedInParquet(type) === null);
    return fileSink("parquet", context, parquetEncoder);
  },
};

/** Lines of JSON, with the same manifest. */
export const jsonSinkProvider: SinkProvider = {
  name: "json",
  options: fileSinkSpecs("json"),
  capabilities: ["append", "changes"],
  place: (options) => fileSinkOptions("json", options).path,
  create(context) {
    checkTypes("JSON", context.schema, (type) => !holdsInterval(type));
    return fileSink("json", context, jsonEncoder);
  },
};

/** CSV, with the same manifest. */
export const csvSinkProvider: SinkProvider = {
  name: "csv",
  options: fileSinkSpecs("csv"),
  capabilities: ["append", "changes"],
  place: (options) => fileSinkOptions("csv", options).path,
  create(context) {
    for (const { name, type } of context.schema.fields) checkCsvType(name, type);
    return fileSink("csv", context, csvEncoder);
  },
};

/** Lines of text, of one string column, with the same manifest. */
export const textSinkProvider: SinkProvider = {
  name: "text",
  options: fileSinkSpecs("text"),
  capabilities: ["append", "changes"],
  place: (options) => fileSinkOptions("text", options).path,
  create(context) {
    const { schema } = partitioningOf(context.schema, context.partitionBy);
    if (schema.fields.length !== 1 || schema.fields[0]!.type.kind !== "string") {
      throw new StreamingError("INVALID_TEXT_SCHEMA", { schema: typeName(schema) });
    }
    return fileSink("text", context, linesEncoder);
  },
};

/** Arrow's IPC files, with the same manifest. */
export const arrowSinkProvider: SinkProvider = {
  name: "arrow",
  options: fileSinkSpecs("arrow"),
  capabilities: ["append", "changes"],
  place: (options) => fileSinkOptions("arrow", options).path,
  create: (context) => fileSink("arrow", context, arrowEncoder),
};

/** @throws UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE */
function checkTypes(format: string, schema: Schema, takes: (type: DataType) => boolean): void {
  const refused = schema.fields.find(({ type }) => !takes(type));
  if (refused === undefined) return;
  const { name, type } = refused;
  throw new StreamingError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {
    format,
    columnName: `\`${name}\``,
    columnType: `"${sqlTypeName(type)}"`,
  });
}

function fileSink(
  format: SinkFormat,
  context: SinkContext,
  encoderOf: (options: FileSinkOptions, context: SinkContext, schema: Schema) => FileEncoder,
): Sink {
  const options = fileSinkOptions(format, context.options);
  if (context.schema.fields.length === 0) throw new StreamingError("EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", { format });
  checkNamesDiffer(namesOf(context.schema), { ignoreCase: true });
  const encoder = encoderOf(options, context, partitioningOf(context.schema, context.partitionBy).schema);
  return context.streaming ? new StreamingFileSink(context, options, encoder) : new BatchFileSink(context, options, encoder);
}
