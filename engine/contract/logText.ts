import { StreamingError } from "../errors/streamingError.js";
import type { Json } from "./json.js";

/*
 * The text of Spark's logs, which the logs of a checkpoint, those of its sources and the manifests of file sinks have in common: a line with the version,
 * then lines of JSON. People edit such files: spaces, line ends and members that nobody knows do not matter, and a message says what is wrong with the text.
 */

/** The version of Spark's log files that we read and write. */
const logVersion = 1;

/** Makes the condition that names a file; `reason` says what is wrong with it. */
export type Refuse = (reason: string) => StreamingError;

/** Refuses a file of a checkpoint. */
export function corruptFile(path: string): Refuse {
  return (reason) => new StreamingError("CHECKPOINT_CORRUPT", { path, reason });
}

/** A log entry in Spark's form: the version, then one line for each of `lines`; no newline at the end. */
export function formatLogEntry(lines: readonly string[]): string {
  return [`v${logVersion}`, ...lines].join("\n");
}

/**
 * The lines of a log entry behind its version, without spaces around them. A newline at the end begins no line.
 *
 * @throws what `refuse` makes when there is nothing; MALFORMED_LOG_FILE, INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION
 */
export function parseLogEntry(text: string, path: string, refuse: Refuse): string[] {
  if (text.trim() === "") throw refuse("it is empty");
  const [header = "", ...lines] = text.split("\n").map((line) => line.trim());
  if (lines.at(-1) === "") lines.pop();
  const version = /^v0*([1-9]\d*)$/.exec(header)?.[1];
  if (version === undefined) throw new StreamingError("MALFORMED_LOG_FILE", { path, text: header.slice(0, 80) });
  if (Number(version) > logVersion) {
    throw new StreamingError("INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", { path, maxVersion: String(logVersion), version });
  }
  return lines;
}

/** The text of an entry as we would write it: without spaces around lines and between tokens, and without empty lines. */
export function canonicalLogText(text: string): string {
  const [header = "", ...lines] = text.split("\n").map((line) => line.trim());
  const kept = lines.filter((line) => line !== "").map(canonicalLine);
  return [header.replace(/^v0+/, "v"), ...kept].join("\n");
}

/** The members of the entries that Spark's logs of files have, in their order; it looks at no others. */
const fileMembers = [
  "path",
  "timestamp",
  "batchId",
  "size",
  "isDir",
  "modificationTime",
  "blockReplication",
  "blockSize",
  "action",
] as const;

/** JSON without spaces between its tokens, and without members that Spark does not look at; anything else as it is. */
export function canonicalLine(line: string): string {
  let parsed: Json;
  try {
    parsed = JSON.parse(line) as Json;
  } catch {
    return line;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return JSON.stringify(parsed);
  const members = parsed as { readonly [name: string]: Json };
  if ("logOffset" in members) return JSON.stringify({ logOffset: members["logOffset"] });
  if (!("path" in members)) return JSON.stringify(members);
  return JSON.stringify(Object.fromEntries(fileMembers.filter((name) => name in members).map((name) => [name, members[name]])));
}

/** What is wrong with the text of an entry that is not what a batch was committed with. */
export function changedLogText(text: string, refuse: Refuse): StreamingError {
  if (text.trim() === "") return refuse("it is empty");
  try {
    for (const line of text.split("\n").slice(1)) if (line.trim() !== "") parseJson(line.trim(), refuse);
  } catch (error) {
    if (error instanceof StreamingError) return error;
    throw error;
  }
  return refuse("it is not what a batch was committed with");
}

/** A JSON object of a file, read member by member: what is not as it should be is refused. */
export class JsonFields {
  private constructor(
    readonly members: { readonly [name: string]: Json },
    private readonly refuse: Refuse,
  ) {}

  /** @throws what `refuse` makes of a text that is empty, cut off, no JSON or no object */
  static parse(text: string, refuse: Refuse): JsonFields {
    return JsonFields.of(parseJson(text, refuse), refuse);
  }

  /** @throws what `refuse` makes of a value that is no object; `what` says what it should be */
  static of(value: Json | undefined, refuse: Refuse, what = "what it holds"): JsonFields {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse(`${what} is no JSON object`);
    return new JsonFields(value as { readonly [name: string]: Json }, refuse);
  }

  /** Whether the member is there, and not null. */
  has(name: string): boolean {
    return (this.members[name] ?? null) !== null;
  }

  integer(name: string): number {
    const value = this.members[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw this.refuse(`\`${name}\` is no whole number`);
    return value;
  }

  text(name: string): string {
    const value = this.members[name];
    if (typeof value !== "string") throw this.refuse(`\`${name}\` is no text`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.members[name];
    if (typeof value !== "boolean") throw this.refuse(`\`${name}\` is neither true nor false`);
    return value;
  }

  object(name: string): JsonFields {
    return JsonFields.of(this.members[name], this.refuse, `\`${name}\``);
  }

  list(name: string): readonly Json[] {
    const value = this.members[name];
    if (!Array.isArray(value)) throw this.refuse(`\`${name}\` is no list`);
    return value as readonly Json[];
  }

  /** The items of a list, each an object. */
  objects(name: string): JsonFields[] {
    return this.list(name).map((item) => JsonFields.of(item, this.refuse, `an item of \`${name}\``));
  }

  /** The items of a list, each a whole number. */
  integers(name: string): number[] {
    return this.list(name).map((item) => {
      if (typeof item !== "number" || !Number.isSafeInteger(item)) throw this.refuse(`an item of \`${name}\` is no whole number`);
      return item;
    });
  }

  /** Every member by its name, each a text. */
  texts(): Record<string, string> {
    return Object.fromEntries(Object.keys(this.members).map((name) => [name, this.text(name)]));
  }
}

/** @throws what `refuse` makes of a text that is empty, cut off, or no JSON */
export function parseJson(text: string, refuse: Refuse): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    if (text.trim() === "") throw refuse("it ends too early");
    if (isCutOff(text)) throw refuse(`it is cut off after ${JSON.stringify(text.slice(-40))}`);
    throw refuse(`${JSON.stringify(text.slice(0, 80))} is no JSON`);
  }
}

/** Whether a text that is no JSON begins like an object or a list that never ends. */
function isCutOff(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (inString) {
      if (character === "\\") i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if (depth === 0 && !inString && i === 0) return false;
  }
  return depth > 0 || inString;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** @throws what `refuse` makes of bytes that are no UTF-8 */
export function decodeText(bytes: Uint8Array, refuse: Refuse): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw refuse("it is no UTF-8 text");
  }
}
