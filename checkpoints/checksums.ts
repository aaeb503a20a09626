import { crc32 } from "node:zlib";
import type { OffsetEntry } from "../engine/contract/checkpoint.js";
import type { Json } from "../engine/contract/json.js";
import { canonicalLine, canonicalLogText, type JsonFields } from "../engine/contract/logText.js";

/** What a commit says of the offset log's entry of its batch. */
export interface OffsetSums {
  readonly batchWatermarkMs: number;
  readonly batchTimestampMs: number;
  readonly conf: number;
  readonly offsets: number;
}

/** What a commit says of the other logs. */
export interface Checksums {
  readonly offsets: OffsetSums;
  /** The newest compact entry of each source's log, and the entries behind it, as `<ordinal>/<name>`. */
  readonly sources: Readonly<Record<string, number>>;
}

export function offsetSums({ batchWatermarkMs, batchTimestampMs, conf, offsets }: OffsetEntry): OffsetSums {
  const sorted = Object.entries(conf).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    batchWatermarkMs,
    batchTimestampMs,
    conf: crc32(JSON.stringify(sorted)),
    offsets: crc32(offsets.map((offset) => (offset === null ? "-" : canonicalOffset(offset))).join("\n")),
  };
}

/** A file source's offset may be its number alone. */
function canonicalOffset(offset: string): string {
  const line = canonicalLine(offset);
  return /^\d+$/.test(line) ? `{"logOffset":${line}}` : line;
}

/**
 * What an entry says that the commit of its batch does not; null when nothing. Members that were taken out, and of which nothing depends once a batch is
 * committed, are no difference.
 */
export function offsetDifference(entry: OffsetEntry, logged: OffsetSums): string | null {
  const now = offsetSums(entry);
  if (now.offsets !== logged.offsets) return "its offsets are not those that were committed";
  if (now.batchWatermarkMs !== logged.batchWatermarkMs) {
    return `its watermark is ${now.batchWatermarkMs}, committed was ${logged.batchWatermarkMs}`;
  }
  if (now.batchTimestampMs !== 0 && now.batchTimestampMs !== logged.batchTimestampMs) {
    return `its time is ${now.batchTimestampMs}, committed was ${logged.batchTimestampMs}`;
  }
  if (Object.keys(entry.conf).length > 0 && now.conf !== logged.conf) return "its configuration is not what was committed";
  return null;
}

/** The checksum of a log entry's text as we write it. */
export function textSum(text: string): number {
  return crc32(text);
}

/** Whether a text is what the sum was made of, but for spaces, line ends and empty lines. */
export function hasTextSum(text: string, sum: number): boolean {
  return crc32(text) === sum || crc32(canonicalLogText(text)) === sum;
}

export function parseChecksums(fields: JsonFields): Checksums {
  const offsets = fields.object("offsets");
  const sources = fields.object("sources");
  return {
    offsets: {
      batchWatermarkMs: offsets.integer("batchWatermarkMs"),
      batchTimestampMs: offsets.integer("batchTimestampMs"),
      conf: offsets.integer("conf"),
      offsets: offsets.integer("offsets"),
    },
    sources: Object.fromEntries(Object.keys(sources.members).map((name) => [name, sources.integer(name)])),
  };
}

/** The text of an object with a last member that is the checksum of all before it. */
export function withOwnSum(members: { readonly [name: string]: Json | undefined }): string {
  const text = JSON.stringify(members);
  return `${text.slice(0, -1)},"crc32":${crc32(text)}}`;
}

/** Whether an object's last member is the checksum of all before it. */
export function hasOwnSum({ members }: JsonFields): boolean {
  const { crc32: sum, ...others } = members;
  return sum === crc32(JSON.stringify(others));
}
