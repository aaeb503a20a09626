import { dirname } from "node:path";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { changedLogText, corruptFile, decodeText, encodeText } from "../engine/contract/logText.js";
import type { IdentityLog, SourceLog } from "../engine/contract/source.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { hasTextSum, textSum } from "./checksums.js";
import { idsOf, settleFolder } from "./folder.js";
import { hold, sourceInvariants } from "./invariants.js";

export interface SourceLogOptions {
  readonly files: FileSystem;
  /** `sources/<ordinal>` of the checkpoint. */
  readonly location: string;
  readonly startedMs: number;
  /** Asked before anything is written: a former owner who wakes up must not. */
  readonly checkOwnership: () => Promise<void>;
}

/** `sources/<ordinal>` of a checkpoint: `<id>`, `<id>.compact` and `<id>.identity` files, whose text is the source's own affair. */
export class FileSourceLog implements SourceLog {
  readonly location: string;
  private readonly plain: EntryFiles;
  private readonly compact: EntryFiles;
  readonly identities: IdentityLog;
  /** The sums of the newest compact entry and of those behind it, by name. */
  private sums: Readonly<Record<string, number>> = {};

  constructor(options: SourceLogOptions) {
    const { files, location, startedMs, checkOwnership } = options;
    this.location = location;
    let names: Promise<string[]> | null = null;
    // Listed when first asked for: most sources keep no log.
    const listing = (): Promise<string[]> => (names ??= settleWithParent(files, location, startedMs));
    this.plain = new EntryFiles(files, location, "", listing, checkOwnership);
    this.compact = new EntryFiles(files, location, ".compact", listing, checkOwnership);
    this.identities = new EntryFiles(files, location, ".identity", listing, checkOwnership);
  }

  add(id: number, text: string): Promise<boolean> {
    return this.addTo(this.plain, id, text);
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
    return this.addTo(this.compact, id, text);
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

  /** What a commit says of the log: the sums of the newest compact entry, which stands for all before it, and of those behind it. */
  get currentSums(): Readonly<Record<string, number>> {
    return this.sums;
  }

  /**
   * Compares the newest compact entry, and those behind it, with what the last commit says of them.
   *
   * @param sums by name
   * @throws CHECKPOINT_CORRUPT, CHECKPOINT_FILE_MISSING naming the entry
   */
  async verify(sums: ReadonlyMap<string, number>): Promise<void> {
    const compact = (await this.compact.list()).at(-1) ?? -1;
    for (const name of sums.keys()) {
      if (Number.parseInt(name, 10) <= compact || (await this.has(name))) continue;
      throw new StreamingError("CHECKPOINT_FILE_MISSING", {
        path: `${this.location}/${name}`,
        reason: "a committed batch has read what it says",
      });
    }
    const since = (await this.plain.list()).filter((id) => id > compact);
    const names = [...(compact < 0 ? [] : [`${compact}.compact`]), ...since.map(String)];
    for (const name of names) {
      const text = await (name.endsWith(".compact") ? this.compact : this.plain).get(Number.parseInt(name, 10));
      const sum = sums.get(name);
      if (text === null) continue;
      this.sums = { ...this.sums, [name]: sum ?? textSum(text) };
      if (sum !== undefined && !hasTextSum(text, sum)) throw changedLogText(text, corruptFile(`${this.location}/${name}`));
    }
  }

  private async has(name: string): Promise<boolean> {
    return (await (name.endsWith(".compact") ? this.compact : this.plain).list()).includes(Number.parseInt(name, 10));
  }

  private async addTo(entries: EntryFiles, id: number, text: string): Promise<boolean> {
    const ids = [...(await this.plain.list()), ...(await this.compact.list())];
    if (ids.includes(id)) return false;
    const name = entries.nameOf(id);
    hold(sourceInvariants, { id, latest: ids.length === 0 ? null : Math.max(...ids) }, `${this.location}/${name}`);
    const added = await entries.add(id, text);
    if (added) this.sums = { ...(entries === this.compact ? {} : this.sums), [name]: textSum(text) };
    return added;
  }
}

/** The folder lies one deeper than the others of a checkpoint: a former owner may have died between making it and syncing its name. */
async function settleWithParent(files: FileSystem, folder: string, startedMs: number): Promise<string[]> {
  await settleFolder(files, dirname(folder), startedMs);
  const names = await settleFolder(files, folder, startedMs);
  // Ids are contiguous whatever the suffix: every so many, an entry is a compact one.
  for (let id = Math.max(-1, ...idsOf(names, /^(\d+)(?:\.compact)?$/)) + 1; ; id++) {
    const found = await firstThere(files, [`${folder}/${id}`, `${folder}/${id}.compact`]);
    if (found === null) return names;
    names.push(found.slice(folder.length + 1));
  }
}

async function firstThere(files: FileSystem, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if ((await files.read(path)) !== null) return path;
  return null;
}

/** The entries of one suffix. Only the owner adds and removes, so the folder is listed once. */
class EntryFiles implements IdentityLog {
  private known: Promise<Set<number>> | null = null;
  /** A compact entry can be large, and is read at the start to be compared, then by the source. */
  private lastRead: { readonly id: number; readonly text: string } | null = null;

  constructor(
    private readonly files: FileSystem,
    private readonly folder: string,
    private readonly suffix: string,
    private readonly listing: () => Promise<string[]>,
    private readonly checkOwnership: () => Promise<void>,
  ) {}

  async add(id: number, text: string): Promise<boolean> {
    await this.checkOwnership();
    const added = await this.files.addNew(this.pathOf(id), encodeText(text));
    (await this.ids()).add(id);
    return added;
  }

  async get(id: number): Promise<string | null> {
    const last = this.lastRead;
    this.lastRead = null;
    if (last?.id === id) return last.text;
    const path = this.pathOf(id);
    const bytes = await this.files.read(path);
    if (bytes === null) return null;
    const text = decodeText(bytes, corruptFile(path));
    this.lastRead = { id, text };
    return text;
  }

  async list(): Promise<number[]> {
    return [...(await this.ids())].toSorted((a, b) => a - b);
  }

  async remove(id: number): Promise<void> {
    this.lastRead = null;
    await this.files.remove(this.pathOf(id));
    (await this.ids()).delete(id);
  }

  nameOf(id: number): string {
    return `${id}${this.suffix}`;
  }

  private ids(): Promise<Set<number>> {
    const pattern = new RegExp(`^(0|[1-9]\\d*)${this.suffix.replace(".", "\\.")}$`);
    this.known ??= this.listing().then((names) => new Set(idsOf(names, pattern)));
    return this.known;
  }

  pathOf(id: number): string {
    return `${this.folder}/${this.nameOf(id)}`;
  }
}
