import { basename, dirname } from "node:path";
import { crc32 } from "node:zlib";
import {
  corruptManifest,
  manifestLines,
  newestCompact,
  parseManifestLine,
  type ManifestEntry,
  type ManifestListing,
} from "../../connectors/files/manifest.js";
import { displayPath, pathOfUri } from "../../connectors/files/uri.js";
import { canonicalLogText, changedLogText, decodeText, encodeText } from "../../engine/contract/logText.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { writing } from "./failures.js";
import { ListedPaths } from "./listedPaths.js";
import { unknownFiles, type ManifestReceipt } from "./manifestReceipt.js";

/** Of so many batches the data files are looked for. */
const checkedBatches = 10;

/** Where nobody knows of which batches the files of a compact entry are, so many are looked for. */
const unknownBatchFiles = 100;

export interface ManifestCheck {
  readonly files: FileSystem;
  /** The manifest's. */
  readonly folder: string;
  readonly listing: ManifestListing;
  /** What commits say of entries in this folder, oldest first. */
  readonly receipts: readonly ManifestReceipt[];
  readonly warn: (message: string) => void;
}

/** An entry as it lies there. */
interface Entry {
  readonly batchId: number;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file that an entry lists, and the batch it is of; of a compact entry that nobody knows, the entry's. */
interface ListedFile {
  readonly batchId: number;
  /** The entry's. */
  readonly path: string;
  readonly entry: ManifestEntry;
}

/**
 * Holds a manifest against the commits of its query: it reaches the last of them, has every entry since the newest compact one, each as it was committed,
 * and lists no file twice. Of the last batches the data files are looked for; a missing one is a warning, since people archive. Takes time by the entries
 * since the newest compact one: that may have a line for every file there ever was, and is compared as it is. Gives the sums of what it read, by name.
 *
 * @throws MANIFEST_BEHIND_QUERY, MANIFEST_INCOMPLETE, MANIFEST_CORRUPT, OUTPUT_FILE_CHANGED
 */
export async function checkManifest(check: ManifestCheck): Promise<Readonly<Record<string, number>>> {
  const { folder, listing, receipts } = check;
  const last = receipts.at(-1);
  if (last !== undefined && listing.latest < last.batchId) {
    const parameters = {
      path: displayPath(folder),
      latest: listing.latest < 0 ? "none" : String(listing.latest),
      batchId: String(last.batchId),
    };
    throw new StreamingError("MANIFEST_BEHIND_QUERY", parameters);
  }
  const compact = newestCompact(listing);
  const sums: Record<string, number> = {};
  const listed: ListedFile[] = [];
  const entries: Entry[] = [];
  for (let id = Math.max(0, compact); id <= listing.latest; id++) {
    const name = listing.deltas.has(id) ? String(id) : `${id}.compact`;
    const path = `${folder}/${name}`;
    const bytes = await writing(path, () => check.files.read(path));
    if (bytes === null) throw new StreamingError("MANIFEST_INCOMPLETE", { path: displayPath(folder), batchId: String(id) });
    const committed = last?.entries[name];
    if (committed !== undefined) checkSum(path, bytes, committed);
    sums[name] = committed ?? crc32(bytes);
    if (id !== compact) listed.push(...filesOf({ batchId: id, path, bytes }));
    else if (committed !== undefined) listed.push(...ownFiles(check, path, bytes, id));
    else listed.push(...lastFiles({ batchId: id, path, bytes }));
    if (id !== compact || committed === undefined) entries.push({ batchId: id, path, bytes });
  }
  checkPaths(entries);
  await checkDataFiles(
    check,
    listed.filter(({ batchId }) => batchId > listing.latest - checkedBatches),
  );
  return sums;
}

function checkSum(path: string, bytes: Uint8Array, committed: number): void {
  if (crc32(bytes) === committed) return;
  const text = decodeText(bytes, corruptManifest(path));
  if (crc32(encodeText(canonicalLogText(text))) !== committed) throw changedLogText(text, corruptManifest(path));
}

/** Of a compact entry that is what it was: the files of those of the last batches that commits speak of. They are its last lines. */
function ownFiles({ listing, receipts }: ManifestCheck, path: string, bytes: Uint8Array, compact: number): ListedFile[] {
  const files: ListedFile[] = [];
  const lines = linesFromEnd(bytes, path);
  for (let batchId = compact; batchId > listing.latest - checkedBatches; batchId--) {
    const count = receipts.find((receipt) => receipt.batchId === batchId)?.files ?? unknownFiles;
    if (count === unknownFiles) break;
    for (let i = 0; i < count; i++) {
      const line = lines.next();
      if (line.done) throw corruptManifest(path)("it lists fewer files than its batches were committed with");
      files.unshift({ batchId, path, entry: parseManifestLine(path, line.value) });
    }
  }
  return files;
}

/** The lines of a text behind its first, the last one first, without looking at the others. */
function* linesFromEnd(bytes: Uint8Array, path: string): Generator<string> {
  const newline = 10;
  for (let end = bytes.length; ;) {
    const start = bytes.lastIndexOf(newline, end - 1);
    if (start < 0) return;
    const line = decodeText(bytes.subarray(start + 1, end), corruptManifest(path)).trim();
    if (line !== "") yield line;
    end = start;
  }
}

function filesOf({ batchId, path, bytes }: Entry): ListedFile[] {
  return manifestLines(path, bytes).map((line) => ({ batchId, path, entry: parseManifestLine(path, line) }));
}

/** Of a compact entry that no commit speaks of: files of its last batches. */
function lastFiles({ batchId, path, bytes }: Entry): ListedFile[] {
  const files: ListedFile[] = [];
  for (const line of linesFromEnd(bytes, path)) {
    if (files.length === unknownBatchFiles) break;
    files.unshift({ batchId, path, entry: parseManifestLine(path, line) });
  }
  return files;
}

/** @throws MANIFEST_CORRUPT when a file is listed twice, and for lines that list none */
function checkPaths(entries: readonly Entry[]): void {
  const paths = new ListedPaths();
  if (entries.every(({ bytes }) => paths.add(bytes))) return;
  const seen = new Set<string>();
  for (const { path, entry } of entries.flatMap(filesOf)) {
    if (entry.action === "delete") continue;
    if (seen.has(entry.path)) throw corruptManifest(path)(`it lists ${entry.path}, which was listed before`);
    seen.add(entry.path);
  }
}

/** A listed file lies in the folder that lists it, even when that folder was moved since. */
function fileOf(manifest: string, entry: ManifestEntry): string {
  const path = pathOfUri(entry.path);
  const root = dirname(manifest);
  return path.startsWith(`${root}/`) ? path : `${root}/${basename(path)}`;
}

async function checkDataFiles({ files, folder, warn }: ManifestCheck, listed: readonly ListedFile[]): Promise<void> {
  const gone: string[] = [];
  for (const { batchId, entry } of listed) {
    if (entry.action === "delete") continue;
    const path = fileOf(folder, entry);
    const status = await writing(path, () => files.status(path));
    if (status === null) gone.push(displayPath(path));
    else if (status.sizeBytes !== entry.size) {
      const parameters = { path: displayPath(path), found: String(status.sizeBytes), size: String(entry.size), batchId: String(batchId) };
      throw new StreamingError("OUTPUT_FILE_CHANGED", parameters);
    }
  }
  if (gone.length === 0) return;
  const named = gone.length <= 3 ? gone.join(", ") : `${gone.slice(0, 3).join(", ")} and ${gone.length - 3} more`;
  warn(
    `${displayPath(folder)} lists files of the last ${checkedBatches} batches that are not there: ${named}. Readers of the folder will miss them.`,
  );
}
