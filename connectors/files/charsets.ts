import { unreachable } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** Encodings of text beside UTF-8, which needs no work. */
export type Charset = "iso-8859-1" | "us-ascii" | "utf-16" | "utf-16be" | "utf-16le" | "utf-32";

const charsets: readonly (Charset | "utf-8")[] = ["iso-8859-1", "us-ascii", "utf-16", "utf-16be", "utf-16le", "utf-32", "utf-8"];

const optionName = /^(encoding|charset)$/i;

/**
 * The encoding that the options `encoding` or `charset` name; null for UTF-8.
 *
 * @throws INVALID_PARAMETER_VALUE.CHARSET
 */
export function charsetOf(given: Readonly<Record<string, string>>): Charset | null {
  const named = Object.entries(given).find(([name]) => optionName.test(name))?.[1];
  if (named === undefined) return null;
  const found = charsets.find((charset) => charset === named.toLowerCase() || charset.replace("-", "") === named.toLowerCase());
  if (found === undefined)
    throw new StreamingError("INVALID_PARAMETER_VALUE.CHARSET", {
      parameter: "`encoding`",
      functionName: "the options of the files",
      charset: named,
      charsets: charsets.join(", "),
    });
  return found === "utf-8" ? null : found;
}

/** The options without those that name an encoding, as who knows UTF-8 only takes them. */
export function withoutCharset(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !optionName.test(name)));
}

/** A whole text in an encoding, as Java writes it: UTF-16 begins with a mark, the others do not; `?` stands for what an encoding does not have. */
export function encodeText(text: string, charset: Charset): Uint8Array {
  switch (charset) {
    case "iso-8859-1":
      return Buffer.from(upTo(0xff, text), "latin1");
    case "us-ascii":
      return Buffer.from(upTo(0x7f, text), "latin1");
    case "utf-16le":
      return Buffer.from(text, "utf16le");
    case "utf-16be":
      return Buffer.from(text, "utf16le").swap16();
    case "utf-16":
      return Buffer.from(`\ufeff${text}`, "utf16le").swap16();
    case "utf-32": {
      const codes = Array.from(text, (character) => character.codePointAt(0)!);
      const bytes = Buffer.alloc(4 * codes.length);
      for (const [i, code] of codes.entries()) bytes.writeUInt32BE(code, 4 * i);
      return bytes;
    }
    default:
      return unreachable(charset);
  }
}

function upTo(last: number, text: string): string {
  return Array.from(text, (character) => (character.codePointAt(0)! <= last ? character : "?")).join("");
}
