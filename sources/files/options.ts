import { parseDateTime } from "../../engine/arrow/civil.js";
import { csvInferenceOptions, csvReadOptions } from "../../engine/contract/csvOptions.js";
import { jsonInferenceOptions, jsonReadOptions } from "../../engine/contract/jsonReadOptions.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import { notYetSupported } from "../../engine/errors/streamingError.js";
import { charsetOf } from "../../connectors/files/charsets.js";
import { absolutePath } from "../../connectors/files/uri.js";

export type FileFormat = "csv" | "json" | "text" | "parquet";

const listingSpecs: readonly OptionSpec[] = [
  { name: "path", kind: "text", doc: "A file, a folder, or a pattern of them (`in/*.json`)." },
  { name: "maxFilesPerTrigger", kind: "integer", doc: "The most new files that a batch takes." },
  { name: "maxBytesPerTrigger", kind: "bytes", doc: "The most bytes of new files that a batch takes; one file it always takes." },
  { name: "latestFirst", kind: "boolean", default: "false", doc: "Whether a batch takes the newest files first." },
  { name: "maxFileAge", kind: "duration", default: "7d", doc: "Files that are so much older than the newest one are left out." },
  { name: "fileNameOnly", kind: "boolean", default: "false", doc: "Whether files of one name are one file, whatever folder they are in." },
  { name: "maxCachedFiles", kind: "integer", default: "10000", doc: "How many unread files of a listing are kept for the next batches." },
  {
    name: "discardCachedInputRatio",
    kind: "text",
    default: "0.2",
    doc: "When the kept files would fill less of a batch than this, the folder is listed again.",
  },
  { name: "cleanSource", kind: ["off", "delete", "archive"], default: "off", doc: "What happens to files that are read." },
  { name: "sourceArchiveDir", kind: "text", doc: "Where cleanSource=archive moves files." },
  { name: "recursiveFileLookup", kind: "boolean", default: "false", doc: "Whether folders within the folder are looked into." },
  {
    name: "basePath",
    kind: "text",
    doc: "The folder below which names of folders (`day=2026-01-01`) are columns; by default the path, or what of it the pattern stands for.",
  },
  {
    name: "compression",
    kind: "text",
    doc: "Ignored: the end of a file's name says how it is compressed (`.gz`), and Parquet files say it themselves.",
  },
  { name: "pathGlobFilter", kind: "text", doc: "A pattern that names must match." },
  {
    name: "ignoreCorruptFiles",
    kind: "boolean",
    doc: "Whether a damaged file is left out, but for the rows before the damage. Default: spark.sql.files.ignoreCorruptFiles.",
  },
  {
    name: "ignoreMissingFiles",
    kind: "boolean",
    doc: "Whether a file that goes while it is to be read is left out. Default: spark.sql.files.ignoreMissingFiles.",
  },
  { name: "modifiedAfter", kind: "text", doc: "Only files modified after this ISO time (bounded reads)." },
  { name: "modifiedBefore", kind: "text", doc: "Only files modified before this ISO time (bounded reads)." },
];

const text = (name: string, doc: string): OptionSpec => ({ name, kind: "text", doc });
const flag = (name: string, doc: string): OptionSpec => ({ name, kind: "boolean", doc });

/** Options of the decoders, by format; they are handed to the engine, which decodes. */
const formatSpecs: Readonly<Record<FileFormat, readonly OptionSpec[]>> = {
  csv: [...csvReadOptions, ...csvInferenceOptions],
  json: [...jsonReadOptions, ...jsonInferenceOptions],
  text: [
    flag("wholetext", "Whether a file is one row."),
    text("lineSep", "What ends a line."),
    text("encoding", "The character encoding."),
  ],
  parquet: [
    flag(
      "mergeSchema",
      "Only for inference: whether the schemas of all files are merged; else the first file says. Default: spark.sql.parquet.mergeSchema.",
    ),
    text("datetimeRebaseMode", "How dates of the Julian calendar are read."),
    text("int96RebaseMode", "The same for INT96 timestamps."),
  ],
};

