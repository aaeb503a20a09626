import { unquoteJson } from "./jsonQuote.js";

/** Bytes that are being written. */
interface Output {
  readonly bytes: Uint8Array;
  at: number;
  /** The bytes, with room for so many behind a place. */
  grow(at: number, extra: number): Uint8Array;
}

/** How finished rows look. The writers write them without any white space; where one of these is asked for, the bytes are gone through once more. */
export interface JsonLayout {
  /** Members on lines of their own, as Jackson's default printer has them: elements of arrays stay on one line. */
  readonly pretty: boolean;
  /** Characters beyond ASCII as their UTF-16 units: `\u00E9`. */
  readonly asciiOnly: boolean;
}

const [quote, backslash, comma, colon] = [34, 92, 44, 58];
const [openBracket, closeBracket, openBrace, closeBrace] = [91, 93, 123, 125];

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Puts the rows of an output, which end at `ends` (the first begins at `from`), into another layout, and moves the ends. */
export function layOut(output: Output, layout: JsonLayout, from: number, ends: Int32Array): void {
  const compact = output.bytes.slice(from, output.at);
  let at = from;
  let start = 0;
  for (const [row, end] of ends.entries()) {
    const text = decoder.decode(compact.subarray(start, end - from));
    const spaced = layout.pretty ? pretty(text) : text;
    const bytes = encoder.encode(layout.asciiOnly ? asciiOnly(spaced) : spaced);
    output.grow(at, bytes.length).set(bytes, at);
    start = end - from;
    ends[row] = at += bytes.length;
  }
  output.at = at;
}

/** Puts members that begin at `starts`, with a comma between them, into the order of their names; the last one ends at `end`. */
export function sortMembers(bytes: Uint8Array, starts: readonly number[], end: number): void {
  const members = starts.map((start, i) => {
    const member = bytes.slice(start, i + 1 < starts.length ? starts[i + 1]! - 1 : end);
    const text = decoder.decode(member);
    return { name: unquoteJson(text.slice(1, endOfString(text, 0) - 1)), member };
  });
  members.sort((a, b) => compareNames(a.name, b.name));
  let at = starts[0] ?? end;
  for (const [i, { member }] of members.entries()) {
    if (i > 0) bytes[at++] = comma;
    bytes.set(member, at);
    at += member.length;
  }
}

/** As Java compares strings: by UTF-16 units. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** JSON without white space, with it. What stands behind the value, a line separator, stays as it is. */
function pretty(text: string): string {
  const parts: string[] = [];
  /** Whether each of what is open is an object. */
  const open: boolean[] = [];
  let objects = 0;
  const newLine = (): string => `\n${"  ".repeat(objects)}`;
  for (let i = 0; i < text.length;) {
    const unit = text.charCodeAt(i);
    const from = i;
    i = unit === quote ? endOfString(text, i) : i + 1;
    const isObject = unit === openBrace || unit === closeBrace;
    if (unit === openBrace || unit === openBracket) {
      open.push(isObject);
      if (isObject) objects++;
      parts.push(text[from]!, isObject && text.charCodeAt(i) !== closeBrace ? newLine() : " ");
    } else if (unit === closeBrace || unit === closeBracket) {
      open.pop();
      if (isObject) objects--;
      const isEmpty = text.charCodeAt(from - 1) === (isObject ? openBrace : openBracket);
      if (!isEmpty) parts.push(isObject ? newLine() : " ");
      parts.push(text[from]!);
      if (open.length === 0) return parts.join("") + text.slice(i);
    } else if (unit === comma) parts.push(",", open.at(-1) === true ? newLine() : " ");
    else if (unit === colon) parts.push(" : ");
    else parts.push(text.slice(from, i));
  }
  return parts.join("");
}

/** Behind the string that begins at a quote. */
function endOfString(text: string, from: number): number {
  let i = from + 1;
  for (let unit = text.charCodeAt(i); unit !== quote; unit = text.charCodeAt(i)) i += unit === backslash ? 2 : 1;
  return i + 1;
}

function asciiOnly(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
}
