import type { OffsetEntry } from "../engine/contract/checkpoint.js";
import type { Json } from "../engine/contract/json.js";
import { corruptFile, formatLogEntry, JsonFields, parseLogEntry, type Refuse } from "../engine/contract/logText.js";
import type { LogCodec } from "./metadataLog.js";

/** What stands for a source that has had nothing yet. */
const noOffset = "-";

/** Spark's `OffsetSeqLog`: the version, a line of metadata, a line for each source. As in Spark members of the metadata may be missing. */
export const offsetLogCodec: LogCodec<OffsetEntry> = {
  format({ batchWatermarkMs, batchTimestampMs, conf, offsets }) {
    const metadata = JSON.stringify({ batchWatermarkMs, batchTimestampMs, conf });
    return formatLogEntry([metadata, ...offsets.map((offset) => offset ?? noOffset)]);
  },

  parse(text, path) {
    const refuse = corruptFile(path);
    const [metadata = "", ...offsets] = parseLogEntry(text, path, refuse);
    const fields = JsonFields.parse(metadata, refuse);
    return {
      batchWatermarkMs: fields.has("batchWatermarkMs") ? fields.integer("batchWatermarkMs") : 0,
      batchTimestampMs: fields.has("batchTimestampMs") ? fields.integer("batchTimestampMs") : 0,
      conf: fields.has("conf") ? parseConf(fields.object("conf").members, refuse) : {},
      offsets: offsets.map((line) => {
        if (line === "") throw refuse("the offset of a source is empty");
        return line === noOffset ? null : line;
      }),
    };
  },
};

/** Values that were written as numbers or booleans are texts to whoever asks for them. */
function parseConf(conf: { readonly [key: string]: Json }, refuse: Refuse): Record<string, string> {
  return Object.fromEntries(
    Object.entries(conf).map(([key, value]) => {
      if (typeof value === "object") throw refuse(`the value of ${key} is no text`);
      return [key, String(value)];
    }),
  );
}
