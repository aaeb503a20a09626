import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isObjectPath, objectPath } from "../../engine/contract/objectPath.js";
import { notYetSupported } from "../../engine/errors/streamingError.js";

/**
 * A path of the options as the file system takes it: absolute, without a `file:` scheme, or `s3://bucket/…`.
 * @throws NOT_YET_SUPPORTED for other schemes; S3_PATH_INVALID
 */
export function absolutePath(path: string): string {
  const object = objectPath(path);
  if (object !== null) return object;
  const scheme = /^([a-z][a-z0-9+.-]+):\//i.exec(path)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "file") throw notYetSupported(`Files on ${scheme}:`);
  return path.startsWith("file:") ? fileURLToPath(path.replace(/^file:\/*/, "file:///")) : resolve(path);
}

/** The path as Spark's logs write it: `file:///…` or `s3://…`, percent-encoded. */
export function uriOf(path: string): string {
  if (!isObjectPath(path)) return pathToFileURL(path).href;
  const [bucket = "", ...names] = path.slice("s3://".length).split("/");
  return `s3://${bucket}${pathToFileURL(`/${names.join("/")}`).href.slice("file://".length)}`;
}

/** The path that a log entry means. */
export function pathOfUri(uri: string): string {
  if (uri.startsWith("file:")) return absolutePath(uri);
  return /^s3[an]?:/i.test(uri) ? (objectPath(decoded(uri)) ?? uri) : uri;
}

/** The path as descriptions and messages show it: `file:/…`, `s3://…`. */
export function displayPath(path: string): string {
  return isObjectPath(path) ? path : `file:${path}`;
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    // Somebody has written it as it is.
    return uri;
  }
}
