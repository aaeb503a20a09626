import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { decodeText, formatLogEntry, JsonFields, parseLogEntry, type Refuse } from "../../engine/contract/logText.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** The folder in which a streaming file sink lists what counts. Spark's name and format. */
export const manifestFolder = "_spark_metadata";

/** Every so many entries, one repeats all before it: Spark's `spark.sql.streaming.fileSink.log.compactInterval`. */
export const compactInterval = 10;

/** A file of a batch, as Spark's `SinkFileStatus` writes it. */
export interface ManifestEntry {
  readonly path: string;
  readonly size: number;
  readonly isDir: boolean;
  readonly modificationTime: number;
  readonly blockReplication: number;
  readonly blockSize: number;
  readonly action: string;
}

/** Which entries a manifest has: batch ids, of which the compact ones are marked. */
export interface ManifestListing {
  readonly deltas: ReadonlySet<number>;
  readonly compacts: ReadonlySet<number>;
  /** −1 when there is none. */
  readonly latest: number;
}

/** Whether the entry of this batch is a compact one. */
export function isCompactBatch(batchId: number): boolean {
  return (batchId + 1) % compactInterval === 0;
}

/** The name of a batch's entry. */
export function manifestName(batchId: number): string {
  return isCompactBatch(batchId) ? `${batchId}.compact` : String(batchId);
}

/** Names in the folder that are entries; hidden and temporary files are none. */
export async function listManifest(files: FileSystem, folder: string): Promise<ManifestListing> {
  const deltas = new Set<number>();
  const compacts = new Set<number>();
  let latest = -1;
  // A look at each of thousands of entries would take longer than a batch.
  for (const name of (await files.listNames?.(folder)) ?? (await files.list(folder)).map((entry) => entry.name)) {
    const match = /^(0|[1-9]\d*)(\.compact)?$/.exec(name);
    if (match === null) continue;
    const id = Number(match[1]);
    (match[2] === undefined ? deltas : compacts).add(id);
    latest = Math.max(latest, id);
  }
  return { deltas, compacts, latest };
}

/** The newest compact entry; −1 when there is none. */
export function newestCompact({ compacts }: ManifestListing): number {
  let newest = -1;
  for (const id of compacts) newest = Math.max(newest, id);
  return newest;
}

/** The text of an entry: a version line, then one line of JSON a file. No newline at the end, as Spark. */
export function manifestText(entries: readonly ManifestEntry[]): string {
  return formatLogEntry(entries.map((entry) => JSON.stringify(entry)));
}

/** The lines of an entry's text, one a file. @throws MANIFEST_CORRUPT, MALFORMED_LOG_FILE, INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION */
export function manifestLines(path: string, bytes: Uint8Array): string[] {
  const refuse = corruptManifest(path);
  return parseLogEntry(decodeText(bytes, refuse), path, refuse).filter((line) => line !== "");
}

/** The files of an entry's text. @throws the same */
export function parseManifest(path: string, bytes: Uint8Array): ManifestEntry[] {
  return manifestLines(path, bytes).map((line) => parseManifestLine(path, line));
}

/** @throws MANIFEST_CORRUPT */
export function parseManifestLine(path: string, line: string): ManifestEntry {
  const fields = JsonFields.parse(line, corruptManifest(path));
  return {
    path: fields.text("path"),
    size: fields.integer("size"),
    isDir: fields.boolean("isDir"),
    modificationTime: fields.integer("modificationTime"),
    blockReplication: fields.integer("blockReplication"),
    blockSize: fields.integer("blockSize"),
    action: fields.text("action"),
  };
}

export function corruptManifest(path: string): Refuse {
  return (reason) => new StreamingError("MANIFEST_CORRUPT", { path, reason });
}

/**
 * The files that the entries after `after` list (all of them by default), and the id of the newest entry.
 *
 * When a compact entry is among them it is read in place of those before it, so files of earlier entries may come again.
 *
 * @throws MANIFEST_INCOMPLETE, MANIFEST_CORRUPT
 */
export async function readManifest(files: FileSystem, folder: string, after = -1): Promise<{ entries: ManifestEntry[]; latest: number }> {
  for (let seen = -2; ;) {
    const listing = await listManifest(files, folder);
    const entries = await readListed(files, folder, listing, after, seen);
    if (entries !== null) return { entries: live(entries), latest: listing.latest };
    seen = newestCompact(listing);
  }
}

/** Null when an entry is gone, and a compact one newer than `seen` may stand for it: its writer has tidied up while we looked. */
async function readListed(
  files: FileSystem,
  folder: string,
  listing: ManifestListing,
  after: number,
  seen: number,
): Promise<Map<string, ManifestEntry> | null> {
  const { deltas, compacts, latest } = listing;
  const compact = newestCompact(listing);
  const found = new Map<string, ManifestEntry>();
  for (let id = compact > after ? compact : after + 1; id <= latest; id++) {
    const isThere = deltas.has(id) || compacts.has(id);
    const path = `${folder}/${deltas.has(id) ? id : `${id}.compact`}`;
    const bytes = isThere ? await files.read(path) : null;
    if (bytes === null && isThere && compact > seen) return null;
    if (bytes === null) throw new StreamingError("MANIFEST_INCOMPLETE", { path: folder, batchId: String(id) });
    for (const entry of parseManifest(path, bytes)) {
      if (found.has(entry.path) && entry.action !== "delete") throw corruptManifest(path)(`it lists ${entry.path} again`);
      found.set(entry.path, entry);
    }
  }
  return found;
}

function live(entries: ReadonlyMap<string, ManifestEntry>): ManifestEntry[] {
  return [...entries.values()].filter(({ action }) => action !== "delete");
}
