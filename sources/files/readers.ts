import { charsetOf } from "../../connectors/files/charsets.js";
import { codecOfName, uncompressed, type TextCodec } from "../../connectors/files/codecs.js";
import { displayPath } from "../../connectors/files/uri.js";
import { batchOf } from "../../engine/arrow/batch.js";
import { columnFromValues } from "../../engine/arrow/columns.js";
import { decodeText } from "../../engine/arrow/reading.js";
import { types, type Schema } from "../../engine/arrow/types.js";
import type { FileSystem, ReadableFile } from "../../engine/contract/fileSystem.js";
import type { BytesReader, ColumnsReader } from "../../engine/contract/source.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import { inUtf8 } from "./encoding.js";
import { reading } from "./failures.js";

/** How much of a compressed file is read at a time. */
const compressedChunkBytes = 256 * 1024;

/**
 * The bytes of a file, decompressed when its name says so.
 *
 * @param leastBytes the size that the file must have at least
 */
export async function openBytes(files: FileSystem, path: string, leastBytes = 0): Promise<BytesReader> {
  const codec = codecOfName(path);
  if (codec === null && /\.(xz|br|lzo)$/i.test(path)) throw notYetSupported(`Reading ${path.slice(path.lastIndexOf("."))} files`);
  const file = await openFile(files, path, leastBytes);
  return codec === null ? plainReader(file, path) : uncompressingReader(file, path, codec);
}

/** The text of a file in UTF-8, whatever the options say it is written in. */
export async function openText(
  files: FileSystem,
  path: string,
  given: Readonly<Record<string, string>>,
  leastBytes = 0,
): Promise<BytesReader> {
  const encoding = charsetOf(given);
  const reader = await openBytes(files, path, leastBytes);
  return encoding === null ? reader : inUtf8(reader, encoding);
}

/**
 * @param leastBytes the size that it was listed with: one that has become shorter would be read in part
 * @throws FAILED_READ_FILE.*
 */
export async function openFile(files: FileSystem, path: string, leastBytes = 0): Promise<ReadableFile> {
  const file = await reading(path, () => files.open(path));
  if (file === null) throw new StreamingError("FAILED_READ_FILE.FILE_NOT_EXIST", { path: displayPath(path) });
  if (file.sizeBytes >= leastBytes) return file;
  await file.close();
  throw failure(path, new Error(`It has ${file.sizeBytes} bytes, and had ${leastBytes} when it was listed`));
}

function failure(path: string, cause: unknown): StreamingError {
  if (cause instanceof StreamingError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StreamingError("FAILED_READ_FILE.NO_HINT", { path: displayPath(path), reason }, { cause });
}

/**
 * Reads at a position; 0 at the end, which is where the file ended when it was opened: one that grows is not read beyond that, and the end needs no read of
 * its own.
 *
 * @throws FAILED_READ_FILE.FILE_SHRANK when it ends earlier
 */
async function readAt(file: ReadableFile, path: string, into: Uint8Array, position: number): Promise<number> {
  const left = file.sizeBytes - position;
  if (left === 0) return 0;
  const length = await file.read(left < into.length ? into.subarray(0, left) : into, position);
  if (length > 0) return length;
  const parameters = { path: displayPath(path), size: String(file.sizeBytes), read: String(position) };
  throw new StreamingError("FAILED_READ_FILE.FILE_SHRANK", parameters);
}

function plainReader(file: ReadableFile, path: string): BytesReader {
  let position = 0;
  return {
    kind: "bytes",
    async read(into) {
      try {
        const length = await readAt(file, path, into, position);
        position += length;
        return length;
      } catch (cause) {
        throw failure(path, cause);
      }
    },
    close: () => file.close(),
  };
}

function uncompressingReader(file: ReadableFile, path: string, codec: TextCodec): BytesReader {
  const pieces = uncompressed(codec, chunksOf(file, path))[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    kind: "bytes",
    async read(into) {
      try {
        while (rest.length === 0) {
          const next = await pieces.next();
          if (next.done) return 0;
          rest = next.value;
        }
      } catch (cause) {
        throw failure(path, cause);
      }
      const length = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, length));
      rest = rest.subarray(length);
      return length;
    },
    async close() {
      await pieces.return?.();
      await file.close();
    },
  };
}

async function* chunksOf(file: ReadableFile, path: string): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    const chunk = new Uint8Array(compressedChunkBytes);
    const length = await readAt(file, path, chunk, position);
    if (length === 0) return;
    position += length;
    yield chunk.subarray(0, length);
  }
}

/** All bytes that a reader gives. */
export async function readAllBytes(reader: BytesReader): Promise<Uint8Array> {
  let bytes = new Uint8Array(compressedChunkBytes);
  let length = 0;
  for (;;) {
    const got = await reader.read(bytes.subarray(length));
    if (got === 0) return bytes.subarray(0, length);
    length += got;
    if (length < bytes.length) continue;
    const larger = new Uint8Array(bytes.length * 2);
    larger.set(bytes);
    bytes = larger;
  }
}

/** A file as one row of text (`wholetext`); an empty file has none. */
export async function openWholeText(
  files: FileSystem,
  path: string,
  wanted: Schema,
  leastBytes: number,
  given: Readonly<Record<string, string>>,
): Promise<ColumnsReader> {
  const reader = await openText(files, path, given, leastBytes);
  let done = false;
  return {
    kind: "columns",
    async next() {
      if (done) return null;
      done = true;
      const bytes = await readAllBytes(reader);
      if (bytes.length === 0) return null;
      const columns = wanted.fields.map(() => columnFromValues(types.string, [decodeText(bytes, 0, bytes.length)]));
      return batchOf(wanted, columns, 1);
    },
    close: () => reader.close(),
  };
}
