import { crc32 } from "node:zlib";
import type { FileSystem, ReadableFile, WritableFile } from "../../engine/contract/fileSystem.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { assert } from "../../engine/errors/assert.js";
import { corrupt, decodeText, encodeText } from "../logText.js";

/*
 * A state file: magic, sections, index, trailer. FORMAT.md shows the bytes.
 *
 *     TIDESTAT | section 0 | section 1 | … | index (JSON) | index length u32 | CRC-32 of the index u32 | format version u32 | TIDESTAT
 *
 * A section is an Arrow IPC stream of its own, aligned to 8 bytes; the index says whose it is, where, and its CRC-32. The trailer comes last, so
 * a file whose writer died has none.
 */

export const stateFileVersion = 1;

const magic = encodeText("TIDESTAT");
const trailerBytes = 12 + magic.length;

/** Pieces smaller than this are gathered into one write. */
const gatheredBytes = 256 * 1024;

/** How much a check of a whole file holds in memory. */
const checkedBytes = 1024 * 1024;

/** A range of the file. */
export interface Section {
  readonly offset: number;
  readonly length: number;
  readonly rows: number;
  readonly crc32: number;
}

/** The changes of one partition of one table. */
export interface TableIndex {
  readonly operatorId: string;
  readonly storeName: string;
  readonly partition: number;
  readonly droppedPanes: readonly number[];
  readonly deletes: Section | null;
  readonly upserts: Section | null;
}

/** What a state file says of itself. */
export interface StateFileIndex {
  readonly kind: "delta" | "snapshot";
  readonly version: number;
  readonly runId: string;
  /** Of a delta: the file of the version before, null for the first. Of a snapshot: the delta file of its version, whose state it holds. */
  readonly previous: string | null;
  readonly tables: readonly TableIndex[];
}

/** Writes a state file from its start; sections first, then `finish`. */
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

  async section(bytes: Uint8Array, rows: number): Promise<Section> {
    const section: Section = { offset: this.offset, length: bytes.length, rows, crc32: crc32(bytes) };
    await this.append(bytes);
    if (this.offset % 8 !== 0) await this.append(new Uint8Array(8 - (this.offset % 8)));
    return section;
  }

  /** Writes index and trailer; the file's content is durable when it resolves, its name is not yet. Gives the file's size. */
  async finish(index: StateFileIndex): Promise<number> {
    const text = encodeText(JSON.stringify(index));
    const trailer = new DataView(new ArrayBuffer(12));
    trailer.setUint32(0, text.length, true);
    trailer.setUint32(4, crc32(text), true);
    trailer.setUint32(8, stateFileVersion, true);
    for (const piece of [text, new Uint8Array(trailer.buffer), magic]) await this.append(piece);
    await this.flush();
    await this.file.sync();
    return this.offset;
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
    await this.file.write(Buffer.concat(this.gathered, this.gatheredLength));
    this.gathered = [];
    this.gatheredLength = 0;
  }
}

/** A state file that is complete: its index was read and checked; sections are checked as they are read. */
export class StateFileReader {
  private constructor(
    readonly path: string,
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
      return new StateFileReader(path, await readIndex(file, path), file.sizeBytes, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The bytes of a section. @throws CHECKPOINT_CORRUPT */
  async section(section: Section): Promise<Uint8Array> {
    const bytes = await readRange(this.file, this.path, section.offset, section.length);
    if (crc32(bytes) !== section.crc32) throw corrupt(this.path, `the checksum of bytes ${rangeText(section)} does not match`);
    return bytes;
  }

  /** Checks every section, without keeping any. @throws CHECKPOINT_CORRUPT */
  async verify(): Promise<void> {
    const window = new Uint8Array(checkedBytes);
    for (const section of sectionsOf(this.index)) {
      let sum = 0;
      for (let done = 0; done < section.length;) {
        const wanted = window.subarray(0, Math.min(window.length, section.length - done));
        await readInto(this.file, this.path, wanted, section.offset + done);
        sum = crc32(wanted, sum);
        done += wanted.length;
      }
      if (sum !== section.crc32) throw corrupt(this.path, `the checksum of bytes ${rangeText(section)} does not match`);
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

async function readIndex(file: ReadableFile, path: string): Promise<StateFileIndex> {
  if (file.sizeBytes < magic.length + trailerBytes) throw corrupt(path, "it ends too early");
  const start = await readRange(file, path, 0, magic.length);
  const trailer = await readRange(file, path, file.sizeBytes - trailerBytes, trailerBytes);
  if (!isMagic(start)) throw corrupt(path, "it is no state file");
  if (!isMagic(trailer.subarray(12))) throw corrupt(path, "it ends too early");
  const numbers = new DataView(trailer.buffer, trailer.byteOffset, 12);
  const version = numbers.getUint32(8, true);
  if (version > stateFileVersion) {
    throw new StreamingError("CHECKPOINT_FORMAT_UNKNOWN", { path, version: String(version), maxVersion: String(stateFileVersion) });
  }
  const length = numbers.getUint32(0, true);
  const sectionsEnd = file.sizeBytes - trailerBytes - length;
  if (sectionsEnd < magic.length) throw corrupt(path, "its index does not fit into it");
  const text = await readRange(file, path, sectionsEnd, length);
  if (crc32(text) !== numbers.getUint32(4, true)) throw corrupt(path, "the checksum of its index does not match");
  // The checksum holds, so this is the text that a writer of ours made.
  const index = JSON.parse(decodeText(text, path)) as StateFileIndex;
  for (const section of sectionsOf(index))
    assert(section.offset + section.length <= sectionsEnd, `a section of ${path} lies outside of it`);
  return index;
}

function sectionsOf(index: StateFileIndex): Section[] {
  return index.tables.flatMap(({ deletes, upserts }) => [deletes, upserts]).filter((section) => section !== null);
}

function rangeText({ offset, length }: Section): string {
  return `${offset} to ${offset + length}`;
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
    if (got === 0) throw corrupt(path, "it ends too early");
    done += got;
  }
}
