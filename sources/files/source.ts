import { withoutCharset } from "../../connectors/files/charsets.js";
import { displayPath } from "../../connectors/files/uri.js";
import { openParquet, parquetSchema } from "../../connectors/parquet/read.js";
import { checkAllNamesDiffer } from "../../engine/arrow/columnNames.js";
import { nullableSchema } from "../../engine/arrow/nullable.js";
import { field, types, typeName, type Schema } from "../../engine/arrow/types.js";
import type { SourceContext, SourceProvider } from "../../engine/contract/provider.js";
import type { Runtime } from "../../engine/contract/runtime.js";
import type { BytesReader, ColumnsReader } from "../../engine/contract/source.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { FileSource } from "./fileSource.js";
import { checkCsvSchema } from "../../engine/kernel/csv/createCsvDecoder.js";
import { inferCsvSchema } from "./inferCsv.js";
import { inferJsonSchema } from "./inferJson.js";
import { inferPartitions, partitionRoot } from "./partitions.js";
import { mergeSchemas, type FileSchema } from "./mergeSchemas.js";
import { metadataSchema } from "./metadata.js";
import { FileListing, type InputFile } from "./listing.js";
import { fileOptions, fileSourceSpecs, type FileFormat, type FileOptions } from "./options.js";
import { openFile, openText } from "./readers.js";
import type { Tolerance } from "./tolerance.js";

/** Lines of JSON, one document each. */
export const jsonProvider: SourceProvider = {
  ...provider("json", (options, userSchema) => userSchema ?? needsSchema(options)),
  checkColumns: (given, wanted) => checkCorruptColumn("json", given, wanted),
  async inferSchema(given, runtime) {
    const options = fileOptions("json", given);
    const { files, isPattern } = await inputFiles(options, runtime);
    const schema = await inferJsonSchema(textReaders(files, options, runtime), withoutCharset(options.given));
    return withPartitions(schema ?? nothingToInfer(options), options, files, isPattern);
  },
};

/** CSV, a record a line unless `multiLine` says otherwise. */
export const csvProvider: SourceProvider = {
  ...provider("csv", (options, userSchema) => {
    const schema = userSchema ?? needsSchema(options);
    checkCsvSchema(schema, options.given);
    return schema;
  }),
  checkColumns: (given, wanted) => checkCorruptColumn("csv", given, wanted),
  async inferSchema(given, runtime) {
    const options = fileOptions("csv", given);
    const { files, isPattern } = await inputFiles(options, runtime);
    const schema = await inferCsvSchema(textReaders(files, options, runtime), withoutCharset(options.given));
    return withPartitions(schema ?? nothingToInfer(options), options, files, isPattern);
  },
};

const textSchema: Schema = types.struct([field("value", types.string)]);

/** Lines of text, one row each. */
export const textProvider: SourceProvider = provider("text", (_, userSchema) => {
  if (userSchema === null) return textSchema;
  if (userSchema.fields.length !== 1 || userSchema.fields[0]!.type.kind !== "string") {
    throw new StreamingError("INVALID_TEXT_SCHEMA", { schema: typeName(userSchema) });
  }
  return userSchema;
});

/** Parquet files. */
export const parquetProvider: SourceProvider = {
  ...provider("parquet", (options, userSchema) => userSchema ?? needsSchema(options)),
  async inferSchema(given, runtime, conf) {
    const options = fileOptions("parquet", given);
    const { files, isPattern } = await inputFiles(options, runtime);
    const [first, ...others] = files;
    if (first === undefined) return nothingToInfer(options);
    const schemaOf = async ({ path }: InputFile): Promise<FileSchema> => {
      return { path, schema: await parquetSchema(await openFile(runtime.files, path), displayPath(path)) };
    };
    const schemas: [FileSchema, ...FileSchema[]] = [await schemaOf(first)];
    const merges = options.given["mergeSchema"] ?? conf["spark.sql.parquet.mergeSchema"];
    if (merges?.toLowerCase() === "true") for (const file of others) schemas.push(await schemaOf(file));
    return withPartitions(mergeSchemas(schemas), options, files, isPattern);
  },
};

function provider(format: FileFormat, schemaOf: (options: FileOptions, userSchema: Schema | null) => Schema): SourceProvider {
  return {
    name: format,
    options: fileSourceSpecs(format),
    metadata: metadataSchema(format),
    place: (given) => fileOptions(format, given).path,
    schema(given, userSchema) {
      const schema = schemaOf(fileOptions(format, given), userSchema);
      checkAllNamesDiffer(schema, { ignoreCase: true });
      // A file holds what it holds, whatever the schema says of nulls.
      return nullableSchema(schema);
    },
    create(context: SourceContext) {
      const { files, chunks } = context.runtime;
      const options = fileOptions(format, context.options);
      const open = async (path: string, wanted: Schema, leastBytes: number): Promise<ColumnsReader> =>
        openParquet(await openFile(files, path, leastBytes), displayPath(path), wanted, chunks.inputRows);
      return FileSource.open(context, options, open, toleranceOf(options, context.conf));
    },
  };
}

/** An option goes before the session's configuration. */
function toleranceOf({ tolerance }: FileOptions, conf: SourceContext["conf"]): Tolerance {
  const isOn = (name: "ignoreCorruptFiles" | "ignoreMissingFiles"): boolean =>
    tolerance[name] ?? conf[`spark.sql.files.${name}`]?.toLowerCase() === "true";
  return { ignoresCorrupt: isOn("ignoreCorruptFiles"), ignoresMissing: isOn("ignoreMissingFiles") };
}

/** @throws UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN */
function checkCorruptColumn(format: "csv" | "json", given: Readonly<Record<string, string>>, { fields }: Schema): void {
  const column = fileOptions(format, given).given["columnNameOfCorruptRecord"] ?? "_corrupt_record";
  if (fields.length !== 1 || fields[0]!.name !== column) return;
  throw new StreamingError("UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", { column });
}

/** What opens each file, when its turn comes. */
function textReaders(files: readonly InputFile[], { given }: FileOptions, runtime: Runtime): readonly (() => Promise<BytesReader>)[] {
  return files.map(
    ({ path }) =>
      () =>
        openText(runtime.files, path, given),
  );
}

function needsSchema({ format }: FileOptions): never {
  throw new StreamingError("STREAMING_SOURCE_NEEDS_SCHEMA", { format });
}

function nothingToInfer({ format, path }: FileOptions): never {
  throw new StreamingError("UNABLE_TO_INFER_SCHEMA", { format, path: displayPath(path) });
}

/** The columns that files hold, and behind them those that folders name. */
function withPartitions({ fields }: Schema, { path, basePath }: FileOptions, files: readonly InputFile[], isPattern: boolean): Schema {
  const inFolders = inferPartitions(
    (file) => partitionRoot(path, isPattern, basePath, file),
    files.map((file) => file.path),
  );
  const names = new Set(inFolders.map(({ name }) => name.toLowerCase()));
  return types.struct([...fields.filter(({ name }) => !names.has(name.toLowerCase())), ...inFolders]);
}

/** What inference looks at, in path order: files that hold something. */
async function inputFiles(options: FileOptions, runtime: Runtime): Promise<{ readonly files: InputFile[]; readonly isPattern: boolean }> {
  const listing = new FileListing(runtime.files, options, true);
  await listing.check();
  const files = (await listing.list()).filter((file) => file.sizeBytes > 0);
  return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), isPattern: listing.isPattern };
}
