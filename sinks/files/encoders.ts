import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { encodeParquet, parquetCodecs, type ParquetCodec } from "../../connectors/parquet/write.js";
import { loadParquetWasm } from "../../connectors/parquet/wasm.js";
import type { Batch } from "../../engine/arrow/batch.js";
import type { Schema } from "../../engine/arrow/types.js";
import type { SinkContext } from "../../engine/contract/provider.js";
import { createJsonLinesWriter } from "../../engine/kernel/json/jsonWriter.js";
import type { FileSinkOptions } from "./options.js";

/** How rows become the bytes of a file. */
export interface FileEncoder {
  /** With its dots: `.snappy.parquet`. */
  readonly extension: string;
  /** Takes what it needs from disk, so that the first batch does not wait for it. */
  load(): Promise<void>;
  encode(batches: readonly Batch[], schema: Schema): Promise<Uint8Array>;
}

export function parquetEncoder({ codec, dictionary }: FileSinkOptions): FileEncoder {
  const parquetCodec = codec as ParquetCodec;
  return {
    extension: `${parquetCodecs[parquetCodec]}.parquet`,
    load: async () => {
      loadParquetWasm();
      await import("../../engine/arrow/edge.js");
    },
    encode: (batches, schema) => encodeParquet(batches, schema, { codec: parquetCodec, dictionary }),
  };
}

const gzipAsync = promisify(gzip);

export function jsonEncoder({ codec, format }: FileSinkOptions, { conf }: SinkContext): FileEncoder {
  const zone = conf["spark.sql.session.timeZone"] ?? "UTC";
  const writer = createJsonLinesWriter({ options: format, zone });
  return {
    extension: codec === "gzip" ? ".json.gz" : ".json",
    load: async () => {},
    async encode(batches) {
      for (const batch of batches) writer.write(batch);
      const lines = writer.take();
      return codec === "gzip" ? gzipAsync(lines) : lines.slice();
    },
  };
}
