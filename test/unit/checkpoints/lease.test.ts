import { beforeEach, describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../checkpoints/checkpoint.js";
import type { Checkpoint, OffsetEntry } from "../../../engine/contract/checkpoint.js";
import { World } from "../../simulation/world/world.js";

const entry: OffsetEntry = { batchWatermarkMs: 0, batchTimestampMs: 1, conf: {}, offsets: [] };

describe.each(["/data/query", "s3://bucket/query"])("the lease of a checkpoint in %s", (location) => {
  let world: World;
  let warnings: string[] = [];
  beforeEach(() => {
    world = new World(12, { startMs: Date.UTC(2026, 10, 20, 12) });
    warnings = [];
  });

  const open = (process: string, host: string, conf: Record<string, string> = {}): Promise<Checkpoint> =>
    openCheckpoint({ location, runtime: world.runtime(process, { host }), conf, warn: (message) => void warnings.push(message) });

  it("runs out when its owner on another host is dead: the next one goes on by itself", async () => {
    const first = await open("first", "one");
    world.kill("first");
    const beforeMs = world.clock.monotonicMs();
    const second = await open("second", "two");
    expect(second.queryId).toBe(first.queryId);
    expect(world.clock.monotonicMs() - beforeMs).toBeGreaterThanOrEqual(60_000);
    expect(world.clock.monotonicMs() - beforeMs).toBeLessThan(62_000);
    expect(warnings).toEqual([expect.stringContaining("on one, which cannot be asked from here")]);
  });

  it("is renewed while its owner is idle, and then nobody takes over", async () => {
    const first = await open("first", "one");
    const ended = new AbortController();
    const idle = (async () => {
      while (!ended.signal.aborted) await world.clock.sleep(Math.min(500, await first.keepLease()));
    })();
    await expect(open("second", "two")).rejects.toMatchObject({ condition: "CHECKPOINT_IN_USE", parameters: { host: "one" } });
    await first.checkOwnership();
    ended.abort();
    await idle;
  });

  it("is renewed by each commit, without a write of its own", async () => {
    const first = await open("first", "one");
    await world.clock.sleep(19_000);
    await first.offsetLog.add(0, entry);
    await first.commitLog.add(0, { nextBatchWatermarkMs: 0 });
    expect(await first.keepLease()).toBe(20_000);
    expect((await world.files.list(`${location}/epochs`)).map(({ name }) => name)).toEqual(["0"]);
    await world.clock.sleep(20_000);
    const wrote = world.operations;
    await first.keepLease();
    expect(world.operations).toBeGreaterThan(wrote);
    expect((await world.files.list(`${location}/epochs`)).map(({ name }) => name)).toEqual(["0", "0.lease"]);
  });

  it("ends at once when its owner lets go meanwhile", async () => {
    const first = await open("first", "one");
    const second = open("second", "two");
    await world.clock.sleep(5_000);
    await first.release();
    await second;
    expect(world.clock.monotonicMs()).toBeLessThan(30_000);
  });

  it("may be done without: then a start on another host is refused", async () => {
    await open("first", "one", { "spark.tidemark.checkpoint.leaseTimeout": "0s" });
    await expect(open("second", "two")).rejects.toMatchObject({ condition: "CHECKPOINT_OWNER_UNKNOWN" });
  });

  it("decides nothing for one that was only slow: it is refused at its next entry, however late that is", async () => {
    const retain = { "spark.sql.streaming.minBatchesToRetain": "1" };
    const slow = await open("slow", "one", retain);
    await slow.offsetLog.add(0, entry);
    const next = await open("next", "two", retain);
    await next.commitLog.add(0, { nextBatchWatermarkMs: 0 });
    for (let id = 1; id < 30; id++) {
      await next.offsetLog.add(id, entry);
      await next.commitLog.add(id, { nextBatchWatermarkMs: 0, oldestBatchId: id });
      await next.offsetLog.purgeBefore(id);
      await next.commitLog.purgeBefore(id);
    }
    await expect(slow.commitLog.add(0, { nextBatchWatermarkMs: 0 })).rejects.toMatchObject({ condition: "CHECKPOINT_TAKEN_OVER" });
    await expect(slow.keepLease()).rejects.toMatchObject({ condition: "CHECKPOINT_TAKEN_OVER" });
    // Nor when others have come since.
    world.kill("next");
    const last = await open("last", "three", retain);
    await last.offsetLog.add(30, entry);
    await last.commitLog.add(30, { nextBatchWatermarkMs: 0, oldestBatchId: 30 });
    await last.offsetLog.purgeBefore(30);
    await last.commitLog.purgeBefore(30);
    expect(await world.files.read(`${location}/commits/0`)).not.toBeNull();
    await last.release();
    expect((await open("again", "three", retain)).history.map(({ batchId }) => batchId)).toEqual([30]);
  });
});
