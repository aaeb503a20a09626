import type { Data, RecordBatch, Schema as ArrowSchema } from "apache-arrow";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import type { Column } from "../../engine/arrow/column.js";
import { nullColumn } from "../../engine/arrow/columns.js";
import { sqlTypeName, types, type Field, type Schema } from "../../engine/arrow/types.js";
import type { ReadableFile } from "../../engine/contract/fileSystem.js";
import type { ColumnsReader } from "../../engine/contract/source.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { BlobFile } from "./fileBlob.js";
import { parquetWasm } from "./wasm.js";

type ParquetFile = import("parquet-wasm/node").ParquetFile;
type ReaderOptions = import("parquet-wasm/node").ReaderOptions;

/**
 * The wanted columns of a Parquet file, a row group at a time. Columns are found by name without regard to case, as Spark does; those that the file
 * does not have are null.
 *
 * @param shownPath names the file in messages
 * @param rowsAtOnce rows of a batch; parquet-wasm's own default of 1,024 is four times slower than 65,536
 * @throws FAILED_READ_FILE.*
 */
export async function openParquet(file: ReadableFile, shownPath: string, wanted: Schema, rowsAtOnce: number): Promise<ColumnsReader> {
  const opened = await openFooter(file, shownPath);
  const { parquet } = opened;
  const [arrow, edge] = await Promise.all([import("apache-arrow"), import("../../engine/arrow/edge.js")]);
  const names = fileSchema(parquet, arrow).fields.map((field) => field.name);
  const found = wanted.fields.map((field) => matchingName(names, field.name, shownPath));
  const columns = [...new Set(found.filter((name) => name !== null))];
  const metadata = parquet.metadata();
  const groups = metadata.numRowGroups();
  let group = 0;
  let pending: Iterator<RecordBatch> | null = null;

  const convert = (recordBatch: RecordBatch): Batch => {
    const children = recordBatch.schema.fields.map((field) => field.name);
    const converted = wanted.fields.map((field, i): Column => {
      const at = found[i] === null ? -1 : children.indexOf(found[i]!);
      if (at < 0) return nullColumn(field.type, recordBatch.numRows);
      return convertColumn(edge, recordBatch.data.children[at]!, field, shownPath);
    });
    return batchOf(wanted, converted, recordBatch.numRows);
  };
  const next = async (): Promise<Batch | null> => {
    for (;;) {
      const batch = pending?.next();
      if (batch && !batch.done) return convert(batch.value);
      if (group === groups) return null;
      const at = group++;
      if (columns.length === 0) {
        const rows = metadata.rowGroup(at).numRows();
        return batchOf(
          wanted,
          wanted.fields.map((field) => nullColumn(field.type, rows)),
          rows,
        );
      }
      pending = arrow.RecordBatchReader.from(await readGroup(opened, { rowGroups: [at], columns, batchSize: rowsAtOnce }, shownPath))[
        Symbol.iterator
      ]();
    }
  };
  return {
    kind: "columns",
    next,
    async close() {
      if (!opened.input.failed) parquet.free();
      await file.close();
    },
  };
}

/** The schema of a Parquet file as Spark infers it: every column may be null. Closes the file. */
export async function parquetSchema(file: ReadableFile, shownPath: string): Promise<Schema> {
  const { parquet } = await openFooter(file, shownPath);
  try {
    const [arrow, { fromArrowSchema }] = await Promise.all([import("apache-arrow"), import("../../engine/arrow/edge.js")]);
    const schema = fileSchema(parquet, arrow);
    const isInt96 = schema.fields.map(
      ({ type }) => arrow.DataType.isTimestamp(type) && type.unit === arrow.TimeUnit.NANOSECOND && !type.timezone,
    );
    const fields = fromArrowSchema(schema).fields;
    // Nanoseconds without a zone are INT96, whose values are points in time.
    return types.struct(fields.map((field, i) => ({ ...field, type: isInt96[i] ? types.timestamp : field.type, nullable: true })));
  } finally {
    parquet.free();
    await file.close();
  }
}

/** A file whose footer was read. */
interface OpenFile {
  readonly input: BlobFile;
  readonly parquet: ParquetFile;
}

/** Closes the file when it cannot be opened. */
async function openFooter(file: ReadableFile, shownPath: string): Promise<OpenFile> {
  const wasm = await parquetWasm();
  const input = new BlobFile(file, shownPath);
  const { blob } = input;
  try {
    const open = (): Promise<ParquetFile> =>
      wasm.ParquetFile.fromFile(blob).catch((error: unknown) => {
        if (!pageIndexDefect.test(String(error))) throw error;
        return withoutPageIndex(wasm, blob);
      });
    return { input, parquet: await input.checked(open) };
  } catch (cause) {
    await file.close();
    if (cause instanceof StreamingError) throw cause;
    throw new StreamingError("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", { path: shownPath, reason: String(cause) }, { cause });
  }
}

/** What parquet-wasm says of a page index that lacks a required field, as parquetjs writes it. */
const pageIndexDefect = /Required field null_pages is missing/;

/** A file whose page index is damaged; its data are not. Only reading it whole leaves the index alone, so it is written anew in memory. */
async function withoutPageIndex(wasm: Awaited<ReturnType<typeof parquetWasm>>, blob: Blob): Promise<ParquetFile> {
  const table = wasm.readParquet(new Uint8Array(await blob.arrayBuffer()), { batchSize: 65_536 });
  return wasm.ParquetFile.fromFile(new Blob([wasm.writeParquet(table)]));
}

function fileSchema(parquet: ParquetFile, { RecordBatchReader }: typeof import("apache-arrow")): ArrowSchema {
  const reader = RecordBatchReader.from(parquet.schema().intoIPCStream());
  reader.open();
  return reader.schema;
}

async function readGroup({ input, parquet }: OpenFile, what: ReaderOptions, shownPath: string): Promise<Uint8Array> {
  try {
    const table = await input.checked(() => parquet.read(what));
    return table.intoIPCStream();
  } catch (cause) {
    if (cause instanceof StreamingError) throw cause;
    throw new StreamingError("FAILED_READ_FILE.NO_HINT", { path: shownPath, reason: String(cause) }, { cause });
  }
}

/** @throws FAILED_READ_FILE.NO_HINT when several columns of the file have the name, which Spark tells no apart */
function matchingName(names: readonly string[], wanted: string, shownPath: string): string | null {
  const found = names.filter((name) => name.toLowerCase() === wanted.toLowerCase());
  if (found.length <= 1) return found[0] ?? null;
  const reason = `it has several columns of the name "${wanted}", but for the case of letters: ${found.join(", ")}`;
  throw new StreamingError("FAILED_READ_FILE.NO_HINT", { path: shownPath, reason });
}

function convertColumn(edge: typeof import("../../engine/arrow/edge.js"), data: Data, field: Field, shownPath: string): Column {
  try {
    return edge.columnFromArrow(data, field.type);
  } catch (cause) {
    if (!(cause instanceof StreamingError) || cause.condition !== "ARROW_TYPE_MISMATCH") throw cause;
    throw new StreamingError(
      "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
      { path: shownPath, column: `[${field.name}]`, expectedType: sqlTypeName(field.type), actualType: cause.parameters["actual"] ?? "" },
      { cause },
    );
  }
}
