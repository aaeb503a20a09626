import type { MetadataLog } from "../engine/contract/checkpoint.js";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { corruptFile, decodeText, encodeText } from "../engine/contract/logText.js";
import { assert } from "../engine/errors/assert.js";
import { idsBehind, idsOf, listFolder, settleFolder } from "./folder.js";

/** How entries of a log are written. */
export interface LogCodec<T> {
  format(entry: T): string;
  /** @throws conditions that name `path` */
  parse(text: string, path: string): T;
}

/**
 * A log with one file an entry, named by its id. Ids are contiguous as they are added; purging takes from the low end, and an interrupted purge may
 * leave holes there, which nobody reads.
 */
export class FileMetadataLog<T> implements MetadataLog<T> {
  /** The entry that was added or read last, so that what was just written is not read back. */
  private last: { readonly id: number; readonly entry: T } | null = null;

  private kept: ReadonlySet<number> = new Set();

  private constructor(
    private readonly files: FileSystem,
    private readonly folder: string,
    private readonly codec: LogCodec<T>,
    /** What is there, ascending. Only the owner adds and removes, so the folder is listed once. */
    private known: number[],
  ) {}

  static async open<T>(files: FileSystem, folder: string, codec: LogCodec<T>, startedMs: number): Promise<FileMetadataLog<T>> {
    const ids = idsOf(await settleFolder(files, folder, startedMs));
    const behind = await idsBehind(files, ids.at(-1) ?? -1, (id) => `${folder}/${id}`);
    return new FileMetadataLog(files, folder, codec, [...ids, ...behind]);
  }

  /** The log of a checkpoint that somebody else may own: to be read only. @param last what is behind it counts no more */
  static async look<T>(files: FileSystem, folder: string, codec: LogCodec<T>, last = Infinity): Promise<FileMetadataLog<T>> {
    const ids = idsOf(await listFolder(files, folder));
    return new FileMetadataLog(
      files,
      folder,
      codec,
      ids.filter((id) => id <= last),
    );
  }

  /** The ids of the entries that are there, ascending. */
  get ids(): readonly number[] {
    return this.known;
  }

  get latest(): number | null {
    return this.known.at(-1) ?? null;
  }

  async add(id: number, entry: T): Promise<boolean> {
    const latest = this.latest ?? -1;
    assert(Number.isSafeInteger(id) && id >= 0 && id <= latest + 1, `entry ${id} of ${this.folder} behind entry ${latest}`);
    const added = await this.files.addNew(this.pathOf(id), encodeText(this.codec.format(entry)));
    // When somebody else added it, it is there all the same.
    if (id > latest) this.known.push(id);
    if (added) this.last = { id, entry };
    return added;
  }

  async get(id: number): Promise<T | null> {
    if (this.last?.id === id) return this.last.entry;
    const path = this.pathOf(id);
    const bytes = await this.files.read(path);
    if (bytes === null) return null;
    const entry = this.codec.parse(decodeText(bytes, corruptFile(path)), path);
    this.last = { id, entry };
    return entry;
  }

  async latestId(): Promise<number | null> {
    return this.latest;
  }

  /** Entries that are never purged. */
  keep(ids: ReadonlySet<number>): void {
    this.kept = ids;
  }

  async purgeBefore(id: number): Promise<void> {
    while (this.known.length > 0 && this.known[0]! < id) {
      if (!this.kept.has(this.known[0]!)) await this.files.remove(this.pathOf(this.known[0]!));
      this.known.shift();
    }
  }

  pathOf(id: number): string {
    return `${this.folder}/${id}`;
  }
}
