import { openCheckpoint } from "../../checkpoints/checkpoint.js";
import { batchFromRows } from "../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { Runtime } from "../../engine/contract/runtime.js";
import type { StateChanges } from "../../engine/contract/state.js";
import { byHash, StateModel } from "../contracts/stateModel.js";

const key = [field("word", types.string), field("window", types.struct([field("start", types.timestamp), field("end", types.timestamp)]))];
const value = [
  field("n", types.long),
  field("total", types.decimal(20, 2)),
  field("seen", types.array(types.double)),
  field("ok", types.boolean),
];
const hash = field("group", types.int, false);
const deletes: Schema = types.struct([...key, hash]);
const upserts: Schema = types.struct([...key, ...value, hash]);

/** The rows of batch `id`, the last column standing for the key's hash: every one of its keys, and some of every value's odd forms. */
function rowsOf(id: number): Value[][] {
  const start = BigInt(id) * 60_000_000n;
  return [
    ["tide", [start, start + 60_000_000n], 2n ** 60n + BigInt(id), 12_345n, [1.5, null, -0], true, id],
    [null, [start, null], null, null, null, null, -1],
    ["märk", [start, start], BigInt(-id), -(10n ** 19n), [], false, id * 7],
  ];
}

/** What batch `id` of the sample changes. */
export function sampleChanges(id: number): StateChanges[] {
  return [
    {
      operatorId: "0",
      storeName: "default",
      droppedPanes: id < 2 ? [] : [(id - 2) * 60_000_000],
      deletes: null,
      upserts: batchFromRows(upserts, byHash(rowsOf(id))),
    },
    {
      operatorId: "1",
      storeName: "left",
      droppedPanes: [],
      deletes: id === 0 ? null : batchFromRows(deletes, [[...rowsOf(id - 1)[0]!.slice(0, 2), id - 1]]),
      upserts: batchFromRows(upserts, rowsOf(id).slice(0, 1)),
    },
  ];
}

/** What the sample's state is behind batch `last`. */
export function sampleState(last: number): StateModel {
  const state = new StateModel(upserts);
  for (let id = 0; id <= last; id++) for (const changes of sampleChanges(id)) state.apply(changes);
  return state;
}

export const sampleShape = { sources: ["json[in]"], outputMode: "append" };

/** A small checkpoint with a file of every kind: five batches, a snapshot that is begun after the third, a source log with a compact file. */
export async function writeSampleCheckpoint(location: string, world: Runtime): Promise<void> {
  // So finely that the snapshot takes more than one batch.
  const runtime = { ...world, chunks: { ...world.chunks, pieceRows: 2, sliceRows: 3 } };
  const conf = { "spark.sql.streaming.stateStore.minDeltasForSnapshot": "3" };
  const checkpoint = await openCheckpoint({ location, runtime, runId: "5a3f1f0e-0000-4000-8000-000000000001", conf });
  const schema = { operatorName: "stateStoreSave", key: types.struct(key), value: types.struct(value), layout: "panes" };
  await checkpoint.state.registerSchemas([
    { ...schema, operatorId: "0", storeName: "default" },
    { ...schema, operatorId: "1", storeName: "left" },
  ]);
  await checkpoint.writeQueryShape(sampleShape);
  for (let id = 0; id < 5; id++) {
    const line = `{"path":"file:///in/${id}.json","timestamp":${1_700_000_000_000 + id},"batchId":${id}}`;
    if (id === 3) await checkpoint.sourceLog(0).addCompact(id, `v1\n${line}`);
    else await checkpoint.sourceLog(0).add(id, `v1\n${line}`);
    await checkpoint.offsetLog.add(id, {
      batchWatermarkMs: 60_000 * id,
      batchTimestampMs: 1_795_188_715_113 + id,
      conf: { "spark.sql.shuffle.partitions": "4" },
      offsets: [`{"logOffset":${id}}`, id < 2 ? null : '{"readings":{"0":12}}'],
    });
    const stateFile = await checkpoint.state.writeDelta(id + 1, sampleChanges(id));
    await checkpoint.commitLog.add(id, {
      nextBatchWatermarkMs: 60_000 * (id + 1),
      stateFile,
      runId: checkpoint.runId,
      extra: { watermarks: { "0": 60_000 * id } },
    });
    await checkpoint.state.advanceSnapshot(id + 1, [sampleState(id)]);
  }
  await checkpoint.release();
}
