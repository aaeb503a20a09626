import { corruptFile, formatLogEntry, JsonFields, parseLogEntry } from "../../engine/contract/logText.js";
import type { SourceLog } from "../../engine/contract/source.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** A file that a batch took: Spark's `FileEntry`. */
export interface SeenFile {
  /** As a URI. */
  readonly path: string;
  /** When it was modified, ms. */
  readonly timestamp: number;
  readonly batchId: number;
}

/** Every so many entries, one repeats all before it: Spark's `spark.sql.streaming.fileSource.log.compactInterval`. */
const compactInterval = 10;

/** Entries that a compact one repeats are removed once it is this many compact entries old, as another process may still read them. */
const keptIntervals = 2;

/**
 * Which files each batch took, in Spark's `sources/N` format: a file an entry, `v1` and one line of JSON a file; entry 9, 19, … are `.compact`
 * and repeat all before them. An entry is durable before its offset is known to anyone.
 */
export class SeenFilesLog {
  /** The entries since the last commit, so that running a batch reads nothing back. */
  private readonly recent = new Map<number, readonly SeenFile[]>();

  private constructor(
    private readonly log: SourceLog,
    private latest: number,
  ) {}

  /**
   * Opens the log and gives all files it knows.
   * @throws CHECKPOINT_FILE_MISSING, CHECKPOINT_CORRUPT
   */
  static async open(log: SourceLog): Promise<{ log: SeenFilesLog; files: SeenFile[] }> {
    const compact = (await log.listCompact()).at(-1) ?? -1;
    const ids = (await log.list()).filter((id) => id > compact);
    const files = compact < 0 ? [] : await readEntry(log, compact, true);
    for (const [i, id] of ids.entries()) {
      if (id !== compact + 1 + i) throw missing(log, compact + 1 + i);
      for (const file of await readEntry(log, id, false)) files.push(file);
    }
    return { log: new SeenFilesLog(log, ids.at(-1) ?? compact), files };
  }

  /** Where it lies, for messages. */
  get location(): string {
    return this.log.location ?? "sources";
  }

  /** −1 before the first entry. */
  get latestId(): number {
    return this.latest;
  }

  /** Adds the next entry; gives its id. */
  async add(files: readonly { readonly path: string; readonly timestamp: number }[]): Promise<number> {
    const id = this.latest + 1;
    const entry = files.map(({ path, timestamp }) => ({ path, timestamp, batchId: id }));
    const lines = entry.map((file) => JSON.stringify(file));
    const added = isCompact(id) ? await this.compact(id, lines) : await this.log.add(id, formatLogEntry(lines));
    if (!added) throw new StreamingError("CONCURRENT_STREAM_LOG_UPDATE", { batchId: String(id) });
    this.recent.set(id, entry);
    this.latest = id;
    return id;
  }

  /** The files of entries `start + 1 .. end`, in the order they were taken. */
  async between(start: number, end: number): Promise<SeenFile[]> {
    const files: SeenFile[] = [];
    for (let id = start + 1; id <= end; id++) files.push(...(this.recent.get(id) ?? (await this.read(id))));
    return files;
  }

  /** Entries up to `end` will not be read again soon; gives their files, of those that were added by this run. */
  forget(end: number): SeenFile[] {
    const ids = [...this.recent.keys()].filter((id) => id <= end);
    const files = ids.flatMap((id) => this.recent.get(id)!);
    for (const id of ids) this.recent.delete(id);
    return files;
  }

  private async read(id: number): Promise<readonly SeenFile[]> {
    if ((await this.log.list()).includes(id)) return readEntry(this.log, id, false);
    const compact = (await this.log.listCompact()).find((compactId) => compactId >= id);
    if (compact === undefined) throw missing(this.log, id);
    return (await readEntry(this.log, compact, true)).filter((file) => file.batchId === id);
  }

  private async compact(id: number, lines: readonly string[]): Promise<boolean> {
    const previous = id - compactInterval;
    const all: string[] = previous < 0 ? [] : await linesOf(this.log, previous, true);
    for (let delta = previous + 1; delta < id; delta++) all.push(...(await linesOf(this.log, delta, false)));
    const added = await this.log.addCompact(id, formatLogEntry([...all, ...lines]));
    if (added) await this.removeBelow(id - keptIntervals * compactInterval);
    return added;
  }

  private async removeBelow(oldest: number): Promise<void> {
    for (const id of await this.log.list()) if (id < oldest) await this.log.remove(id);
    for (const id of await this.log.listCompact()) if (id < oldest) await this.log.removeCompact(id);
  }
}

function isCompact(id: number): boolean {
  return (id + 1) % compactInterval === 0;
}

function pathOf(log: SourceLog, id: number, compact: boolean): string {
  return `${log.location ?? "sources"}/${id}${compact ? ".compact" : ""}`;
}

function missing(log: SourceLog, id: number): StreamingError {
  const reason = "newer entries are there, and the files that it names would be read again, or never";
  return new StreamingError("CHECKPOINT_FILE_MISSING", { path: pathOf(log, id, isCompact(id)), reason });
}

async function linesOf(log: SourceLog, id: number, compact: boolean): Promise<string[]> {
  const path = pathOf(log, id, compact);
  const text = compact ? await log.getCompact(id) : await log.get(id);
  if (text === null) throw missing(log, id);
  return parseLogEntry(text, path, corruptFile(path)).filter((line) => line !== "");
}

/** The files of an entry. A plain one names its own batch only, a compact one those up to it in their order. */
async function readEntry(log: SourceLog, id: number, compact: boolean): Promise<SeenFile[]> {
  const refuse = corruptFile(pathOf(log, id, compact));
  let least = compact ? 0 : id;
  return (await linesOf(log, id, compact)).map((line) => {
    const fields = JsonFields.parse(line, refuse);
    const file = { path: fields.text("path"), timestamp: fields.integer("timestamp"), batchId: fields.integer("batchId") };
    if (file.batchId < least || file.batchId > id) throw refuse(`it names a file of batch ${file.batchId}`);
    least = file.batchId;
    return file;
  });
}

/** A log that nobody reads after this process: of bounded reads. */
export function memoryLog(): SourceLog {
  const entries = new Map<number, string>();
  const compacts = new Map<number, string>();
  return {
    add: async (id, text) => addTo(entries, id, text),
    get: async (id) => entries.get(id) ?? null,
    list: async () => [...entries.keys()].toSorted((a, b) => a - b),
    remove: async (id) => void entries.delete(id),
    addCompact: async (id, text) => addTo(compacts, id, text),
    getCompact: async (id) => compacts.get(id) ?? null,
    listCompact: async () => [...compacts.keys()].toSorted((a, b) => a - b),
    removeCompact: async (id) => void compacts.delete(id),
  };
}

function addTo(map: Map<number, string>, id: number, text: string): boolean {
  if (map.has(id)) return false;
  map.set(id, text);
  return true;
}
