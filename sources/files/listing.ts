import { expandGlob, globPattern, isGlob } from "../../connectors/files/glob.js";
import { manifestFolder, readManifest } from "../../connectors/files/manifest.js";
import { displayPath, pathOfUri } from "../../connectors/files/uri.js";
import type { FileStatus, FileSystem } from "../../engine/contract/fileSystem.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
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
  /** The folder's manifest, when a streaming sink writes there: then only what it lists counts. */
  private manifest: string | null = null;
  private manifestRead = -1;
  private readonly manifestFiles = new Map<string, InputFile>();

  constructor(
    private readonly files: FileSystem,
    private readonly options: FileOptions,
  ) {
    this.nameFilter = options.nameGlob === null ? null : globPattern(options.nameGlob);
  }

  /** @throws PATH_NOT_FOUND when the path is no pattern and there is nothing; FAILED_READ_FILE.NO_HINT */
  async check(): Promise<void> {
    const { path } = this.options;
    if (!isGlob(path) && (await reading(path, () => this.files.status(path))) === null) {
      throw new StreamingError("PATH_NOT_FOUND", { path: displayPath(path) });
    }
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
    if (await this.hasManifest()) return this.listManifest();
    const roots = isGlob(path)
      ? (await expandGlob(this.files, path)).filter((entry) => !isHidden(entry.name))
      : await this.literalRoot(path);
    const found: InputFile[] = [];
    for (const root of roots) {
      if (root.directory) await this.walk(root.path, isKnown, found);
      else if (this.wants(root)) found.push(root);
    }
    return found.filter((file) => file.modifiedMs > modifiedAfterMs && file.modifiedMs < modifiedBeforeMs);
  }

  private async literalRoot(path: string): Promise<FileStatus[]> {
    const status = await this.files.status(path);
    if (status === null) throw new StreamingError("PATH_NOT_FOUND", { path: displayPath(path) });
    return [status];
  }

  private async walk(folder: string, isKnown: (path: string) => boolean, found: InputFile[]): Promise<void> {
    const { recursive } = this.options;
    for (const entry of await this.entriesOf(folder, isKnown)) {
      if (isHidden(entry.name)) continue;
      if (!entry.directory) {
        if (this.wants(entry)) found.push(entry);
      } else if (recursive) {
        await this.walk(entry.path, isKnown, found);
      } else if (entry.name.includes("=")) {
        throw notYetSupported(`Reading partition columns from folder names (${entry.name})`);
      }
    }
  }

  private async entriesOf(folder: string, isKnown: (path: string) => boolean): Promise<FileStatus[]> {
    const names = await this.files.listNames?.(folder);
    if (!names) return this.files.list(folder);
    const unknown = names.map((name) => `${folder}/${name}`).filter((path) => !isKnown(path));
    return (await Promise.all(unknown.map((path) => this.files.status(path)))).filter((status) => status !== null);
  }

  private wants(entry: FileStatus): boolean {
    return !isHidden(entry.name) && (this.nameFilter === null || this.nameFilter.test(entry.name));
  }

  private async hasManifest(): Promise<boolean> {
    // A sink may make its manifest after this source has started to look.
    if (this.manifest === null && !isGlob(this.options.path)) {
      const { path } = this.options;
      const isFolder = (await this.files.status(path))?.directory === true;
      if (isFolder && (await this.files.status(`${path}/${manifestFolder}`))?.directory) this.manifest = `${path}/${manifestFolder}`;
    }
    return this.manifest !== null;
  }

  private async listManifest(): Promise<InputFile[]> {
    const { entries, latest } = await readManifest(this.files, this.manifest!, this.manifestRead);
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
