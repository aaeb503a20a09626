import { dirname } from "node:path";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import type { IdentityLog, SourceLog } from "../engine/contract/source.js";
import { idsOf, settleFolder } from "./folder.js";
import { decodeText, encodeText } from "./logText.js";

/** `sources/<ordinal>` of a checkpoint: `<id>`, `<id>.compact` and `<id>.identity` files, whose text is the source's own affair. */
export class FileSourceLog implements SourceLog {
  private readonly plain: EntryFiles;
  private readonly compact: EntryFiles;
  readonly identities: IdentityLog;

  constructor(
    files: FileSystem,
    readonly location: string,
    startedMs: number,
    /** Asked before anything is written: a former owner who wakes up must not. */
    checkOwnership: () => Promise<void>,
  ) {
    let names: Promise<string[]> | null = null;
    // Listed when first asked for: most sources keep no log.
    const listing = (): Promise<string[]> => (names ??= settleWithParent(files, location, startedMs));
    this.plain = new EntryFiles(files, location, "", listing, checkOwnership);
    this.compact = new EntryFiles(files, location, ".compact", listing, checkOwnership);
    this.identities = new EntryFiles(files, location, ".identity", listing, checkOwnership);
  }

  add(id: number, text: string): Promise<boolean> {
    return this.plain.add(id, text);
  }
  get(id: number): Promise<string | null> {
    return this.plain.get(id);
  }
  list(): Promise<number[]> {
    return this.plain.list();
  }
  remove(id: number): Promise<void> {
    return this.plain.remove(id);
  }
  addCompact(id: number, text: string): Promise<boolean> {
    return this.compact.add(id, text);
  }
  getCompact(id: number): Promise<string | null> {
    return this.compact.get(id);
  }
  listCompact(): Promise<number[]> {
    return this.compact.list();
  }
  removeCompact(id: number): Promise<void> {
    return this.compact.remove(id);
  }
}

/** The folder lies one deeper than the others of a checkpoint: a former owner may have died between making it and syncing its name. */
async function settleWithParent(files: FileSystem, folder: string, startedMs: number): Promise<string[]> {
  await settleFolder(files, dirname(folder), startedMs);
  return settleFolder(files, folder, startedMs);
}

/** The entries of one suffix. Only the owner adds and removes, so the folder is listed once. */
class EntryFiles implements IdentityLog {
  private known: Promise<Set<number>> | null = null;

  constructor(
    private readonly files: FileSystem,
    private readonly folder: string,
    private readonly suffix: string,
    private readonly listing: () => Promise<string[]>,
    private readonly checkOwnership: () => Promise<void>,
  ) {}

  async add(id: number, text: string): Promise<boolean> {
    const ids = await this.ids();
    await this.checkOwnership();
    const added = await this.files.addNew(this.pathOf(id), encodeText(text));
    ids.add(id);
    return added;
  }

  async get(id: number): Promise<string | null> {
    const path = this.pathOf(id);
    const bytes = await this.files.read(path);
    return bytes === null ? null : decodeText(bytes, path);
  }

  async list(): Promise<number[]> {
    return [...(await this.ids())].toSorted((a, b) => a - b);
  }

  async remove(id: number): Promise<void> {
    await this.files.remove(this.pathOf(id));
    (await this.ids()).delete(id);
  }

  private ids(): Promise<Set<number>> {
    const pattern = new RegExp(`^(0|[1-9]\\d*)${this.suffix.replace(".", "\\.")}$`);
    this.known ??= this.listing().then((names) => new Set(idsOf(names, pattern)));
    return this.known;
  }

  pathOf(id: number): string {
    return `${this.folder}/${id}${this.suffix}`;
  }
}
