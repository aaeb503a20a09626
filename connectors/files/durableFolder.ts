import { dirname } from "node:path";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { isObjectPath } from "../../engine/contract/objectPath.js";

/** Makes a folder, durably also when it was there: whoever made it may have died before it synced the name. */
export async function makeDurableFolder(files: FileSystem, folder: string): Promise<void> {
  await files.makeDirectory(folder);
  if (isObjectPath(folder)) return;
  await files.syncDirectory(folder);
  for (let path = folder, parent = dirname(path); parent !== path && parent !== "."; path = parent, parent = dirname(path)) {
    await files.syncDirectory(parent).catch((error: unknown) => {
      // A folder that we may not read is none that we, or a former run like us, have made.
      const code = error instanceof Error && "code" in error ? error.code : null;
      if (code !== "EACCES" && code !== "EPERM") throw error;
    });
  }
}
