import { mutation, type Mutation } from "./mutation.js";

/** What a restart takes for true that is not. */
export const recoveryMutations: readonly Mutation[] = [
  mutation("the answers of a batch that runs again are asked for anew", "engine/query/batchRun.ts", [
    "const logged = replay ? await query.checkpoint.answers.get(batchId) : null;",
    "const logged = null;",
  ]),
  mutation("a batch that was planned and not committed is taken for done", "engine/query/recovery.ts", [
    "    start: before?.offsets ?? Array<null>(sourceCount).fill(null),\n    planned,",
    "    start: planned.offsets,\n    planned,",
  ]),
  mutation("a batch that runs again judges late rows by its own watermark", "engine/query/recovery.ts", [
    "previousWatermarkMs: before?.batchWatermarkMs ?? planned.batchWatermarkMs,",
    "previousWatermarkMs: planned.batchWatermarkMs,",
  ]),
  mutation("a restart forgets the watermark that the last commit left", "engine/query/recovery.ts", [
    "watermarkMs: Math.max(planned.batchWatermarkMs, commit.nextBatchWatermarkMs),",
    "watermarkMs: planned.batchWatermarkMs,",
  ]),
  mutation("state is restored from the batch before", "engine/query/openQuery.ts", [
    "await restoreState(definition, parts, checked.changed, point.batchId);",
    "await restoreState(definition, parts, checked.changed, Math.max(0, point.batchId - 1));",
  ]),
  mutation("a delta that no commit names is applied, and its batch runs again on top of it", "checkpoints/state/stateStore.ts", [
    "    this.head = { version, name };\n  }\n\n  async writeDelta",
    `    const next = (await this.folder.stateFiles()).find(({ file }) => file.kind === "delta" && file.version === version + 1);
    if (next) try { yield* chunksOf(await openDelta(this.folder, next.name)); } catch (error) { if (!(error instanceof StreamingError)) throw error; }
    this.head = { version, name };
  }

  async writeDelta`,
  ]),
  mutation("the offset log is purged one batch further than the commit says", "checkpoints/metadataLog.ts", [
    "while (this.known.length > 0 && this.known[0]! < id) {",
    "while (this.known.length > 0 && this.known[0]! <= id) {",
  ]),
  mutation("a compacted source log loses an entry", "sources/files/seenFilesLog.ts", [
    "for (let delta = previous + 1; delta < id; delta++)",
    "for (let delta = previous + 2; delta < id; delta++)",
  ]),
  mutation("a compacted manifest loses an entry", "sinks/files/manifestLog.ts", [
    "for (let id = Math.max(0, newestCompact(listing)); id <= this.latest; id++) {",
    "for (let id = Math.max(0, newestCompact(listing)); id < this.latest; id++) {",
  ]),
  mutation("a file sink does not look whether the batch is there", "sinks/files/fileSink.ts", [
    "    if (newest === info.batchId) return null;\n",
    "",
  ]),
  mutation("a table does not look whether the batch is there", "sinks/memory/sink.ts", [
    "    if (newest === info.batchId) return null;\n",
    "",
  ]),
];
