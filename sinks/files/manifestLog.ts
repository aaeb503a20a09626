import { crc32 } from "node:zlib";
import {
  compactInterval,
  isCompactBatch,
  listManifest,
  manifestFolder,
  manifestLines,
  manifestName,
  newestCompact,
  parseManifestLine,
  type ManifestEntry,
  type ManifestListing,
} from "../../connectors/files/manifest.js";
import { makeDurableFolder } from "../../connectors/files/durableFolder.js";
import { encodeText, formatLogEntry } from "../../engine/contract/logText.js";
import type { Runtime } from "../../engine/contract/runtime.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { unknownFiles, type ManifestReceipt } from "./manifestReceipt.js";

/** Entries that a compact one repeats go when they are this old: a reader may just have listed them. Spark's `fileSink.log.cleanupDelay`. */
const cleanupDelayMs = 10 * 60 * 1000;

/** However young they are, of the entries that a compact one repeats no more than this many are kept: a fast query makes thousands in that time. */
const keptEntries = 1000;

/** The manifest as its one writer sees it: an entry a batch, never changed once it is there. */
export class ManifestLog {
  readonly folder: string;
  private latest = -1;
  /** The sums of the newest compact entry and of those behind it, by name. */
  private sums: Readonly<Record<string, number>> = {};
  /** How many files the entry has that was written last. */
  private lastFiles = unknownFiles;

  constructor(
    private readonly runtime: Runtime,
    outputPath: string,
  ) {
    this.folder = `${outputPath}/${manifestFolder}`;
  }

  /** The newest batch listed; −1 when there is none. */
  get latestBatch(): number {
    return this.latest;
  }

  /** Makes the folder first: while there is none, readers would take every file that they find. Gives what is in it. */
  async open(): Promise<ManifestListing> {
    const { files } = this.runtime;
    // Durably: an entry of a run that died before it synced is seen, but may yet go with the power; and who finds it skips that batch for good.
    await makeDurableFolder(files, this.folder);
    const listing = await this.withNewer(await listManifest(files, this.folder));
    this.latest = listing.latest;
    return listing;
  }

  /** A listing of an object store may be older than the last entry. */
  private async withNewer(listing: ManifestListing): Promise<ManifestListing> {
    const newer: number[] = [];
    for (let id = listing.latest + 1; (await this.runtime.files.read(`${this.folder}/${manifestName(id)}`)) !== null; id++) newer.push(id);
    // A manifest may have a hundred thousand entries: they are not copied for nothing.
    if (newer.length === 0) return listing;
    return {
      deltas: new Set([...listing.deltas, ...newer.filter((id) => !isCompactBatch(id))]),
      compacts: new Set([...listing.compacts, ...newer.filter(isCompactBatch)]),
      latest: newer.at(-1)!,
    };
  }

  /** Tells what the entries that were found look like. */
  found(sums: Readonly<Record<string, number>>): void {
    this.sums = sums;
  }

  /**
   * Lists the files of a batch: from here on they count.
   *
   * @throws CONCURRENT_STREAM_LOG_UPDATE when somebody else has listed this batch
   */
  async add(batchId: number, entries: readonly ManifestEntry[]): Promise<void> {
    await this.fillGap(batchId);
    await this.write(batchId, entries);
  }

  /** What is to be known later of the manifest that ends with this batch. */
  receiptOf(batchId: number): ManifestReceipt {
    assert(batchId === this.latest, `the newest entry is of batch ${this.latest}`);
    return { batchId, folder: this.folder, entries: this.sums, files: this.lastFiles };
  }

  /** Readers want every entry since the last compact one. They are missing only when an output folder is newer than its query. */
  private async fillGap(batchId: number): Promise<void> {
    const lastCompact = Math.floor(batchId / compactInterval) * compactInterval - 1;
    for (let id = Math.max(this.latest + 1, lastCompact, 0); id < batchId; id++) await this.write(id, []);
  }

  private async write(batchId: number, entries: readonly ManifestEntry[]): Promise<void> {
    const isCompact = isCompactBatch(batchId);
    const listed = isCompact && this.latest >= 0 ? await this.linesBefore() : [];
    const bytes = encodeText(formatLogEntry([...listed, ...entries.map((entry) => JSON.stringify(entry))]));
    const added = await this.runtime.files.addNew(`${this.folder}/${manifestName(batchId)}`, bytes);
    if (!added) throw new StreamingError("CONCURRENT_STREAM_LOG_UPDATE", { batchId: String(batchId) });
    this.latest = batchId;
    this.sums = { ...(isCompact ? {} : this.sums), [manifestName(batchId)]: crc32(bytes) };
    this.lastFiles = entries.length;
    if (isCompact) await this.cleanUp(batchId);
  }

  /** What a compact entry repeats: the lines of the last one and of those behind it, but for files that were taken out since. */
  private async linesBefore(): Promise<readonly string[]> {
    const listing = await listManifest(this.runtime.files, this.folder);
    let lines: string[] = [];
    for (let id = Math.max(0, newestCompact(listing)); id <= this.latest; id++) {
      const path = `${this.folder}/${listing.deltas.has(id) ? id : `${id}.compact`}`;
      const bytes = await this.runtime.files.read(path);
      if (bytes === null) throw new StreamingError("MANIFEST_INCOMPLETE", { path: this.folder, batchId: String(id) });
      lines = lines.concat(manifestLines(path, bytes));
    }
    return lines.some((line) => line.includes('"delete"')) ? this.withoutDeleted(lines) : lines;
  }

  /** Spark's files may be taken out of a manifest by entries of their own. */
  private withoutDeleted(lines: readonly string[]): string[] {
    const entries = lines.map((line) => parseManifestLine(this.folder, line));
    const deleted = new Set(entries.filter(({ action }) => action === "delete").map(({ path }) => path));
    return lines.filter((_, i) => !deleted.has(entries[i]!.path));
  }

  private async cleanUp(compactId: number): Promise<void> {
    const { files, clock } = this.runtime;
    const oldestMs = clock.nowMs() - cleanupDelayMs;
    const { deltas, compacts } = await listManifest(files, this.folder);
    const repeated = [...deltas, ...compacts].filter((id) => id < compactId).toSorted((a, b) => a - b);
    for (const [i, id] of repeated.entries()) {
      const path = `${this.folder}/${compacts.has(id) ? `${id}.compact` : id}`;
      const isTooMany = i < repeated.length - keptEntries;
      if (isTooMany || ((await files.status(path))?.modifiedMs ?? 0) < oldestMs) await files.remove(path);
      // Ids are in the order of their times.
      else break;
    }
  }
}
