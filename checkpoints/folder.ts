import { dirname } from "node:path";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { isObjectPath } from "../engine/contract/objectPath.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** What `FileSystem.addNew` leaves of an entry whose writer died. */
const temporaryName = /^\..*\.tmp$/;

/** No living writer takes this long between writing an entry and naming it. A younger file may be of a starter, or of an owner who was just taken over. */
const abandonedMs = 10 * 60_000;

/**
 * The entries of a folder of a checkpoint, after a start: what dead writers left is removed, the folder is synced. The sync matters: a former owner may
 * have died between giving a file its name and syncing that, and what we build on it must not outlive it.
 */
export async function settleFolder(files: FileSystem, folder: string, startedMs: number): Promise<string[]> {
  const entries = await files.list(folder);
  for (const { name, path, modifiedMs } of entries) {
    if (temporaryName.test(name) && startedMs - modifiedMs > abandonedMs) await files.remove(path);
  }
  if (entries.length > 0) await files.syncDirectory(folder);
  return entries.map((entry) => entry.name).filter((name) => !temporaryName.test(name));
}

/** The entries of a folder, for whoever only looks: nothing is changed. */
export async function listFolder(files: FileSystem, folder: string): Promise<string[]> {
  const entries = await files.list(folder);
  return entries.map((entry) => entry.name).filter((name) => !temporaryName.test(name));
}

/** Makes the checkpoint's folder, durably also when it was there: whoever made it may have died before it synced the name. */
export async function makeDurableFolder(files: FileSystem, folder: string): Promise<void> {
  await files.makeDirectory(folder);
  if (isObjectPath(folder)) return;
  for (let path = folder, parent = dirname(path); parent !== path && parent !== "."; path = parent, parent = dirname(path)) {
    // A folder that we may not read is none that we, or a former owner like us, have made.
    await files.syncDirectory(parent).catch((error: unknown) => {
      if (!(error instanceof StreamingError && error.condition === "CHECKPOINT_WRITE_FAILED.PERMISSION_DENIED")) throw error;
    });
  }
}

/**
 * The ids behind those that a listing shows, as long as there are entries: a listing of an object store may be older than the last add, and whoever adds an
 * entry that is there would be taken for a second owner.
 */
export async function idsBehind(files: FileSystem, last: number, pathOf: (id: number) => string): Promise<number[]> {
  const found: number[] = [];
  for (let id = last + 1; (await files.read(pathOf(id))) !== null; id++) found.push(id);
  return found;
}

/** The ids among names that are plain numbers (`0`, `17`), ascending. */
export function idsOf(names: readonly string[], pattern = /^(0|[1-9]\d*)$/): number[] {
  return names
    .flatMap((name) => {
      const digits = pattern.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    })
    .toSorted((a, b) => a - b);
}
