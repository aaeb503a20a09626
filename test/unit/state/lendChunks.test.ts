import { expect, it } from "vitest";
import { batchFromRows, rowsOf } from "../../../engine/arrow/columns.js";
import { field, types } from "../../../engine/arrow/types.js";
import { lendChunks } from "../../../engine/contract/lending.js";
import type { StateChanges } from "../../../engine/contract/state.js";
import { spoilingLending } from "../../runtime/spoiler.js";

const schema = types.struct([field("n", types.int)]);
const chunkOf = (n: number): StateChanges => ({
  operatorId: "aggregate-0",
  storeName: "default",
  upserts: batchFromRows(schema, [[n]]),
  deletes: n === 2 ? batchFromRows(schema, [[-n]]) : null,
  droppedPanes: [],
});

it("a chunk of state that somebody keeps is overwritten when the next is asked for, its owner's is not", () => {
  const given = [1, 2, 3].map(chunkOf);
  const kept: StateChanges[] = [];
  for (const chunk of lendChunks(spoilingLending, given)) {
    expect(rowsOf(chunk.upserts!)).toEqual([[kept.length + 1]]);
    kept.push(chunk);
  }
  expect(kept.map(({ upserts }) => rowsOf(upserts!)[0]![0])).not.toContain(1);
  expect(rowsOf(kept[1]!.deletes!)).not.toEqual([[-2]]);
  expect(given.map(({ upserts }) => rowsOf(upserts!))).toEqual([[[1]], [[2]], [[3]]]);
});
