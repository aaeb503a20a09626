import type { InputPartition, SourceLog } from "../contract/source.js";
import { StreamingError } from "../errors/streamingError.js";
import type { RefreshedTables } from "../physical/execution/execution.js";

/** What is to be read of the tables from a batch on, until the next entry; as it lies in the log. */
interface TableEntry {
  readonly batchId: number;
  /** Of each scan: its parts. */
  readonly parts: readonly (readonly InputPartition[])[];
}

/**
 * Reads the tables that joins probe anew when their files have changed. What a batch sees of them is logged before the batch itself, so that a batch that runs again sees
 * the same. Of several entries for one batch the last counts: a run that died before the batch was logged may have left one that nobody has seen.
 */
export class TableRefresh {
  /** The entries of the log, by number, ascending; null until they are asked for. */
  #entries: { readonly id: number; readonly entry: TableEntry }[] | null = null;
  /** What the operators have, as a text. */
  #read: string | null = null;

  constructor(
    private readonly tables: RefreshedTables,
    private readonly log: SourceLog,
  ) {}

  /** Before a batch is logged (`replay`: it was logged by an earlier run). */
  async before(batchId: number, replay: boolean): Promise<void> {
    const entries = (this.#entries ??= await this.loaded());
    const logged = entries.findLast(({ entry }) => entry.batchId <= batchId)?.entry ?? null;
    const parts = replay && logged !== null ? logged.parts : await this.tables.list();
    const text = JSON.stringify(parts);
    if (logged === null || text !== JSON.stringify(logged.parts)) await this.note(entries, { batchId, parts });
    if (text === this.#read) return;
    await this.tables.read(parts);
    this.#read = text;
  }

  /** Forgets what no batch from `oldest` on sees. */
  async purge(oldest: number): Promise<void> {
    const entries = this.#entries ?? [];
    const current = entries.findLastIndex(({ entry }) => entry.batchId <= oldest);
    for (const { id } of entries.splice(0, Math.max(0, current))) await this.log.remove(id);
  }

  private async loaded(): Promise<{ id: number; entry: TableEntry }[]> {
    const entries: { id: number; entry: TableEntry }[] = [];
    for (const id of await this.log.list()) entries.push({ id, entry: parsed((await this.log.get(id)) ?? "", this.log.location ?? "") });
    return entries;
  }

  private async note(entries: { id: number; entry: TableEntry }[], entry: TableEntry): Promise<void> {
    const id = (entries.at(-1)?.id ?? -1) + 1;
    if (!(await this.log.add(id, JSON.stringify(entry))))
      throw new StreamingError("CONCURRENT_QUERY", { batchId: String(entry.batchId), location: this.log.location ?? "" });
    entries.push({ id, entry });
  }
}

/** @throws CHECKPOINT_CORRUPT */
function parsed(text: string, path: string): TableEntry {
  try {
    const entry = JSON.parse(text) as Partial<TableEntry> | null;
    if (typeof entry?.batchId === "number" && Array.isArray(entry.parts) && entry.parts.every(Array.isArray)) return entry as TableEntry;
  } catch {
    // Said below, as of a text that is JSON of another shape.
  }
  throw new StreamingError("CHECKPOINT_CORRUPT", { path, reason: "an entry has no batch, or no parts of tables" });
}
