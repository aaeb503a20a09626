import { describe, expect, test } from "vitest";
import { batchFromRows, rowsOf } from "../../../engine/arrow/columns.js";
import { field, types } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { OutputBatchInfo, OutputMode, Sink } from "../../../engine/contract/sink.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { foreachBatchSinkProvider } from "../../../sinks/foreach/sink.js";
import { dropMemoryTable, memorySinkProvider, memoryTable } from "../../../sinks/memory/sink.js";
import { sinkIdentity } from "../../contracts/sinkContract.js";

const schema = types.struct([field("k", types.string), field("n", types.long)]);
const context = {
  runtime: systemRuntime(),
  schema,
  outputMode: "append",
  streaming: true,
  partitionBy: [],
  conf: {},
  print: () => {},
  warn: () => {},
} as const;

async function write(sink: Sink, batchId: number, outputMode: OutputMode, rows: Value[][], replay = false): Promise<void> {
  const info: OutputBatchInfo = { batchId, outputMode, schema, keyColumns: ["k"], changeColumn: null, batchTimeMs: 0, replay };
  const batch = (await sink.open(info))!;
  await batch.write(batchFromRows(schema, rows));
  await batch.prepare();
  await batch.commit();
}

describe("the memory sink", () => {
  test("keeps every batch, and the last as the table in complete mode", async () => {
    for (const [mode, expected] of [
      [
        "append",
        [
          ["a", 1n],
          ["a", 2n],
        ],
      ],
      ["complete", [["a", 2n]]],
    ] as const) {
      dropMemoryTable("t");
      const sink = memorySinkProvider.create({ ...context, options: { queryName: "t" }, outputMode: mode });
      await sink.start(sinkIdentity);
      await write(sink, 0, mode, [["a", 1n]]);
      await write(sink, 1, mode, [["a", 2n]]);
      expect(memoryTable("t").rows()).toEqual(expected);
      expect(memoryTable("t").batches.map((batch) => [batch.batchId, rowsOf(batch.rows)])).toEqual([
        [0, [["a", 1n]]],
        [1, [["a", 2n]]],
      ]);
    }
    dropMemoryTable("t");
  });
});

describe("the foreachBatch sink", () => {
  test("hands over the rows with what recognises the batch", async () => {
    const seen: unknown[] = [];
    const provider = foreachBatchSinkProvider(async (rows, { batchId, queryId, replay, keyColumns }) => {
      await Promise.resolve();
      seen.push([rowsOf(rows), batchId, queryId, replay, keyColumns]);
    });
    const sink = provider.create({ ...context, options: {} });
    await sink.start(sinkIdentity);
    await write(sink, 3, "update", [["a", 1n]], true);
    expect(seen).toEqual([[[["a", 1n]], 3, sinkIdentity.queryId, true, ["k"]]]);
    expect(() => provider.create({ ...context, options: { path: "x" } })).toThrow(expect.objectContaining({ condition: "UNKNOWN_OPTION" }));
  });

  test("fails the batch with the function's own reason", async () => {
    const sink = foreachBatchSinkProvider(() => Promise.reject(new Error("the table is locked"))).create({ ...context, options: {} });
    await sink.start(sinkIdentity);
    await expect(write(sink, 0, "append", [])).rejects.toMatchObject({
      condition: "FOREACH_BATCH_USER_FUNCTION_ERROR",
      parameters: { reason: "the table is locked" },
    });
  });
});
