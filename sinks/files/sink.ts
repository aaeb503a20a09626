import { encodeParquet, parquetCodecs, unsupportedInParquet } from "../../connectors/parquet/write.js";
import { parquetWasm } from "../../connectors/parquet/wasm.js";
import { sqlTypeName, type Schema } from "../../engine/arrow/types.js";
import type { SinkContext, SinkProvider } from "../../engine/contract/provider.js";
import type { Sink } from "../../engine/contract/sink.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import { BatchFileSink, StreamingFileSink } from "./fileSink.js";
import { fileSinkOptions, type FileSinkOptions, type SinkFormat } from "./options.js";
import type { FileEncoder } from "./partFiles.js";

/** Parquet files, with the manifest of Spark's file sink when a stream writes them. */
export const parquetSinkProvider: SinkProvider = {
  name: "parquet",
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

function parquetEncoder({ codec, dictionary }: FileSinkOptions): FileEncoder {
  return {
    extension: `${parquetCodecs[codec]}.parquet`,
    load: async () => void (await Promise.all([parquetWasm(), import("../../engine/arrow/edge.js")])),
    encode: (batches, schema) => encodeParquet(batches, schema, { codec, dictionary }),
  };
}

function fileSink(format: SinkFormat, context: SinkContext, encoderOf: (options: FileSinkOptions, schema: Schema) => FileEncoder): Sink {
  const options = fileSinkOptions(format, context.options);
  if (context.partitionBy.length > 0) throw notYetSupported("partitionBy of a file sink");
  if (context.schema.fields.length === 0) throw new StreamingError("EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", { format });
  const encoder = encoderOf(options, context.schema);
  if (!context.streaming) return new BatchFileSink(context, options, encoder);
  if (context.outputMode !== "append") {
    throw new StreamingError("STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", { className: format, outputMode: context.outputMode });
  }
  return new StreamingFileSink(context, options, encoder);
}
