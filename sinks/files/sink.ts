import { unsupportedInParquet } from "../../connectors/parquet/write.js";
import { checkNamesDiffer, namesOf } from "../../engine/arrow/columnNames.js";
import { sqlTypeName } from "../../engine/arrow/types.js";
import type { SinkContext, SinkProvider } from "../../engine/contract/provider.js";
import type { Sink } from "../../engine/contract/sink.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import { jsonEncoder, parquetEncoder, type FileEncoder } from "./encoders.js";
import { BatchFileSink, StreamingFileSink } from "./fileSink.js";
import { fileSinkOptions, type FileSinkOptions, type SinkFormat } from "./options.js";

/** Parquet files, with the manifest of Spark's file sink when a stream writes them. */
export const parquetSinkProvider: SinkProvider = {
  name: "parquet",
  capabilities: ["append"],
  place: (options) => fileSinkOptions("parquet", options).path,
  create(context) {
    for (const { name, type } of context.schema.fields) {
      if (unsupportedInParquet(type) === null) continue;
      throw new StreamingError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {
        format: "Parquet",
        columnName: `\`${name}\``,
        columnType: `"${sqlTypeName(type)}"`,
      });
    }
    return fileSink("parquet", context, parquetEncoder);
  },
};

/** Lines of JSON, with the same manifest. */
export const jsonSinkProvider: SinkProvider = {
  name: "json",
  capabilities: ["append"],
  place: (options) => fileSinkOptions("json", options).path,
  create: (context) => fileSink("json", context, jsonEncoder),
};

function fileSink(
  format: SinkFormat,
  context: SinkContext,
  encoderOf: (options: FileSinkOptions, context: SinkContext) => FileEncoder,
): Sink {
  const options = fileSinkOptions(format, context.options);
  if (context.partitionBy.length > 0) throw notYetSupported("partitionBy of a file sink");
  if (context.schema.fields.length === 0) throw new StreamingError("EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", { format });
  checkNamesDiffer(namesOf(context.schema), { ignoreCase: true });
  const encoder = encoderOf(options, context);
  return context.streaming ? new StreamingFileSink(context, options, encoder) : new BatchFileSink(context, options, encoder);
}
