import { corruptFile } from "../../engine/contract/logText.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { StateFileReader } from "./stateFile.js";
import { isDamage, type StateFolder } from "./stateFolder.js";

/** What a version is restored from: a snapshot, opened and checked, or nothing; then deltas, oldest first. */
export interface Chain {
  readonly snapshot: StateFileReader | null;
  readonly deltas: readonly ChainedDelta[];
}

export interface ChainedDelta {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface ChainRequest {
  readonly folder: StateFolder;
  /** The checkpoint, as conditions name it. */
  readonly location: string;
  readonly version: number;
  /** The file that the commit log names for the version. */
  readonly head: string | null;
  readonly warn: (message: string) => void;
}

/**
 * Walks from a version's delta back to the first snapshot that is whole: one that was begun at a version of the chain, and whose newest slice is of a version
 * of the chain too; or to a delta of all of the state. Damaged ones are passed over with a warning.
 *
 * @throws CHECKPOINT_STATE_NOT_OURS, CHECKPOINT_CORRUPT, CHECKPOINT_FILE_MISSING
 */
export async function findChain(request: ChainRequest): Promise<Chain> {
  const { folder, location, version, head, warn } = request;
  if (head === null) throw new StreamingError("CHECKPOINT_STATE_NOT_OURS", { location, batchId: String(version - 1) });
  /** The delta of each version that was walked over. */
  const deltas = new Map<number, string>();
  const sizes = new Map<number, number>();
  const from = (first: number): ChainedDelta[] =>
    Array.from({ length: version - first + 1 }, (_, i) => ({ name: deltas.get(first + i)!, sizeBytes: sizes.get(first + i)! }));
  let damage: StreamingError | null = null;
  let name: string | null = head;
  for (let at = version; name !== null; at--) {
    deltas.set(at, name);
    for (const candidate of await snapshotsBegunAt(folder, at)) {
      try {
        const snapshot = await openSnapshot(folder, candidate, at, deltas);
        if (snapshot !== null) return { snapshot, deltas: from(at + 1) };
      } catch (error) {
        if (!isDamage(error)) throw error;
        damage ??= error;
        warn(`A snapshot of the state cannot be used, an older one and the changes since are: ${error.message}`);
      }
    }
    const { index, sizeBytes } = await linkOf(folder, name, at, damage);
    sizes.set(at, sizeBytes);
    if (index.isWhole) return { snapshot: null, deltas: from(at) };
    name = index.previous;
  }
  return { snapshot: null, deltas: from(1) };
}

async function snapshotsBegunAt(folder: StateFolder, version: number): Promise<string[]> {
  const found = (await folder.stateFiles()).filter(({ file }) => file.kind === "snapshot" && file.version === version);
  return found.map(({ name }) => name).toSorted();
}

/** Null when it is not there any more, or when its newest slice is newer than the version that is wanted. */
async function openSnapshot(
  folder: StateFolder,
  name: string,
  version: number,
  deltas: ReadonlyMap<number, string>,
): Promise<StateFileReader | null> {
  const reader = await folder.open(name);
  if (reader === null) return null;
  const { index, path } = reader;
  try {
    if (index.base?.version !== version || index.base.file !== deltas.get(version))
      throw corruptFile(path)("it is a snapshot of something else");
    const newest = deltas.get(index.version);
    if (newest !== undefined && newest !== index.previous) throw corruptFile(path)("it is a snapshot of something else");
    if (newest !== undefined) await reader.verify();
    if (newest !== undefined) return reader;
  } catch (error) {
    await reader.close();
    throw error;
  }
  await reader.close();
  return null;
}

/** Which delta is before a delta, and whether that is needed. `damage` is why it is needed, when a snapshot that would have made it needless is damaged. */
async function linkOf(
  folder: StateFolder,
  name: string,
  version: number,
  damage: StreamingError | null,
): Promise<Pick<StateFileReader, "index" | "sizeBytes">> {
  const reader = await openDelta(folder, name, damage);
  await reader.close();
  const { index, path } = reader;
  if (index.kind !== "delta" || index.version !== version) throw corruptFile(path)(`it is not the delta of version ${version}`);
  if (!index.isWhole && (index.previous === null) !== (version === 1)) throw corruptFile(path)("it does not say which delta is before it");
  return reader;
}

/** @throws CHECKPOINT_FILE_MISSING, or `damage` when that is why the file is needed */
export async function openDelta(folder: StateFolder, name: string, damage: StreamingError | null = null): Promise<StateFileReader> {
  const reader = await folder.open(name);
  if (reader !== null) return reader;
  throw (
    damage ??
    new StreamingError("CHECKPOINT_FILE_MISSING", { path: folder.pathOf(name), reason: "the state cannot be restored without it" })
  );
}
