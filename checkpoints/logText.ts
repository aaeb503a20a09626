import { StreamingError } from "../engine/errors/streamingError.js";
import type { Json } from "../engine/contract/json.js";

/** The version of Spark's log files that we read and write. */
const logVersion = 1;

export type JsonObject = { readonly [key: string]: Json };

/** A log entry in Spark's form: the version, then one line for each of `lines`; no newline at the end. */
export function formatLogEntry(lines: readonly string[]): string {
  return [`v${logVersion}`, ...lines].join("\n");
}

/**
 * The lines of a log entry behind its version.
 *
 * @throws MALFORMED_LOG_FILE, INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION
 */
export function parseLogEntry(text: string, path: string): string[] {
  const [header = "", ...lines] = text.split("\n").map((line) => line.trim());
  const version = /^v([1-9]\d*)$/.exec(header)?.[1];
  if (version === undefined) throw new StreamingError("MALFORMED_LOG_FILE", { path, text: header.slice(0, 80) });
  if (Number(version) > logVersion) {
    throw new StreamingError("INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", { path, maxVersion: String(logVersion), version });
  }
  return lines;
}

/** @throws CHECKPOINT_CORRUPT */
export function parseJsonObject(text: string, path: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw corrupt(path, text === "" ? "it ends too early" : `${JSON.stringify(text.slice(0, 80))} is no JSON`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw corrupt(path, "a JSON object was expected");
  return parsed as JsonObject;
}

/** @throws CHECKPOINT_CORRUPT when the member is missing, or no safe integer */
export function integerMember(object: JsonObject, name: string, path: string): number {
  const value = object[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw corrupt(path, `\`${name}\` is no whole number`);
  return value;
}

/** @throws CHECKPOINT_CORRUPT when the member is missing, or no string */
export function textMember(object: JsonObject, name: string, path: string): string {
  const value = object[name];
  if (typeof value !== "string") throw corrupt(path, `\`${name}\` is no text`);
  return value;
}

/** @throws CHECKPOINT_CORRUPT when the member is missing, or neither a string nor null */
export function textOrNullMember(object: JsonObject, name: string, path: string): string | null {
  return object[name] === null ? null : textMember(object, name, path);
}

/** The items of a list, empty where there is none. @throws CHECKPOINT_CORRUPT when the member is no list */
export function listMember(object: JsonObject, name: string, path: string): readonly Json[] {
  const value = object[name] ?? [];
  if (!Array.isArray(value)) throw corrupt(path, `\`${name}\` is no list`);
  return value as readonly Json[];
}

/** @throws CHECKPOINT_CORRUPT when the value is no JSON object; `what` says what it should be */
export function objectIn(value: Json | undefined, what: string, path: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw corrupt(path, `${what} is no JSON object`);
  return value as JsonObject;
}

export function corrupt(path: string, reason: string): StreamingError {
  return new StreamingError("CHECKPOINT_CORRUPT", { path, reason });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** @throws CHECKPOINT_CORRUPT when the bytes are no UTF-8 */
export function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw corrupt(path, "it is no UTF-8 text");
  }
}
