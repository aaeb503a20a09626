import { StreamingError } from "../../errors/streamingError.js";
import { byteEqual } from "../compile/runtime/bytes.js";

/** One piece of a LIKE pattern. */
export type LikePart = { readonly kind: "text"; readonly text: Uint8Array } | { readonly kind: "one" } | { readonly kind: "any" };

const encoder = new TextEncoder();

/** @throws INVALID_FORMAT.ESC_AT_THE_END, INVALID_FORMAT.ESC_IN_THE_MIDDLE */
export function likeParts(pattern: string, escape: string): readonly LikePart[] {
  const parts: LikePart[] = [];
  let text: string[] = [];
  const flush = (): void => {
    if (text.length > 0) parts.push({ kind: "text", text: encoder.encode(text.join("")) });
    text = [];
  };
  const units = Array.from(pattern);
  for (let i = 0; i < units.length; i++) {
    const unit = units[i]!;
    if (unit === escape) {
      const next = units[++i];
      if (next === undefined) throw new StreamingError("INVALID_FORMAT.ESC_AT_THE_END", { format: `'${pattern}'` });
      if (next !== "_" && next !== "%" && next !== escape) {
        throw new StreamingError("INVALID_FORMAT.ESC_IN_THE_MIDDLE", { format: `'${pattern}'`, char: `'${next}'` });
      }
      text.push(next);
    } else if (unit === "_" || unit === "%") {
      flush();
      if (unit === "_") parts.push({ kind: "one" });
      else if (parts.at(-1)?.kind !== "any") parts.push({ kind: "any" });
    } else text.push(unit);
  }
  flush();
  return parts;
}

/** What stands between two `%`: texts, and null for any one character. */
type Segment = readonly (Uint8Array | null)[];

/**
 * Whether bytes of UTF-8 match a LIKE pattern. The first segment stands at the start, the last one at the end, each one between at the first place where it fits:
 * none need be tried twice, so the time is the length of the text times that of the pattern at most.
 */
export class LikePattern {
  readonly #segments: readonly Segment[];

  constructor(parts: readonly LikePart[]) {
    const segments: (Uint8Array | null)[][] = [[]];
    for (const part of parts) {
      if (part.kind === "any") segments.push([]);
      else segments.at(-1)!.push(part.kind === "one" ? null : part.text);
    }
    this.#segments = segments;
  }

  matches(data: Uint8Array, start: number, length: number): boolean {
    const segments = this.#segments;
    const end = start + length;
    let at = matchAt(segments[0]!, data, start, end);
    if (at < 0 || segments.length === 1) return at === end;
    const last = segments.length - 1;
    for (let s = 1; s < last; s++) {
      at = find(segments[s]!, data, at, end);
      if (at < 0) return false;
    }
    return endsWith(segments[last]!, data, at, end);
  }
}

/** Where the segment ends that starts at `at`; -1 when it does not. */
function matchAt(segment: Segment, data: Uint8Array, at: number, end: number): number {
  let p = at;
  for (const part of segment) {
    if (part === null) {
      if (p >= end) return -1;
      p = characterEnd(data, p, end);
    } else {
      if (p + part.length > end || !byteEqual(data, p, part.length, part, 0, part.length)) return -1;
      p += part.length;
    }
  }
  return p;
}

/** Where the first occurrence of the segment ends, at or after `from`; -1 when there is none. */
function find(segment: Segment, data: Uint8Array, from: number, end: number): number {
  for (let p = from; p <= end; p = p === end ? end + 1 : characterEnd(data, p, end)) {
    const matched = matchAt(segment, data, p, end);
    if (matched >= 0) return matched;
  }
  return -1;
}

/** Whether the segment stands at the end, not before `from`. */
function endsWith(segment: Segment, data: Uint8Array, from: number, end: number): boolean {
  let p = end;
  for (let i = segment.length - 1; i >= 0; i--) {
    const part = segment[i]!;
    if (part === null) {
      if (p <= from) return false;
      do p--;
      while (p > from && (data[p]! & 0xc0) === 0x80);
    } else {
      p -= part.length;
      if (p < from || !byteEqual(data, p, part.length, part, 0, part.length)) return false;
    }
  }
  return true;
}

function characterEnd(data: Uint8Array, at: number, end: number): number {
  let p = at + 1;
  while (p < end && (data[p]! & 0xc0) === 0x80) p++;
  return p;
}
