import { crc32 } from "node:zlib";
import type { FileSystem, ReadableFile, WritableFile } from "../../engine/contract/fileSystem.js";
import { corruptFile, decodeText, encodeText } from "../../engine/contract/logText.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { formatIndex, parseIndex, type Piece, type StateFileIndex } from "./stateFileIndex.js";

/*
 * A state file: magic, pieces, index, trailer. FORMAT.md shows the bytes.
 *
 *     TIDESTAT | piece 0 | piece 1 | … | index (JSON) | index length u32 | CRC-32 of the index u32 | format version u32 | TIDESTAT
 *
 * A piece is an Arrow IPC stream of its own, aligned to 8 bytes; the index says whose it is, where, and its CRC-32. The trailer comes last, so a file
 * whose writer died has none.
 */

export const stateFileVersion = 3;

/** What most files are of: the newer one says that a delta is of all of the state. */
const plainVersion = 2;

const magic = encodeText("TIDESTAT");
const trailerBytes = 12 + magic.length;

/** Pieces smaller than this are gathered into one write. */
const gatheredBytes = 256 * 1024;

/** How much a check of a whole file holds in memory. */
const checkedBytes = 1024 * 1024;

/** Writes a state file from its start; pieces first, then `finish`. */
export class StateFileWriter {
  private offset = 0;
  private gathered: Uint8Array[] = [];
  private gatheredLength = 0;

  private constructor(private readonly file: WritableFile) {}

  static async create(files: FileSystem, path: string): Promise<StateFileWriter> {
    const writer = new StateFileWriter(await files.create(path));
    await writer.append(magic);
    return writer;
  }

  /** How much was written so far. */
  get sizeBytes(): number {
    return this.offset;
  }

  /** Writes a piece, given in parts. */
  async piece(parts: readonly Uint8Array[], rows: number, groups: Piece["groups"]): Promise<Piece> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const piece: Piece = { offset: this.offset, length, rows, crc32: parts.reduce((sum, part) => crc32(part, sum), 0), groups };
    for (const part of parts) await this.append(part);
    if (this.offset % 8 !== 0) await this.append(new Uint8Array(8 - (this.offset % 8)));
    return piece;
  }

  /** Writes index and trailer; the file's content is durable when it resolves, its name is not yet. */
  async finish(index: StateFileIndex): Promise<void> {
    const text = encodeText(formatIndex(index));
    const trailer = new DataView(new ArrayBuffer(12));
    trailer.setUint32(0, text.length, true);
    trailer.setUint32(4, crc32(text), true);
    trailer.setUint32(8, index.isWhole ? stateFileVersion : plainVersion, true);
    for (const part of [text, new Uint8Array(trailer.buffer), magic]) await this.append(part);
    await this.flush();
    await this.file.sync();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async append(bytes: Uint8Array): Promise<void> {
    this.offset += bytes.length;
    if (bytes.length >= gatheredBytes) {
      await this.flush();
      await this.file.write(bytes);
      return;
    }
    this.gathered.push(bytes);
    this.gatheredLength += bytes.length;
    if (this.gatheredLength >= gatheredBytes) await this.flush();
  }

  private async flush(): Promise<void> {
    if (this.gatheredLength === 0) return;
    const bytes = Buffer.concat(this.gathered, this.gatheredLength);
    this.gathered = [];
    this.gatheredLength = 0;
    await this.file.write(bytes);
  }
}

/** A state file that is complete: its index was read and checked; pieces are checked as they are read. */
export class StateFileReader {
  /** How much of the pieces was read so far. */
  bytesRead = 0;

  private constructor(
    readonly path: string,
    readonly formatVersion: number,
    readonly index: StateFileIndex,
    readonly sizeBytes: number,
    private readonly file: ReadableFile,
  ) {}

  /**
   * Null when there is no such file.
   * @throws CHECKPOINT_CORRUPT also for a file that its writer never finished; CHECKPOINT_FORMAT_UNKNOWN
   */
  static async open(files: FileSystem, path: string): Promise<StateFileReader | null> {
    const file = await files.open(path);
    if (file === null) return null;
    try {
      const { formatVersion, index } = await readIndex(file, path);
      return new StateFileReader(path, formatVersion, index, file.sizeBytes, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The bytes of a piece. @throws CHECKPOINT_CORRUPT */
  async piece(piece: Piece): Promise<Uint8Array> {
    const bytes = await readRange(this.file, this.path, piece.offset, piece.length);
    if (crc32(bytes) !== piece.crc32) throw this.mismatch(piece);
    this.bytesRead += piece.length;
    return bytes;
  }

  /** Checks every piece, without keeping any. @throws CHECKPOINT_CORRUPT */
  async verify(): Promise<void> {
    const window = new Uint8Array(checkedBytes);
    for (const piece of this.index.tables.flatMap(({ deletes, upserts }) => [...deletes, ...upserts])) {
      let sum = 0;
      for (let done = 0; done < piece.length;) {
        const wanted = window.subarray(0, Math.min(window.length, piece.length - done));
        await readInto(this.file, this.path, wanted, piece.offset + done);
        sum = crc32(wanted, sum);
        done += wanted.length;
      }
      if (sum !== piece.crc32) throw this.mismatch(piece);
    }
  }

  /** The file is durable when it resolves, whoever wrote it. */
  sync(): Promise<void> {
    return this.file.sync();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private mismatch({ offset, length }: Piece): StreamingError {
    return corruptFile(this.path)(`the checksum of bytes ${offset} to ${offset + length} does not match`);
  }
}

async function readIndex(file: ReadableFile, path: string): Promise<{ formatVersion: number; index: StateFileIndex }> {
  if (file.sizeBytes < magic.length + trailerBytes) throw corruptFile(path)("it ends too early");
  const start = await readRange(file, path, 0, magic.length);
  const trailer = await readRange(file, path, file.sizeBytes - trailerBytes, trailerBytes);
  if (!isMagic(start)) throw corruptFile(path)("it is no state file");
  if (!isMagic(trailer.subarray(12))) throw corruptFile(path)("it ends too early");
  const numbers = new DataView(trailer.buffer, trailer.byteOffset, 12);
  const formatVersion = numbers.getUint32(8, true);
  if (formatVersion > stateFileVersion) {
    throw new StreamingError("CHECKPOINT_FORMAT_UNKNOWN", { path, version: String(formatVersion), maxVersion: String(stateFileVersion) });
  }
  const length = numbers.getUint32(0, true);
  const piecesEnd = file.sizeBytes - trailerBytes - length;
  if (piecesEnd < magic.length) throw corruptFile(path)("its index does not fit into it");
  const text = await readRange(file, path, piecesEnd, length);
  if (crc32(text) !== numbers.getUint32(4, true)) throw corruptFile(path)("the checksum of its index does not match");
  return { formatVersion, index: parseIndex(decodeText(text, corruptFile(path)), path, formatVersion, piecesEnd) };
}

function isMagic(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

async function readRange(file: ReadableFile, path: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await readInto(file, path, bytes, offset);
  return bytes;
}

async function readInto(file: ReadableFile, path: string, into: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < into.length;) {
    const got = await file.read(into.subarray(done), offset + done);
    if (got === 0) throw corruptFile(path)("it ends too early");
    done += got;
  }
}
