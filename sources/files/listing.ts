import { expandGlob, globPattern, isGlob } from "../../connectors/files/glob.js";
import { manifestFolder, readManifest } from "../../connectors/files/manifest.js";
import { displayPath, pathOfUri } from "../../connectors/files/uri.js";
import type { FileStatus, FileSystem } from "../../engine/contract/fileSystem.js";
import { isObjectPath } from "../../engine/contract/objectPath.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { reading } from "./failures.js";
import type { FileOptions } from "./options.js";

/** A file that could be read. */
export interface InputFile {
  readonly path: string;
  readonly modifiedMs: number;
  readonly sizeBytes: number;
}

/** Finds the input files of a path, again and again. */
export class FileListing {
  private readonly nameFilter: RegExp | null;
  /** Whether the path stands for several; known once `check` has looked. */
  isPattern: boolean;
  /** The folder's manifest, when a streaming sink writes there: then only what it lists counts. */
  private manifest: string | null = null;
  private manifestRead = -1;
  private readonly manifestFiles = new Map<string, InputFile>();

  /** @param warn told of entries that are left out because nobody can read them */
  constructor(
    private readonly files: FileSystem,
    private readonly options: FileOptions,
    /** Whether it looks once, at all there will be. What has gone may come back for a stream, which waits for it. */
    private readonly bounded: boolean,
    private readonly warn: (message: string) => void = () => {},
  ) {
    this.isPattern = isGlob(options.path);
    this.nameFilter = options.nameGlob === null ? null : globPattern(options.nameGlob);
  }

  /**
   * Finds out what the path is. What is there under the very name is meant, whatever characters of patterns are in it.
   *
   * @throws PATH_NOT_FOUND when the path is no pattern and there is nothing; NOT_A_REGULAR_FILE; FAILED_READ_FILE.NO_HINT
   */
  async check(): Promise<void> {
    const { path } = this.options;
    const status = await reading(path, () => this.files.status(path));
    this.isPattern = status === null && isGlob(path);
    if (status === null && !this.isPattern) throw this.nothing();
    if (status?.unreadable !== undefined) {
      throw new StreamingError("NOT_A_REGULAR_FILE", { path: displayPath(path), kind: status.unreadable });
    }
  }

  /** The size that the folder's manifest gives a file; null where there is no manifest, or the file is not in it. */
  async listedSize(path: string): Promise<number | null> {
    if (!(await this.hasManifest())) return null;
    if (this.manifestRead < 0) await this.listManifest();
    return this.manifestFiles.get(path)?.sizeBytes ?? null;
  }

  /**
   * The files that are there now, in no particular order.
   *
   * @param isKnown files that may be left out: a folder of many files that were read is then gone through without a look at each
   * @throws PATH_NOT_FOUND, FAILED_READ_FILE.NO_HINT
   */
  list(isKnown: (path: string) => boolean = () => false): Promise<InputFile[]> {
    return reading(this.options.path, () => this.find(isKnown));
  }

  private async find(isKnown: (path: string) => boolean): Promise<InputFile[]> {
    const { path, modifiedAfterMs, modifiedBeforeMs } = this.options;
    const objects = await this.objectsOf(path);
    if (await this.hasManifest(objects)) return this.listManifest();
    const found: InputFile[] = [];
    if (objects.length > 0) await this.walk(path, isKnown, found, objects);
    const roots = objects.length > 0 ? [] : this.isPattern ? await this.matches(path) : await this.literalRoot(path);
    for (const root of roots) {
      if (root.directory) await this.walk(root.path, isKnown, found);
      else if (this.wants(root)) found.push(root);
    }
    return found.filter((file) => file.modifiedMs > modifiedAfterMs && file.modifiedMs < modifiedBeforeMs);
  }

  /** What is in a folder of an object store: one request, which says as much as the questions whether it is there and has a manifest. */
  private async objectsOf(path: string): Promise<readonly FileStatus[]> {
    return isObjectPath(path) && !this.isPattern && this.manifest === null ? this.files.list(path) : [];
  }

  private async literalRoot(path: string): Promise<FileStatus[]> {
    const status = await this.files.status(path);
    if (status !== null) return [status];
    if (this.bounded) throw this.nothing();
    this.warn(`${displayPath(path)} is not there any more: the query waits until it is back`);
    return [];
  }

  /** What a pattern means now. A stream may wait for it; a bounded table of nothing is a mistake. */
  private async matches(path: string): Promise<FileStatus[]> {
    const found = await expandGlob(this.files, path);
    if (found.length === 0 && this.bounded) throw this.nothing();
    return found.filter((entry) => !isHidden(entry.name));
  }

