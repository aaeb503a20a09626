import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../checkpoints/checkpoint.js";
import type { Checkpoint } from "../../../engine/contract/checkpoint.js";
import type { StateSchema } from "../../../engine/contract/state.js";
import { field, types } from "../../../engine/arrow/types.js";
import { World } from "../../simulation/world/world.js";

const location = "/c";
const count: StateSchema = {
  operatorId: "0",
  operatorName: "stateStoreSave",
  storeName: "default",
  key: types.struct([field("word", types.string)]),
  value: types.struct([field("n", types.long, false), field("d", types.decimal(10, 2))]),
  layout: "panes",
};

async function commitBatch({ offsetLog, commitLog }: Checkpoint): Promise<void> {
  await offsetLog.add(0, { batchWatermarkMs: 0, batchTimestampMs: 0, conf: {}, offsets: [null] });
  await commitLog.add(0, { nextBatchWatermarkMs: 0 });
}

/** Registers `first`, commits a batch (or not), and registers `then` at the next start. */
async function restartWith(first: StateSchema[], then: StateSchema[], commit = true): Promise<Checkpoint> {
  const world = new World(1);
  const before = await openCheckpoint({ location, runtime: world.runtime("before") });
  await before.state.registerSchemas(first);
  if (commit) await commitBatch(before);
  await before.release();
  const after = await openCheckpoint({ location, runtime: world.runtime("after") });
  await after.state.registerSchemas(then);
  return after;
}

describe("the schema of state", () => {
  it("stays as it is, whatever the nullability", async () => {
    const value = types.struct([field("n", types.long, true), field("d", types.decimal(10, 2), false)]);
    await expect(restartWith([count], [{ ...count, value }])).resolves.toBeDefined();
  });

  it.each<[string, StateSchema[], string]>([
    [
      "a type",
      [{ ...count, value: types.struct([field("n", types.double), count.value.fields[1]!]) }],
      "a value column of operator 0 (stateStoreSave) was `n` bigint and is `n` double",
    ],
    [
      "a precision",
      [{ ...count, value: types.struct([count.value.fields[0]!, field("d", types.decimal(12, 2))]) }],
      "a value column of operator 0 (stateStoreSave) was `d` decimal(10,2) and is `d` decimal(12,2)",
    ],
    [
      "a key's name",
      [{ ...count, key: types.struct([field("term", types.string)]) }],
      "a key column of operator 0 (stateStoreSave) was `word` string and is `term` string",
    ],
    [
      "a column more",
      [{ ...count, value: types.struct([...count.value.fields, field("x", types.int)]) }],
      "a value column of operator 0 (stateStoreSave) is new: `x` int",
    ],
    [
      "a column less",
      [{ ...count, value: types.struct([count.value.fields[0]!]) }],
      "a value column of operator 0 (stateStoreSave) is gone: `d` decimal(10,2)",
    ],
    ["the layout", [{ ...count, layout: "slices" }], "operator 0 (stateStoreSave) lays out its state as slices, it was panes"],
    ["the operator", [{ ...count, operatorName: "dedupe" }], "operator 0 (dedupe) was a stateStoreSave"],
    ["an operator more", [count, { ...count, operatorId: "1", storeName: "left" }], "operator 1 (stateStoreSave), table left is new"],
    ["no operator", [], "operator 0 (stateStoreSave) is gone"],
  ])("is refused when %s changed", async (_what, then, change) => {
    await expect(restartWith([count], then)).rejects.toMatchObject({ condition: "STATE_SCHEMA_CHANGED", parameters: { location, change } });
  });

  it("may change while nothing was committed with it", async () => {
    const changed = { ...count, layout: "slices" };
    const checkpoint = await restartWith([count], [changed], false);
    await commitBatch(checkpoint);
    await checkpoint.state.registerSchemas([changed]);
    await expect(checkpoint.state.registerSchemas([count])).rejects.toMatchObject({ condition: "STATE_SCHEMA_CHANGED" });
  });
});
