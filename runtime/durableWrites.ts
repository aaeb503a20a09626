import type { PlatformPath } from "node:path";
import type { FileSystem, WritableFile } from "../engine/contract/fileSystem.js";

/** What a disk does in one step; a machine may die between any two. System errors carry their code. */
export interface DiskSteps {
  /** How this disk's paths are put together. */
  readonly paths: Pick<PlatformPath, "resolve" | "dirname" | "basename" | "join">;
  /** Opens a file that must not be there yet. @throws EEXIST; ENOENT where its folder is not there */
  createFile(path: string): Promise<WritableFile>;
  /** Gives a file a second name. False where that name is taken. */
  link(from: string, to: string): Promise<boolean> | boolean;
  /** Gives a file another name, in place of whatever had it. */
  rename(from: string, to: string): Promise<void> | void;
  remove(path: string): Promise<boolean>;
  /** @throws EEXIST */
  makeFolder(path: string): Promise<void> | void;
  /** The names in a folder, and which files they mean, outlive the power when it resolves. */
  syncFolder(path: string): Promise<void>;
  /** What is at a path; null where nothing is. */
  kindOf(path: string): "folder" | "other" | null;
  uuid(): string;
}

/**
 * Writes that are durable when they resolve, and all or nothing, made of the steps of a disk: content is synced before it gets its name, a name before anybody is
 * told of it. The same for this machine's disk and for the simulated one, which dies between the steps.
 */
export class DurableWrites implements Pick<FileSystem, "create" | "addNew" | "replace" | "makeDirectory"> {
  constructor(private readonly steps: DiskSteps) {}

  async create(path: string): Promise<WritableFile> {
    try {
      return await this.steps.createFile(path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      await this.makeDirectory(this.folderOf(path));
      return await this.steps.createFile(path);
    }
  }

  async addNew(path: string, bytes: Uint8Array): Promise<boolean> {
    const temporary = await this.writeTemporary(path, bytes);
    const linked = await this.orRemoved(temporary, () => this.steps.link(temporary, path));
    if (linked) await Promise.all([this.removeQuietly(temporary), this.steps.syncFolder(this.folderOf(path))]);
    else await this.removeQuietly(temporary);
    return linked;
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = await this.writeTemporary(path, bytes);
    await this.orRemoved(temporary, () => this.steps.rename(temporary, path));
    await this.steps.syncFolder(this.folderOf(path));
  }

  /**
   * Makes what is missing of `path`, each new name synced into its parent. Not with Node's own `recursive`, which tries for ever where the system says that
   * a parent is not there and yet it is, as /proc does.
   */
  async makeDirectory(path: string): Promise<void> {
    const { steps } = this;
    const { paths } = steps;
    const whole = paths.resolve(path);
    const missing: string[] = [];
    for (let folder = whole; steps.kindOf(folder) === null && paths.dirname(folder) !== folder; folder = paths.dirname(folder))
      missing.push(folder);
    if (missing.length === 0 && steps.kindOf(whole) !== "folder") missing.push(whole);
    for (const folder of missing.toReversed()) {
      try {
        await steps.makeFolder(folder);
      } catch (error) {
        // Somebody else may have made it meanwhile.
        if (codeOf(error) !== "EEXIST" || steps.kindOf(folder) !== "folder") throw error;
      }
      await steps.syncFolder(paths.dirname(folder));
    }
  }

  /** A synced file `.name.<uuid>.tmp` beside `path`: readers of logs skip hidden names, and an owner who starts clears them away. */
  private async writeTemporary(path: string, bytes: Uint8Array): Promise<string> {
    const { paths } = this.steps;
    const temporary = paths.join(this.folderOf(path), `.${paths.basename(paths.resolve(path))}.${this.steps.uuid()}.tmp`);
    const file = await this.create(temporary);
    try {
      await file.write(bytes);
      await file.sync();
    } catch (error) {
      await file.close();
      await this.removeQuietly(temporary);
      throw error;
    }
    await file.close();
    return temporary;
  }

  private async orRemoved<T>(temporary: string, step: () => Promise<T> | T): Promise<T> {
    try {
      return await step();
    } catch (error) {
      await this.removeQuietly(temporary);
      throw error;
    }
  }

  /** A temporary file that stays behind does no harm; an error about it would hide the one that counts. */
  private async removeQuietly(path: string): Promise<void> {
    await this.steps.remove(path).catch(() => undefined);
  }

  private folderOf(path: string): string {
    const { paths } = this.steps;
    return paths.dirname(paths.resolve(path));
  }
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}
