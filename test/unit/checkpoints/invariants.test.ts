import { beforeEach, describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../checkpoints/checkpoint.js";
import { commitInvariants, offsetInvariants, sourceInvariants } from "../../../checkpoints/invariants.js";
import type { Checkpoint, CommitEntry, OffsetEntry } from "../../../engine/contract/checkpoint.js";
import { World } from "../../simulation/world/world.js";
import { schemaOf } from "../../contracts/stateModel.js";

// What must hold before a log is written: a breach has a name, and leaves the disk as it was.

const location = "/c";
let world: World;
let checkpoint: Checkpoint;

const offsets = (watermarkMs: number, ends: OffsetEntry["offsets"] = ['{"logOffset":0}']): OffsetEntry => ({
  batchWatermarkMs: watermarkMs,
  batchTimestampMs: 1,
  conf: {},
  offsets: ends,
});
const commit = (watermarkMs: number, more: Partial<CommitEntry> = {}): CommitEntry => ({
  nextBatchWatermarkMs: watermarkMs,
  runId: "run",
  ...more,
});

/** Batches 0 and 1 are done, the watermark is at 20. */
beforeEach(async () => {
  world = new World(1);
  checkpoint = await openCheckpoint({ location, runtime: world.runtime("one"), runId: "run" });
  await checkpoint.state.registerSchemas([schemaOf("0")]);
  for (const [id, watermarkMs] of [0, 10].entries()) {
    await checkpoint.offsetLog.add(id, offsets(watermarkMs));
    const stateFile = await checkpoint.state.writeDelta(id + 1, []);
    await checkpoint.commitLog.add(id, commit(watermarkMs + 10, { stateFile }));
  }
});

async function names(): Promise<string[]> {
  const folders = ["offsets", "commits", "sources/0"].map((folder) => world.files.list(`${location}/${folder}`));
  return (await Promise.all(folders)).flat().map(({ path }) => path);
}

/** What a write is refused with; nothing is on disk that was not there before. */
async function refusalOf(write: () => Promise<unknown>): Promise<unknown> {
  const before = await names();
  const refusal = await write().then(
    () => "written",
    (error: { condition?: string; parameters?: { invariant?: string; path?: string } }) => [error.condition, error.parameters?.invariant],
  );
  expect(await names()).toEqual(before);
  return refusal;
}

const violated = (name: string): unknown => ["CHECKPOINT_INVARIANT_VIOLATED", name];

describe("an invariant of the offset log", () => {
  it.each([
    ["OFFSETS_FOLLOW", 3, offsets(20)],
    ["WATERMARK_MOVES_FORWARD", 2, offsets(9)],
    ["SOURCES_STAY", 2, offsets(20, [null])],
    ["SOURCES_STAY", 2, offsets(20, ['{"logOffset":0}', '{"logOffset":0}'])],
  ])("%s", async (name, id, entry) => {
    expect(offsetInvariants.map((invariant) => invariant.name)).toContain(name);
    expect(await refusalOf(() => checkpoint.offsetLog.add(id, entry))).toEqual(violated(name));
  });

  it("BATCH_BEFORE_IS_COMMITTED", async () => {
    await checkpoint.offsetLog.add(2, offsets(20));
    expect(await refusalOf(() => checkpoint.offsetLog.add(3, offsets(20)))).toEqual(violated("BATCH_BEFORE_IS_COMMITTED"));
  });
});

describe("an invariant of the commit log", () => {
  it.each([
    ["COMMITS_FOLLOW", 3, commit(20)],
    ["WATERMARK_MOVES_FORWARD", 2, commit(19)],
    ["STATE_FILE_IS_OF_THE_BATCH", 2, commit(20, { stateFile: "2.run.delta" })],
    ["STATE_FILE_IS_THERE", 2, commit(20, { stateFile: "3.run.delta" })],
    ["STATE_GOES_ON", 2, commit(20)],
  ])("%s", async (name, id, entry) => {
    expect(commitInvariants.map((invariant) => invariant.name)).toContain(name);
    await checkpoint.offsetLog.add(2, offsets(20));
    expect(await refusalOf(() => checkpoint.commitLog.add(id, entry))).toEqual(violated(name));
  });

  it("COMMITTED_BATCH_IS_PLANNED", async () => {
    expect(await refusalOf(() => checkpoint.commitLog.add(2, commit(20)))).toEqual(violated("COMMITTED_BATCH_IS_PLANNED"));
  });
});

describe("an invariant of a source's log", () => {
  it("SOURCE_ENTRIES_FOLLOW", async () => {
    expect(sourceInvariants.map((invariant) => invariant.name)).toEqual(["SOURCE_ENTRIES_FOLLOW"]);
    expect(await refusalOf(() => checkpoint.sourceLog(0).add(1, "v1"))).toEqual(violated("SOURCE_ENTRIES_FOLLOW"));
    await checkpoint.sourceLog(0).add(0, "v1");
    expect(await refusalOf(() => checkpoint.sourceLog(0).addCompact(2, "v1"))).toEqual(violated("SOURCE_ENTRIES_FOLLOW"));
    expect(await checkpoint.sourceLog(0).addCompact(1, "v1")).toBe(true);
  });
});

it("every invariant has a test here, and what holds is written", async () => {
  expect(offsetInvariants.length + commitInvariants.length + sourceInvariants.length).toBe(11);
  await checkpoint.offsetLog.add(2, offsets(20));
  const stateFile = await checkpoint.state.writeDelta(3, []);
  expect(await checkpoint.commitLog.add(2, commit(20, { stateFile }))).toBe(true);
});
