import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { nullColumn } from "../../engine/arrow/columns.js";
import { sqlTypeName, type Schema } from "../../engine/arrow/types.js";
import type { ReadableFile } from "../../engine/contract/fileSystem.js";
import type { ColumnsReader } from "../../engine/contract/source.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { magic } from "./columnFile.js";
import { parseMetadata, type ParquetMetadata } from "./metadata.js";
import { project, TypeMismatch } from "./projection.js";
import { RowGroupReader } from "./rowGroup.js";
import { inferredSchema } from "./sparkTypes.js";
import { DamagedParquet } from "./thrift.js";

/** What is read at once of a file's end, in the hope that the footer is in it. */
const tailBytes = 64 * 1024;

/**
 * The wanted columns of a Parquet file, a row group at a time. Columns are found by name without regard to case, as Spark does; those that the file
 * does not have are null.
 *
 * Batches are lent until the next one is asked for.
 *
 * @param shownPath names the file in messages
 * @param rowsAtOnce rows of a batch; parquet-wasm's own default of 1,024 is four times slower than 65,536
 * @throws FAILED_READ_FILE.*
 */
export async function openParquet(file: ReadableFile, shownPath: string, wanted: Schema, rowsAtOnce: number): Promise<ColumnsReader> {
  const metadata = await openFooter(file, shownPath);
  const columns = await closingOnError(file, () => naming(shownPath, () => project(metadata.fields, wanted)));
  let group = 0;
  let pending: RowGroupReader | null = null;
  const next = async (): Promise<Batch | null> => {
    for (;;) {
      const batch = pending?.next();
      if (batch) return batch;
      const rowGroup = metadata.rowGroups[group++];
      if (!rowGroup) return null;
      // Arrow's reader gives columns without rows no room for what is within them.
      if (rowGroup.rows === 0) continue;
      if (columns.every((column) => column === null)) return emptyColumns(wanted, rowGroup.rows);
      pending = await RowGroupReader.open({ wanted, columns, group: rowGroup, rowsAtOnce }, (into, at) => readInto(file, into, at));
    }
  };
  return { kind: "columns", next: () => naming(shownPath, next), close: () => file.close() };
}

/** The schema of a Parquet file as Spark infers it: every column may be null. Closes the file. */
export async function parquetSchema(file: ReadableFile, shownPath: string): Promise<Schema> {
  const metadata = await openFooter(file, shownPath);
  return closingOnError(file, async () => {
    const schema = inferredSchema(metadata);
    await file.close();
    return schema;
  });
}

function emptyColumns(wanted: Schema, rows: number): Batch {
  return batchOf(
    wanted,
    wanted.fields.map((field) => nullColumn(field.type, rows)),
    rows,
  );
}

/** Closes the file when it cannot be opened. */
async function openFooter(file: ReadableFile, shownPath: string): Promise<ParquetMetadata> {
  return closingOnError(file, async () => {
    try {
      return parseMetadata(await readFooter(file));
    } catch (cause) {
      if (cause instanceof StreamingError) throw cause;
      if (cause instanceof FileShrank) throw cause.naming(shownPath);
      throw new StreamingError("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", { path: shownPath, reason: reasonOf(cause) }, { cause });
    }
  });
}

async function readFooter(file: ReadableFile): Promise<Uint8Array> {
  const size = file.sizeBytes;
  if (size < 3 * magic.length) throw new DamagedParquet(`a file of ${size} bytes is no Parquet file`);
  let tail = await readRange(file, Math.max(0, size - tailBytes), size);
  const end = tail.length - 2 * magic.length;
  if (magic.some((byte, i) => tail[end + magic.length + i] !== byte)) throw new DamagedParquet("it does not end as a Parquet file does");
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(end, true);
  if (length > size - 3 * magic.length) throw new DamagedParquet("its footer would be longer than the file");
  if (length > end) tail = await readRange(file, size - length - 2 * magic.length, size);
  const footerEnd = tail.length - 2 * magic.length;
  return tail.subarray(footerEnd - length, footerEnd);
}

/** A file that ends before the place where it ended when it was opened. */
class FileShrank extends Error {
  constructor(
    private readonly size: number,
    private readonly read: number,
  ) {
    super("the file became shorter");
  }

  naming(path: string): StreamingError {
    return new StreamingError("FAILED_READ_FILE.FILE_SHRANK", { path, size: String(this.size), read: String(this.read) }, { cause: this });
  }
}

async function readRange(file: ReadableFile, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  await readInto(file, bytes, start);
  return bytes;
}

async function readInto(file: ReadableFile, bytes: Uint8Array, start: number): Promise<void> {
  if (start + bytes.length > file.sizeBytes) throw new DamagedParquet("a column beyond the end of the file");
  for (let length = 0; length < bytes.length;) {
    const got = await file.read(bytes.subarray(length), start + length);
    if (got === 0) throw new FileShrank(file.sizeBytes, start + length);
    length += got;
  }
}

async function closingOnError<T>(file: ReadableFile, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Runs what reads a file; whatever is wrong becomes a condition that names it. */
async function naming<T>(path: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof TypeMismatch) {
      const parameters = {
        path,
        column: `[${cause.path.join(", ")}]`,
        expectedType: sqlTypeName(cause.expected),
        actualType: cause.actual,
      };
      throw new StreamingError("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", parameters, { cause });
    }
    if (cause instanceof StreamingError) throw cause;
    if (cause instanceof FileShrank) throw cause.naming(path);
    throw new StreamingError("FAILED_READ_FILE.NO_HINT", { path, reason: reasonOf(cause) }, { cause });
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && cause.name === "RuntimeError") return "The decoder gave up: the file is damaged";
  return cause instanceof Error ? cause.message : String(cause);
}
