import { lazily } from "../../engine/errors/loading.js";
import type { Batch } from "../../engine/arrow/batch.js";
import type { DataType, Schema } from "../../engine/arrow/types.js";
import { notYetSupported } from "../../engine/errors/streamingError.js";
import { withPageChecksums } from "./checksums.js";
import { plainColumns } from "./dictionaries.js";
import { flatCodecs, type FlatCodec } from "./encode/chunk.js";
import { encodeFlatFile, loadPageMemory } from "./encode/flatFile.js";
import { isFlat } from "./encode/leaves.js";
import { loadParquetWasm, withParquetWasm, type ParquetWasm } from "./wasm.js";

/** Names of codecs as Spark's option `compression` takes them, with what they add to a file's name. */
export const parquetCodecs = {
  none: "",
  uncompressed: "",
  snappy: ".snappy",
  gzip: ".gz",
  zstd: ".zstd",
  lz4_raw: ".lz4raw",
} as const;

export type ParquetCodec = keyof typeof parquetCodecs;

export interface ParquetWriteOptions {
  readonly codec: ParquetCodec;
  readonly dictionary: boolean;
}

/** Rows of a row group. */
const rowGroupRows = 1_048_576;

/** Takes from disk what files of the schema are written with, so that the first one does not wait for it. */
export async function loadParquetWriter(schema: Schema, { codec }: ParquetWriteOptions): Promise<void> {
  if (flatCodecOf(schema, codec) !== null) {
    loadPageMemory();
    return;
  }
  loadParquetWasm();
  await lazily(import("../../engine/arrow/edge.js"));
}

/** A Parquet file of the batches. Timestamps are microseconds, those with a zone adjusted to UTC; decimals keep their precision and scale.
 * Each page has its checksum. */
export async function encodeParquet(batches: readonly Batch[], schema: Schema, options: ParquetWriteOptions): Promise<Uint8Array> {
  const plain = options.dictionary ? plainColumns(batches, schema) : [];
  const codec = flatCodecOf(schema, options.codec);
  if (codec === null) return encodeNatively(batches, schema, options, plain);
  return encodeFlatFile(batches, schema, { codec, mayHaveDictionary: (name) => options.dictionary && !plain.includes(name) });
}

/** The codec when files of the schema are written here; null when the library writes them. */
function flatCodecOf(schema: Schema, codec: ParquetCodec): FlatCodec | null {
  return codec in flatCodecs && isFlat(schema) && schema.fields.length > 0 ? (codec as FlatCodec) : null;
}

/** @param plain names of the columns without a dictionary */
async function encodeNatively(
  batches: readonly Batch[],
  schema: Schema,
  options: ParquetWriteOptions,
  plain: readonly string[],
): Promise<Uint8Array> {
  const { encodeIpcStream } = await lazily(import("../../engine/arrow/edge.js"));
  const stream = encodeIpcStream(batches, schema);
  return withParquetWasm((wasm) => {
    let properties = new wasm.WriterPropertiesBuilder()
      .setCompression(codecOf(wasm.Compression, options.codec))
      .setDictionaryEnabled(options.dictionary)
      .setMaxRowGroupSize(rowGroupRows)
      .setCreatedBy("tidemark");
    for (const name of plain) properties = properties.setColumnDictionaryEnabled(name, false);
    return withPageChecksums(wasm.writeParquet(wasm.Table.fromIPCStream(stream), properties.build()));
  });
}

function codecOf(compression: ParquetWasm["Compression"], codec: ParquetCodec): import("parquet-wasm/node").Compression {
  switch (codec) {
    case "snappy":
      return compression.SNAPPY;
    case "gzip":
      return compression.GZIP;
    case "zstd":
      return compression.ZSTD;
    case "lz4_raw":
      return compression.LZ4_RAW;
    default:
      return compression.UNCOMPRESSED;
  }
}

/**
 * The first type within `type` that Parquet has no form for; null when it has one for all.
 *
 * @throws NOT_YET_SUPPORTED for intervals, which Spark writes as numbers with a note in the footer
 */
export function unsupportedInParquet(type: DataType): DataType | null {
  switch (type.kind) {
    case "interval_daytime":
    case "interval_yearmonth":
      throw notYetSupported("An interval column in Parquet");
    case "null":
    case "interval":
      return type;
    case "array":
      return unsupportedInParquet(type.element);
    case "map":
      return unsupportedInParquet(type.key) ?? unsupportedInParquet(type.value);
    case "struct":
      return type.fields.length === 0
        ? type
        : type.fields.reduce<DataType | null>((found, field) => found ?? unsupportedInParquet(field.type), null);
    default:
      return null;
  }
}
