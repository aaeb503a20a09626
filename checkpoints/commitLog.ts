import type { CommitEntry } from "../engine/contract/checkpoint.js";
import type { Json } from "../engine/contract/json.js";
import { corrupt, formatLogEntry, integerMember, parseJsonObject, parseLogEntry, textMember, type JsonObject } from "./logText.js";
import type { LogCodec } from "./metadataLog.js";

/** Spark's `CommitLog`: the version, and one JSON object. Spark ignores the members that it does not know. */
export const commitLogCodec: LogCodec<CommitEntry> = {
  format({ nextBatchWatermarkMs, stateFile, runId, extra }) {
    return formatLogEntry([JSON.stringify({ nextBatchWatermarkMs, stateFile, runId, extra })]);
  },

  parse(text, path) {
    const [line = ""] = parseLogEntry(text, path);
    const fields = parseJsonObject(line, path);
    return {
      nextBatchWatermarkMs: integerMember(fields, "nextBatchWatermarkMs", path),
      ...(fields["stateFile"] === undefined ? {} : { stateFile: textMember(fields, "stateFile", path) }),
      ...(fields["runId"] === undefined ? {} : { runId: textMember(fields, "runId", path) }),
      ...(fields["extra"] === undefined ? {} : { extra: extraOf(fields, path) }),
    };
  },
};

function extraOf(fields: JsonObject, path: string): Readonly<Record<string, Json>> {
  const extra = fields["extra"];
  if (typeof extra !== "object" || extra === null || Array.isArray(extra)) throw corrupt(path, "`extra` is no JSON object");
  return extra as Readonly<Record<string, Json>>;
}
