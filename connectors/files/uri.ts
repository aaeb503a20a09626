import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { notYetSupported } from "../../engine/errors/streamingError.js";

/**
 * A path of the options as the file system takes it: absolute, without a `file:` scheme.
 * @throws NOT_YET_SUPPORTED for other schemes
 */
export function absolutePath(path: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):\//i.exec(path)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "file") throw notYetSupported(`Files on ${scheme}:`);
  return path.startsWith("file:") ? fileURLToPath(path.replace(/^file:\/*/, "file:///")) : resolve(path);
}

/** The path as Spark's logs write it: `file:///…`, percent-encoded. */
export function uriOf(path: string): string {
  return pathToFileURL(path).href;
}

/** The path that a log entry means. */
export function pathOfUri(uri: string): string {
  return uri.startsWith("file:") ? absolutePath(uri) : uri;
}

/** The path as descriptions and messages show it: `file:/…`. */
export function displayPath(path: string): string {
  return `file:${path}`;
}
