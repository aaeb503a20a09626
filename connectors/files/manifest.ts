import { StreamingError } from "../../engine/errors/streamingError.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";

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
  for (const { name } of await files.list(folder)) {
    const match = /^(\d+)(\.compact)?$/.exec(name);
    if (match) (match[2] ? compacts : deltas).add(Number(match[1]));
  }
  return { deltas, compacts, latest: Math.max(-1, ...deltas, ...compacts) };
}

/** The text of an entry: a version line, then one line of JSON a file. No newline at the end, as Spark. */
export function manifestText(entries: readonly ManifestEntry[]): string {
  return ["v1", ...entries.map((entry) => JSON.stringify(entry))].join("\n");
}

/** The files of an entry's text. */
export function parseManifest(path: string, text: string): ManifestEntry[] {
  const [version, ...lines] = text.split("\n");
  const number = /^v(\d+)\s*$/.exec(version ?? "")?.[1];
  if (number === undefined) throw new StreamingError("MALFORMED_LOG_FILE", { path, text: (version ?? "").slice(0, 80) });
  if (number !== "1") throw new StreamingError("INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", { path, maxVersion: "1", version: number });
  try {
    return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as ManifestEntry);
  } catch (cause) {
    throw new StreamingError("MALFORMED_LOG_FILE", { path, text: "a line that is no JSON" }, { cause });
  }
}

/**
 * The files that the entries after `after` list (all of them by default), and the id of the newest entry.
 *
 * When a compact entry is among them it is read in place of those before it, so files of earlier entries may come again.
 */
export async function readManifest(files: FileSystem, folder: string, after = -1): Promise<{ entries: ManifestEntry[]; latest: number }> {
  const { deltas, compacts, latest } = await listManifest(files, folder);
  const compact = Math.max(after, ...compacts);
  const entries: ManifestEntry[] = [];
  for (let id = compact > after ? compact : after + 1; id <= latest; id++) {
    const path = `${folder}/${deltas.has(id) ? id : `${id}.compact`}`;
    const bytes = await files.read(path);
    if (bytes === null) throw new StreamingError("MANIFEST_INCOMPLETE", { path: folder, batchId: String(id) });
    entries.push(...parseManifest(path, new TextDecoder().decode(bytes)));
  }
  const deleted = new Set(entries.filter((entry) => entry.action === "delete").map((entry) => entry.path));
  return { entries: entries.filter((entry) => entry.action !== "delete" && !deleted.has(entry.path)), latest };
}
