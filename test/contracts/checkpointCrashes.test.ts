import { describe, expect, it, vi } from "vitest";
import { openCheckpoint } from "../../checkpoints/checkpoint.js";
import type { Checkpoint } from "../../engine/contract/checkpoint.js";
import type { Runtime } from "../../engine/contract/runtime.js";
import type { StateChanges } from "../../engine/contract/state.js";
import { batchFromRows } from "../../engine/arrow/columns.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { Random } from "../simulation/world/random.js";
import { SimulatedCrash, World, type CrashKind } from "../simulation/world/world.js";
import { byHash, deleteSchema, hashOfKey, schemaOf, StateModel, upsertSchema } from "./stateModel.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const location = "/data/checkpoints/query";
const conf = { "spark.sql.streaming.stateStore.minDeltasForSnapshot": "2", "spark.tidemark.checkpoint.takeOver": "true" };
const retained = 3;

/** What batch `id` does to the state: a pure function, as law 2 wants it. */
function changesOf(id: number): StateChanges[] {
  const random = new Random(id * 977 + 1);
  const key = (): [string, bigint] => [`k${random.below(6)}`, BigInt(random.below(3)) * 60_000_000n];
  const upserts = Array.from({ length: 1 + random.below(4) }, () => {
    const k = key();
    return [...k, BigInt(id), random.next(), `note ${id}`, hashOfKey(k)];
  });
  const gone = key();
  return [
    {
      operatorId: "0",
      storeName: "default",
      droppedPanes: random.chance(0.2) ? [60_000_000] : [],
      deletes: random.chance(0.4) ? batchFromRows(deleteSchema, [[...gone, hashOfKey(gone)]]) : null,
      upserts: batchFromRows(upsertSchema, byHash(upserts)),
    },
  ];
}

/** Somebody else added the entry. */
class LostRace extends Error {}

/** What was acknowledged to a run: a crash must not take it back. */
interface Acknowledged {
  queryId: string | null;
  planned: number;
  committed: number;
  shape: boolean;
}

/** A query reduced to what it does with its checkpoint, in the order of law 3. Runs batches until `last` is committed. */
async function run(runtime: Runtime, last: number, acknowledged: Acknowledged): Promise<void> {
  const checkpoint = await openCheckpoint({ location, runtime, conf });
  acknowledged.queryId ??= checkpoint.queryId;
  expect(checkpoint.queryId).toBe(acknowledged.queryId);
  const { model, next } = await recover(checkpoint, acknowledged);
  for (let id = next; id <= last; id++) {
    await checkpoint.checkOwnership();
    if ((await checkpoint.offsetLog.latestId()) !== id) {
      const entry = { batchWatermarkMs: id, batchTimestampMs: 7 * id, conf: {}, offsets: [`{"end":${id}}`, null] };
      if (!(await checkpoint.offsetLog.add(id, entry))) throw new LostRace();
    }
    acknowledged.planned = Math.max(acknowledged.planned, id);
    const changes = changesOf(id);
    const stateFile = await checkpoint.state.writeDelta(id + 1, changes);
    for (const change of changes) model.apply(change);
    await checkpoint.checkOwnership();
    const oldestBatchId = Math.max(0, id - retained);
    const commit = { nextBatchWatermarkMs: id + 1, stateFile, runId: checkpoint.runId, oldestBatchId };
    if (!(await checkpoint.commitLog.add(id, commit))) throw new LostRace();
    acknowledged.committed = id;
    await checkpoint.state.advanceSnapshot(id + 1, [model]);
    await checkpoint.offsetLog.purgeBefore(id - retained);
    await checkpoint.commitLog.purgeBefore(id - retained);
    await checkpoint.state.purge(id - retained + 1);
  }
  await checkpoint.release();
}

/** What a restart finds, and that it is neither less nor other than what was acknowledged. */
async function recover(checkpoint: Checkpoint, acknowledged: Acknowledged): Promise<{ model: StateModel; next: number }> {
  await checkpoint.state.registerSchemas([schemaOf("0")]);
  const shape = await checkpoint.readQueryShape();
  if (acknowledged.shape) expect(shape).toEqual({ sources: ["s"] });
  await checkpoint.writeQueryShape({ sources: ["s"] });
  acknowledged.shape = true;

  const planned = (await checkpoint.offsetLog.latestId()) ?? -1;
  const committed = (await checkpoint.commitLog.latestId()) ?? -1;
  expect(planned).toBeGreaterThanOrEqual(acknowledged.planned);
  expect(committed).toBeGreaterThanOrEqual(acknowledged.committed);
  // What was found once was synced by the start, and stays as well.
  acknowledged.planned = planned;
  acknowledged.committed = committed;
  expect(planned - committed === 0 || planned - committed === 1).toBe(true);
  for (const id of [planned - 1, planned]) {
    if (id < 0) continue;
    const entry = await checkpoint.offsetLog.get(id);
    expect(entry).toEqual({ batchWatermarkMs: id, batchTimestampMs: 7 * id, conf: {}, offsets: [`{"end":${id}}`, null] });
  }
  const model = new StateModel();
  for await (const changes of checkpoint.state.restore(committed + 1)) model.apply(changes);
  expect(model.toPlain()).toEqual(stateAfter(committed).toPlain());
  return { model, next: committed + 1 };
}

