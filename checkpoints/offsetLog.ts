import type { OffsetEntry } from "../engine/contract/checkpoint.js";
import { corrupt, formatLogEntry, integerMember, parseJsonObject, parseLogEntry } from "./logText.js";
import type { LogCodec } from "./metadataLog.js";

/** What stands for a source that has had nothing yet. */
const noOffset = "-";

/** Spark's `OffsetSeqLog`: the version, a line of metadata, a line for each source. */
export const offsetLogCodec: LogCodec<OffsetEntry> = {
  format({ batchWatermarkMs, batchTimestampMs, conf, offsets }) {
    const metadata = JSON.stringify({ batchWatermarkMs, batchTimestampMs, conf });
    return formatLogEntry([metadata, ...offsets.map((offset) => offset ?? noOffset)]);
  },

  parse(text, path) {
    const [metadata = "", ...offsets] = parseLogEntry(text, path);
    const fields = parseJsonObject(metadata, path);
    return {
      batchWatermarkMs: integerMember(fields, "batchWatermarkMs", path),
      batchTimestampMs: integerMember(fields, "batchTimestampMs", path),
      conf: parseConf(fields["conf"], path),
      offsets: offsets.map((line) => {
        if (line === "") throw corrupt(path, "the offset of a source is empty");
        return line === noOffset ? null : line;
      }),
    };
  },
};

function parseConf(conf: unknown, path: string): Record<string, string> {
  if (conf === undefined) return {};
  if (typeof conf !== "object" || conf === null) throw corrupt(path, "`conf` is no JSON object");
  for (const [key, value] of Object.entries(conf)) if (typeof value !== "string") throw corrupt(path, `the value of ${key} is no text`);
  return conf as Record<string, string>;
}
