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

  /** Opens the log and gives all files it knows. */
  static async open(log: SourceLog): Promise<{ log: SeenFilesLog; files: SeenFile[] }> {
    const compacts = await log.listCompact();
    const compact = compacts.at(-1) ?? -1;
    const deltas = (await log.list()).filter((id) => id > compact);
    const files = compact < 0 ? [] : parse(pathOf(log, compact), await log.getCompact(compact));
    for (const id of deltas) files.push(...parse(pathOf(log, id), await log.get(id)));
    return { log: new SeenFilesLog(log, deltas.at(-1) ?? compact), files };
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
    const added = isCompact(id) ? await this.compact(id, lines) : await this.log.add(id, ["v1", ...lines].join("\n"));
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

  /** Entries up to `end` will not be read again soon. */
  forget(end: number): void {
    for (const id of this.recent.keys()) if (id <= end) this.recent.delete(id);
  }

  private async read(id: number): Promise<SeenFile[]> {
    const text = await this.log.get(id);
    if (text !== null) return parse(pathOf(this.log, id), text);
    const compact = (await this.log.listCompact()).find((compactId) => compactId >= id);
    if (compact === undefined) throw new StreamingError("MALFORMED_LOG_FILE", { path: pathOf(this.log, id), text: "no file" });
    return parse(pathOf(this.log, compact), await this.log.getCompact(compact)).filter((file) => file.batchId === id);
  }

  private async compact(id: number, lines: readonly string[]): Promise<boolean> {
    const previous = id - compactInterval;
    const all: string[] = previous < 0 ? [] : linesOf(pathOf(this.log, previous), await this.log.getCompact(previous));
    for (let delta = previous + 1; delta < id; delta++) all.push(...linesOf(pathOf(this.log, delta), await this.log.get(delta)));
    const added = await this.log.addCompact(id, ["v1", ...all, ...lines].join("\n"));
    if (added) await this.removeBelow(id - keptIntervals * compactInterval);
    return added;
  }

  private async removeBelow(oldest: number): Promise<void> {
    for (const id of await this.log.list()) if (id < oldest) await this.log.remove(id);
    for (const id of await this.log.listCompact()) if (id < oldest) await this.log.removeCompact(id);
  }
}

function pathOf(log: SourceLog, id: number): string {
  return `${log.location ?? "sources"}/${id}`;
}

function isCompact(id: number): boolean {
  return (id + 1) % compactInterval === 0;
}

function linesOf(path: string, text: string | null): string[] {
  const [version, ...lines] = (text ?? "").split("\n");
  if (version !== "v1") throw new StreamingError("MALFORMED_LOG_FILE", { path, text: (version ?? "").slice(0, 80) });
  return lines.filter((line) => line !== "");
}

function parse(path: string, text: string | null): SeenFile[] {
  try {
    return linesOf(path, text).map((line) => JSON.parse(line) as SeenFile);
  } catch (cause) {
    if (cause instanceof StreamingError) throw cause;
    throw new StreamingError("MALFORMED_LOG_FILE", { path, text: "a line that is no JSON" }, { cause });
  }
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
