import type { CommitEntry } from "../engine/contract/checkpoint.js";
import { corruptFile, formatLogEntry, JsonFields, parseLogEntry } from "../engine/contract/logText.js";
import { hasOwnSum, parseChecksums, withOwnSum, type Checksums } from "./checksums.js";
import type { LogCodec } from "./metadataLog.js";

/** A commit as it is written: with what it says of the other logs. Absent where Spark, or an older Tidemark, wrote it. */
export interface CommitRecord extends CommitEntry {
  readonly checksums?: Checksums;
  readonly batchId?: number;
}

/** Spark's `CommitLog`: the version, and one JSON object. Spark ignores the members that it does not know; as in Spark all may be missing, the object too. */
export const commitLogCodec: LogCodec<CommitRecord> = {
  format({ nextBatchWatermarkMs, stateFile, runId, extra, outputs, oldestBatchId, checksums, batchId, stateSchema }) {
    const members = { nextBatchWatermarkMs, stateFile, stateSchema, batchId, runId, extra, outputs, oldestBatchId };
    if (checksums === undefined) return formatLogEntry([JSON.stringify(members)]);
    return formatLogEntry([withOwnSum({ ...members, checksums: { offsets: { ...checksums.offsets }, sources: checksums.sources } })]);
  },

  parse(text, path) {
    const refuse = corruptFile(path);
    const [line = "{}"] = parseLogEntry(text, path, refuse);
    const fields = JsonFields.parse(line, refuse);
    if (fields.has("crc32") && !hasOwnSum(fields)) throw refuse("its checksum does not match: somebody changed it");
    return {
      nextBatchWatermarkMs: fields.has("nextBatchWatermarkMs") ? fields.integer("nextBatchWatermarkMs") : 0,
      ...(fields.has("stateFile") ? { stateFile: fields.text("stateFile") } : {}),
      ...(fields.has("stateSchema") ? { stateSchema: fields.integer("stateSchema") } : {}),
      ...(fields.has("runId") ? { runId: fields.text("runId") } : {}),
      ...(fields.has("extra") ? { extra: fields.object("extra").members } : {}),
      ...(fields.has("outputs") ? { outputs: fields.object("outputs").members } : {}),
      ...(fields.has("batchId") ? { batchId: fields.integer("batchId") } : {}),
      ...(fields.has("oldestBatchId") ? { oldestBatchId: fields.integer("oldestBatchId") } : {}),
      ...(fields.has("checksums") ? { checksums: parseChecksums(fields.object("checksums")) } : {}),
    };
  },
};
