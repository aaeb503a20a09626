import type { MetadataLog } from "../engine/contract/checkpoint.js";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { assert } from "../engine/errors/assert.js";
import { idsOf, settleFolder } from "./folder.js";
import { decodeText, encodeText } from "./logText.js";

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
  private constructor(
    private readonly files: FileSystem,
    private readonly folder: string,
    private readonly codec: LogCodec<T>,
    /** What is there, ascending. Only the owner adds and removes, so the folder is listed once. */
    private ids: number[],
  ) {}

  static async open<T>(files: FileSystem, folder: string, codec: LogCodec<T>, startedMs: number): Promise<FileMetadataLog<T>> {
    return new FileMetadataLog(files, folder, codec, idsOf(await settleFolder(files, folder, startedMs)));
  }

  async add(id: number, entry: T): Promise<boolean> {
    const latest = this.ids.at(-1) ?? -1;
    assert(Number.isSafeInteger(id) && id >= 0 && id <= latest + 1, `entry ${id} of ${this.folder} behind entry ${latest}`);
    const added = await this.files.addNew(this.pathOf(id), encodeText(this.codec.format(entry)));
    // When somebody else added it, it is there all the same.
    if (id > latest) this.ids.push(id);
    return added;
  }

  async get(id: number): Promise<T | null> {
    const path = this.pathOf(id);
    const bytes = await this.files.read(path);
    return bytes === null ? null : this.codec.parse(decodeText(bytes, path), path);
  }

  async latestId(): Promise<number | null> {
    return this.ids.at(-1) ?? null;
  }

  async purgeBefore(id: number): Promise<void> {
    while (this.ids.length > 0 && this.ids[0]! < id) {
      await this.files.remove(this.pathOf(this.ids[0]!));
      this.ids.shift();
    }
  }

  private pathOf(id: number): string {
    return `${this.folder}/${id}`;
  }
}
