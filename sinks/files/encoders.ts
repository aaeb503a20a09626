import { charsetOf, encodeText, withoutCharset, type Charset } from "../../connectors/files/charsets.js";
import { compress, loadCodec, textCodecs, type WrittenCodec } from "../../connectors/files/codecs.js";
import { encodeParquet, loadParquetWriter, parquetCodecs, type ParquetCodec } from "../../connectors/parquet/write.js";
import type { Batch } from "../../engine/arrow/batch.js";
import type { Schema } from "../../engine/arrow/types.js";
import type { SinkContext } from "../../engine/contract/provider.js";
import { rowsOf } from "../../engine/arrow/columns.js";
import { createCsvWriter } from "../../engine/kernel/csv/csvWriter.js";
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

/** @param schema what the files hold */
export function parquetEncoder({ codec, dictionary }: FileSinkOptions, _context: SinkContext, schema: Schema): FileEncoder {
  const options = { codec: codec as ParquetCodec, dictionary };
  return {
    extension: `${parquetCodecs[options.codec]}.parquet`,
    load: () => loadParquetWriter(schema, options),
    encode: (batches, written) => encodeParquet(batches, written, options),
  };
}

function zoneOf({ conf }: SinkContext): string {
  return conf["spark.sql.session.timeZone"] ?? "UTC";
}

/** Files of text: what `lines` makes of the batches of one, compressed if that is wanted. */
function textEncoder(name: string, codec: string, charset: Charset | null, lines: (batches: readonly Batch[]) => string): FileEncoder {
  const textCodec = codec as WrittenCodec;
  const bytesOf = (text: string): Uint8Array => (charset === null ? new TextEncoder().encode(text) : encodeText(text, charset));
  return {
    extension: `.${name}${textCodecs[textCodec]}`,
    load: () => loadCodec(textCodec),
    encode: async (batches) => compress(textCodec, bytesOf(lines(batches))),
  };
}

/** @param schema what the files hold */
export function csvEncoder({ codec, format }: FileSinkOptions, context: SinkContext, schema: Schema): FileEncoder {
  const writer = createCsvWriter(schema, withoutCharset(format), zoneOf(context));
  return textEncoder(
    format["extension"] ?? "csv",
    codec,
    charsetOf(format),
    (batches) => writer.header + batches.map((batch) => writer.lines(batch)).join(""),
  );
}

/** A line for each row; an empty one where it is null. */
export function linesEncoder({ codec, format }: FileSinkOptions): FileEncoder {
  const end = format["lineSep"] ?? "\n";
  return textEncoder("txt", codec, null, (batches) =>
    batches
      .flatMap(rowsOf)
      .map(([text]) => `${(text as string | null) ?? ""}${end}`)
      .join(""),
  );
}

/** IPC files, which any reader of Arrow opens. */
export function arrowEncoder(): FileEncoder {
  return {
    extension: ".arrow",
    load: async () => {
      await import("../../engine/arrow/edge.js");
    },
    async encode(batches, schema) {
      const { encodeIpcFile } = await import("../../engine/arrow/edge.js");
      return encodeIpcFile(batches, schema);
    },
  };
}

export function jsonEncoder({ codec, format }: FileSinkOptions, context: SinkContext): FileEncoder {
  const zone = zoneOf(context);
  const charset = charsetOf(format);
  const writer = createJsonLinesWriter({ options: withoutCharset(format), zone });
  const textCodec = codec as WrittenCodec;
  return {
    extension: `.json${textCodecs[textCodec]}`,
    load: () => loadCodec(textCodec),
    encode(batches) {
      for (const batch of batches) writer.write(batch);
      const lines = writer.take();
      return compress(textCodec, charset === null ? lines.slice() : encodeText(Buffer.from(lines).toString("utf8"), charset));
    },
  };
}
