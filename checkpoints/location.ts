import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { objectPath } from "../engine/contract/objectPath.js";
import type { Runtime } from "../engine/contract/runtime.js";
import { notYetSupported } from "../engine/errors/streamingError.js";
import { guardedFiles } from "./guardedFiles.js";

/** Where a checkpoint lies: its folder, and the file system it is reached through. */
export interface CheckpointPlace {
  readonly files: FileSystem;
  readonly root: string;
}

/**
 * Finds the store of a `checkpointLocation`: a path, absolute or not, a `file:` URL, or a place on S3.
 * @throws NOT_YET_SUPPORTED for other schemes; S3_PATH_INVALID
 */
export function placeOf(location: string, runtime: Runtime): CheckpointPlace {
  const object = objectPath(location);
  if (object !== null) return { files: guardedFiles(runtime.files), root: object };
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "file") throw notYetSupported(`A checkpoint on ${scheme}:`);
  const path = resolve(scheme === "file" ? pathOfUrl(location) : location);
  return { files: guardedFiles(runtime.files), root: sep === "/" ? path : path.split(sep).join("/") };
}

/** Spark also writes `file:/x` for `file:///x`. */
function pathOfUrl(location: string): string {
  return fileURLToPath(location.replace(/^file:\/(?!\/)/i, "file:///"));
}