/** The options of a format's source. */
export function fileSourceSpecs(format: FileFormat): readonly OptionSpec[] {
  return [...listingSpecs, ...formatSpecs[format]];
}

export interface FileOptions {
  readonly format: FileFormat;
  /** Absolute; may hold patterns. */
  readonly path: string;
  /** Absolute; null when there is none. */
  readonly basePath: string | null;
  readonly maxFiles: number | null;
  readonly maxBytes: number | null;
  readonly latestFirst: boolean;
  readonly maxFileAgeMs: number;
  readonly fileNameOnly: boolean;
  readonly maxCachedFiles: number;
  readonly discardCachedInputRatio: number;
  readonly recursive: boolean;
  readonly nameGlob: string | null;
  /** What was given; else the session's configuration says. */
  readonly tolerance: { readonly ignoreCorruptFiles: boolean | null; readonly ignoreMissingFiles: boolean | null };
  readonly modifiedAfterMs: number;
  readonly modifiedBeforeMs: number;
  /** What was given of the format's own options: for inference and for the decoder. */
  readonly given: Readonly<Record<string, string>>;
}

/** @throws UNKNOWN_OPTION, INVALID_OPTION_VALUE, MISSING_OPTION, NOT_YET_SUPPORTED */
export function fileOptions(format: FileFormat, given: Readonly<Record<string, string>>): FileOptions {
  const options = new Options(`the ${format} source`, fileSourceSpecs(format), given);
  const positive = (name: string, value: number | undefined): number | null => {
    if (value !== undefined && value <= 0) throw options.invalid(name, "a number above 0");
    return value ?? null;
  };
  const timeMs = (name: string, otherwise: number): number => {
    const value = options.get(name);
    if (value === undefined) return otherwise;
    const parsed = parseDateTime(value);
    if (parsed === null) throw options.invalid(name, "an ISO time such as 2026-01-01T00:00:00Z");
    return Number(parsed.microseconds / 1000n);
  };
  const flagOf = (name: string): boolean | null => (options.get(name) === undefined ? null : options.boolean(name));
  const ratio = Number(options.get("discardCachedInputRatio"));
  if (!(ratio >= 0 && ratio <= 1)) throw options.invalid("discardCachedInputRatio", "a number from 0 to 1");
  if (options.get("cleanSource")!.toLowerCase() !== "off") throw notYetSupported(`The option cleanSource=${options.get("cleanSource")}`);
  charsetOf(given);
  const path = absolutePath(options.require("path"));
  const base = options.get("basePath");
  const basePath = base === undefined ? null : absolutePath(base).replace(/(?<=.)\/+$/, "");
  if (basePath !== null && path !== basePath && !path.startsWith(basePath === "/" ? "/" : `${basePath}/`)) {
    throw options.invalid("basePath", "a folder that the path lies in");
  }
  const names = new Set(formatSpecs[format].map((spec) => spec.name));
  const own = Object.entries(options.toRecord()).filter(([name]) => names.has(name));
  return {
    format,
    path,
    basePath,
    maxFiles: positive("maxFilesPerTrigger", options.integer("maxFilesPerTrigger")),
    maxBytes: positive("maxBytesPerTrigger", options.bytes("maxBytesPerTrigger")),
    latestFirst: options.boolean("latestFirst"),
    maxFileAgeMs: options.durationMs("maxFileAge")!,
    fileNameOnly: options.boolean("fileNameOnly"),
    maxCachedFiles: options.integer("maxCachedFiles")!,
    discardCachedInputRatio: ratio,
    recursive: options.boolean("recursiveFileLookup"),
    nameGlob: options.get("pathGlobFilter") ?? null,
    tolerance: { ignoreCorruptFiles: flagOf("ignoreCorruptFiles"), ignoreMissingFiles: flagOf("ignoreMissingFiles") },
    modifiedAfterMs: timeMs("modifiedAfter", -Infinity),
    modifiedBeforeMs: timeMs("modifiedBefore", Infinity),
    given: Object.fromEntries(own),
  };
}
