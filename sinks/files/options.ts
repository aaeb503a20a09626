import { writtenCodecs } from "../../connectors/files/codecs.js";
import { parquetCodecs } from "../../connectors/parquet/write.js";
import { absolutePath } from "../../connectors/files/uri.js";
import { changesOption } from "../../engine/contract/changeForm.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import { csvWriteOptions } from "../../engine/contract/csvOptions.js";
import { jsonWriteOptions } from "../../engine/kernel/json/jsonWriter.js";

export type SinkFormat = "arrow" | "csv" | "json" | "parquet" | "text";

const commonSpecs: readonly OptionSpec[] = [
  { name: "path", kind: "text", doc: "The folder to write into." },
  changesOption(),
  { name: "maxRecordsPerFile", kind: "integer", default: "1000000", doc: "After so many rows a batch goes on in another file." },
];

const textCompression: OptionSpec = {
  name: "compression",
  kind: writtenCodecs,
  default: "none",
  doc: "The codec of the files.",
};

const formatSpecs: Readonly<Record<SinkFormat, readonly OptionSpec[]>> = {
  parquet: [
    { name: "compression", kind: Object.keys(parquetCodecs), default: "snappy", doc: "The codec of the pages." },
    { name: "parquet.enable.dictionary", kind: "boolean", default: "true", doc: "Whether columns of few values get a dictionary." },
  ],
  arrow: [{ name: "compression", kind: ["none", "uncompressed"], default: "none", doc: "The codec of the buffers: none." }],
  csv: [
    textCompression,
    { name: "extension", kind: "text", default: "csv", doc: "What the names of the files end in: three letters." },
    ...csvWriteOptions,
  ],
  text: [textCompression, { name: "lineSep", kind: "text", default: "\n", doc: "What ends a line." }],
  json: [textCompression, ...jsonWriteOptions],
};

/** The options of a format's sink. */
export function fileSinkSpecs(format: SinkFormat): readonly OptionSpec[] {
  return [...commonSpecs, ...formatSpecs[format]];
}

export interface FileSinkOptions {
  /** Absolute. */
  readonly path: string;
  readonly rowsPerFile: number;
  /** Of the option `compression`, in lower case. */
  readonly codec: string;
  readonly dictionary: boolean;
  /** What was given of the format's own options. */
  readonly format: Readonly<Record<string, string>>;
}

/** @throws UNKNOWN_OPTION, INVALID_OPTION_VALUE, MISSING_OPTION */
export function fileSinkOptions(format: SinkFormat, given: Readonly<Record<string, string>>): FileSinkOptions {
  const options = new Options(`the ${format} sink`, fileSinkSpecs(format), given);
  const rowsPerFile = options.integer("maxRecordsPerFile")!;
  if (rowsPerFile <= 0) throw options.invalid("maxRecordsPerFile", "a number above 0");
  if (options.get("lineSep") === "") throw options.invalid("lineSep", "a text that is not empty");
  if (!/^[a-zA-Z]{3}$/.test(options.get("extension") ?? "csv")) throw options.invalid("extension", "three letters");
  const names = new Set(formatSpecs[format].map((spec) => spec.name));
  return {
    path: absolutePath(options.require("path")),
    rowsPerFile,
    codec: options.get("compression")!.toLowerCase(),
    dictionary: options.boolean("parquet.enable.dictionary"),
    format: Object.fromEntries(Object.entries(options.toRecord()).filter(([name]) => names.has(name))),
  };
}
