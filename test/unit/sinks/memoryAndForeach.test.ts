import { describe, expect, test } from "vitest";
import { batchFromRows, rowsOf } from "../../../engine/arrow/columns.js";
import { field, types } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { OutputBatchInfo, OutputMode, Sink } from "../../../engine/contract/sink.js";
import { Session } from "../../../dataframe/session.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { foreachBatchSinkProvider } from "../../../sinks/foreach/sink.js";
import { memorySinkProvider } from "../../../sinks/memory/sink.js";
import { memory } from "../../memory.js";
import { MemoryStream } from "../../../sources/memory/source.js";
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
      memory.drop("t");
      const sink = memorySinkProvider(memory).create({ ...context, options: { queryName: "t" }, outputMode: mode });
      await sink.start(sinkIdentity);
      await write(sink, 0, mode, [["a", 1n]]);
      await write(sink, 1, mode, [["a", 2n]]);
      expect(memory.table("t").rows()).toEqual(expected);
      expect(memory.table("t").batches.map((batch) => [batch.batchId, rowsOf(batch.rows)])).toEqual([
        [0, [["a", 1n]]],
        [1, [["a", 2n]]],
      ]);
    }
    memory.drop("t");
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

/** A query of one row to the memory table `of-one-name`, in a session of its own. */
async function rowsOfSession(key: string): Promise<unknown> {
  const session = Session.create({ warn: () => {} });
  const source = new MemoryStream(schema);
  source.addData([[key, 1n]]);
  const stream = session.readStream.format("memory").schema(schema).option("stream", source.id).load();
  const query = await stream.writeStream.format("memory").queryName("of-one-name").trigger({ availableNow: true }).start();
  await query.awaitTermination();
  return session.table("of-one-name").collect();
}

describe("kind: what is shared by all sessions of a process", () => {
  test("tables of the memory sink are a session's own: two queries of one name do not meet", async () => {
    expect(await rowsOfSession("a")).toEqual([{ k: "a", n: 1 }]);
    expect(await rowsOfSession("b")).toEqual([{ k: "b", n: 1 }]);
    expect(memory.table("of-one-name").batches).toEqual([]);
  });
});
