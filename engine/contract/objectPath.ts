import { StreamingError } from "../errors/streamingError.js";
import { withoutCredentials } from "../errors/credentials.js";

/** Where an object lies. */
export interface ObjectPlace {
  readonly bucket: string;
  /** Without a slash in front; empty for the bucket itself. */
  readonly key: string;
}

const scheme = "s3://";

/** Whether a path is one of an object store, as `objectPath` writes it. */
export function isObjectPath(path: string): boolean {
  return path.startsWith(scheme);
}

/**
 * The one way in which a place is written here, `s3://bucket/a/b`, of a URI as a user writes it: `s3a://` and `s3n://` mean the same, and folders are as those
 * of a disk (no empty, `.` or `..` segment). Null when it is no URI of an object store.
 *
 * @throws S3_PATH_INVALID
 */
export function objectPath(uri: string): string | null {
  const match = /^s3[an]?:\/\/([^/]*)(.*)$/is.exec(uri);
  if (match === null) {
    if (/^s3[an]?:/i.test(uri)) throw invalid(uri, "two slashes and the name of a bucket come behind the colon");
    return null;
  }
  const [, bucket = "", rest = ""] = match;
  if (bucket.includes("@")) throw invalid(uri, "keys do not belong into paths, which are shown and written to logs");
  if (!/^[a-z0-9][a-z0-9._-]+$/i.test(bucket)) throw invalid(uri, "there is no name of a bucket in it");
  const names: string[] = [];
  for (const name of rest.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return [`${scheme}${bucket}`, ...names].join("/");
}

/** What a path of `objectPath` names. */
export function objectPlace(path: string): ObjectPlace {
  const [bucket = "", ...names] = path.slice(scheme.length).split("/");
  return { bucket, key: names.filter((name) => name !== "").join("/") };
}

/** The path of a key. */
export function pathOfObject(bucket: string, key: string): string {
  return key === "" ? `${scheme}${bucket}` : `${scheme}${bucket}/${key}`;
}

function invalid(uri: string, reason: string): StreamingError {
  return new StreamingError("S3_PATH_INVALID", { path: withoutCredentials(uri), reason });
}