  private nothing(): StreamingError {
    return new StreamingError("PATH_NOT_FOUND", { path: displayPath(this.options.path) });
  }

  private async walk(
    folder: string,
    isKnown: (path: string) => boolean,
    found: InputFile[],
    listed?: readonly FileStatus[],
  ): Promise<void> {
    const { recursive } = this.options;
    for (const entry of listed ?? (await this.entriesOf(folder, isKnown))) {
      if (isHidden(entry.name)) continue;
      if (!entry.directory) {
        if (this.wants(entry)) found.push(entry);
      } else if (recursive || entry.name.includes("=")) {
        await this.walk(entry.path, isKnown, found);
      }
    }
  }

  private async entriesOf(folder: string, isKnown: (path: string) => boolean): Promise<FileStatus[]> {
    // A listing of an object store says all that a look at each would.
    const names = isObjectPath(folder) ? undefined : await this.files.listNames?.(folder);
    if (!names) return this.files.list(folder);
    const unknown = names.map((name) => `${folder}/${name}`).filter((path) => !isKnown(path));
    const found = await Promise.all(unknown.map(async (path) => (await this.files.status(path)) ?? this.unnameable(folder, path)));
    return found.filter((status) => status !== null);
  }

  /** Of an entry whose name is no UTF-8 there is a name with other characters in it, by which nothing is found; a full listing says what it is. */
  private async unnameable(folder: string, path: string): Promise<FileStatus | null> {
    if (!path.includes("\uFFFD")) return null;
    return (await this.files.list(folder)).find((entry) => entry.path === path) ?? null;
  }

  private wants(entry: FileStatus): boolean {
    if (isHidden(entry.name) || (this.nameFilter !== null && !this.nameFilter.test(entry.name))) return false;
    if (entry.unreadable === undefined) return true;
    this.warn(`${displayPath(entry.path)} is a ${entry.unreadable} and is not read`);
    return false;
  }

  /** @param objects what is in the folder, where that is known */
  private async hasManifest(objects: readonly FileStatus[] = []): Promise<boolean> {
    const { path } = this.options;
    // A sink may make its manifest after this source has started to look.
    if (objects.length > 0) {
      if (objects.some(({ directory, name }) => directory && name === manifestFolder)) this.manifest = `${path}/${manifestFolder}`;
    } else if (this.manifest === null && !this.isPattern) {
      const isFolder = (await this.files.status(path))?.directory === true;
      if (isFolder && (await this.files.status(`${path}/${manifestFolder}`))?.directory) this.manifest = `${path}/${manifestFolder}`;
    }
    return this.manifest !== null;
  }

  private async listManifest(): Promise<InputFile[]> {
    const { entries, latest } = await readManifest(this.files, this.manifest!, this.manifestRead);
    // All of it may be gone for a while; but one that has fewer entries than it had is another one.
    if (latest < this.manifestRead && latest >= 0) {
      throw new StreamingError("MANIFEST_INCOMPLETE", { path: this.manifest!, batchId: String(this.manifestRead) });
    }
    if (latest < 0 && this.manifestRead >= 0) return [...this.manifestFiles.values()];
    if (latest > this.manifestRead) await this.settleManifest();
    this.manifestRead = latest;
    for (const entry of entries) {
      const path = this.placeOf(pathOfUri(entry.path));
      this.manifestFiles.set(path, { path, modifiedMs: entry.modificationTime, sizeBytes: entry.size });
    }
    return [...this.manifestFiles.values()];
  }

  /** Its writer may not have synced what we see; were the power to take it back, we would have read files that never counted, and read their rows again. */
  private async settleManifest(): Promise<void> {
    await this.files.syncDirectory(this.manifest!).catch((error: unknown) => {
      // Where a reader may not sync, it takes the entries as they are.
      const code = error instanceof Error && "code" in error ? error.code : null;
      if (code !== "EACCES" && code !== "EPERM" && code !== "EROFS") throw error;
    });
  }

  /** A listed file lies in the folder that lists it, even when that folder was moved since. */
  private placeOf(path: string): string {
    const { path: root } = this.options;
    return path.startsWith(`${root}/`) ? path : `${root}/${path.slice(path.lastIndexOf("/") + 1)}`;
  }
}

/** Spark's rule: what begins with `_` or `.` is no data, but for partition folders (`_a=1`); nor is a copy that is under way. */
function isHidden(name: string): boolean {
  return name.startsWith(".") || (name.startsWith("_") && !name.includes("=")) || name.endsWith("._COPYING_");
}
