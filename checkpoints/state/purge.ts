import { isDamage, type StateFolder } from "./stateFolder.js";

/**
 * Keeps the two newest snapshots that the oldest retained version can start from, so that damage to one of them ends nothing, with the deltas behind the older
 * one's base; removes what is older.
 *
 * @param complete snapshots known to be complete and durable, with the version of their newest slices; what is found out is added
 * @param underWay the snapshot that is being written
 */
export async function purgeStateFiles(
  folder: StateFolder,
  complete: Map<string, number>,
  oldestRetainedVersion: number,
  underWay: string | null,
): Promise<void> {
  const stateFiles = await folder.stateFiles();
  const candidates = stateFiles
    .filter(({ name, file }) => file.kind === "snapshot" && file.version <= oldestRetainedVersion && name !== underWay)
    .toSorted((a, b) => b.file.version - a.file.version);
  let found = 0;
  for (const { name, file } of candidates) {
    const newest = complete.get(name) ?? (await completed(folder, complete, name));
    if (newest === null || newest > oldestRetainedVersion || ++found < 2) continue;
    const outdated = stateFiles.filter((other) => other.file.version < file.version).toSorted((a, b) => a.file.version - b.file.version);
    for (const { name: old } of outdated) await folder.remove(old);
    return;
  }
}

/** The version of a snapshot's newest slice; null when it is not complete. Whoever wrote it may have died before it synced it. */
async function completed(folder: StateFolder, complete: Map<string, number>, name: string): Promise<number | null> {
  try {
    const reader = await folder.open(name);
    if (reader === null) return null;
    await reader.sync();
    await reader.close();
    complete.set(name, reader.index.version);
    return reader.index.version;
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}