function stateAfter(committed: number): StateModel {
  const model = new StateModel();
  for (let id = 0; id <= committed; id++) for (const change of changesOf(id)) model.apply(change);
  return model;
}

/** Runs one process until it is done or dead. */
async function attempt(world: World, name: string, last: number, acknowledged: Acknowledged): Promise<boolean> {
  try {
    await run(world.runtime(name), last, acknowledged);
    return true;
  } catch (error) {
    if (error instanceof SimulatedCrash) return false;
    throw error;
  }
}

async function crashEverywhere(kind: CrashKind, seed: number, again: boolean): Promise<number> {
  const last = 7;
  for (let operation = 1; ; operation++) {
    const world = new World(seed * 10_000 + operation);
    const acknowledged: Acknowledged = { queryId: null, planned: -1, committed: -1, shape: false };
    world.crashAtOperation(operation, kind);
    const survived = await attempt(world, "first", last, acknowledged);
    if (survived) return operation - 1;
    // Sometimes the recovery is interrupted as well, by the other kind of death.
    if (again) {
      world.crashAtOperation(1 + world.random.below(40), kind === "power" ? "kill" : "power");
      await attempt(world, "second", last, acknowledged);
      world.cancelCrash();
      world.crash();
    }
    // Temporary files are left alone while their writer may live.
    world.clock.advance(3_600_000);
    expect(await attempt(world, "third", last, acknowledged)).toBe(true);
    expect(acknowledged.committed).toBe(last);
    await expectNothingLeftOver(world);
  }
}

/** Whatever crashed in between, what remains is retained by rule. */
async function expectNothingLeftOver(world: World): Promise<void> {
  for (const folder of ["offsets", "commits", "epochs", "state", ""]) {
    const names = (await world.files.list(`${location}/${folder}`)).map((entry) => entry.name);
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  }
}

/**
 * An owner stalls; another host, told to, takes over in the middle of its batches. Both go on until one of them loses: whatever the interleaving, nothing
 * is lost, nothing is there twice, and the next start finds the one right state.
 */
async function takeOverInTheMiddle(seed: number): Promise<string[]> {
  const world = new World(seed);
  world.latencyMs = 10;
  const last = 5;
  const outcome = async (name: string, delayMs: number, host: string): Promise<string> => {
    await world.clock.sleep(delayMs);
    const acknowledged: Acknowledged = { queryId: null, planned: -1, committed: -1, shape: false };
    try {
      await run(world.runtime(name, { host }), last, acknowledged);
      return "done";
    } catch (error) {
      if (error instanceof LostRace) return "lost";
      if (error instanceof StreamingError) return error.condition;
      throw error;
    }
  };
  const outcomes = await Promise.all([outcome("first", 0, "here"), outcome("second", world.random.below(1500), "there")]);
  world.kill("first");
  world.kill("second");
  world.latencyMs = 0;
  const acknowledged: Acknowledged = { queryId: null, planned: -1, committed: -1, shape: true };
  expect(await attempt(world, "third", last, acknowledged)).toBe(true);
  return outcomes;
}

/** What one life with a power cut in it does to the disk. */
async function traceOf(seed: number): Promise<string[]> {
  const world = new World(seed);
  const acknowledged: Acknowledged = { queryId: null, planned: -1, committed: -1, shape: false };
  world.crashAtOperation(61);
  await attempt(world, "first", 4, acknowledged);
  await attempt(world, "second", 4, acknowledged);
  return world.trace;
}

describe("a checkpoint whose process dies inside any change of the disk", () => {
  it("loses nothing that was acknowledged when the process is killed", async () => {
    expect(await crashEverywhere("kill", 1, false)).toBeGreaterThan(100);
  });

  it("loses nothing that was acknowledged when the power goes", async () => {
    for (const seed of [1, 2, 3]) expect(await crashEverywhere("power", seed, false)).toBeGreaterThan(100);
  });

  it("loses nothing when the recovery dies too", async () => {
    expect(await crashEverywhere("power", 4, true)).toBeGreaterThan(100);
    expect(await crashEverywhere("kill", 5, true)).toBeGreaterThan(100);
  });

  it("goes the same way for the same seed", async () => {
    const trace = await traceOf(99);
    expect(trace).toContain("power cut");
    expect(await traceOf(99)).toEqual(trace);
  });

  it("stays right when it is taken over while its owner only stalls", async () => {
    const outcomes = [];
    for (let seed = 0; seed < 150; seed++) outcomes.push(await takeOverInTheMiddle(seed));
    // Without an interleaving that cuts in, this would show nothing.
    expect(outcomes.filter(([first]) => first !== "done").length).toBeGreaterThan(40);
    for (const pair of outcomes) for (const outcome of pair) expect(["done", "lost", "CHECKPOINT_TAKEN_OVER"]).toContain(outcome);
  });

  it("lets exactly one of two starters at the same moment go on", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const world = new World(seed);
      world.latencyMs = 5;
      const open = (name: string): Promise<Checkpoint> => openCheckpoint({ location, runtime: world.runtime(name), conf });
      const [a, b] = await Promise.allSettled([open("a"), open("b")]);
      const refused = [a, b].filter((outcome) => outcome.status === "rejected");
      expect(refused.map((outcome) => String(outcome.reason))).toHaveLength(1);
      expect(refused[0]!.reason).toBeInstanceOf(StreamingError);
      expect(refused[0]!.reason).toMatchObject({ condition: "CHECKPOINT_IN_USE" });
    }
  });
});
