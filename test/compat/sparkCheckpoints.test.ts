import { cp, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../checkpoints/checkpoint.js";
import { commitLogCodec } from "../../checkpoints/commitLog.js";
import { offsetLogCodec } from "../../checkpoints/offsetLog.js";
import type { Checkpoint } from "../../engine/contract/checkpoint.js";
import { systemRuntime } from "../../runtime/systemRuntime.js";
import { temporaryFolder } from "../contracts/temporaryFolder.js";

const golden = join(import.meta.dirname, "../golden/spark-checkpoints");
const names = (await readdir(golden, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);

/** A copy of a checkpoint of Spark's, opened: opening writes an epoch. */
async function openCopy(name: string): Promise<Checkpoint> {
  const location = join(await temporaryFolder(), "checkpoint");
  await cp(join(golden, name, "checkpoint"), location, { recursive: true });
  return openCheckpoint({ location, runtime: systemRuntime() });
}

const textOf = (name: string, path: string): Promise<string> => readFile(join(golden, name, "checkpoint", path), "utf8");
const idsIn = async (name: string, path: string): Promise<number[]> =>
  (await readdir(join(golden, name, "checkpoint", path)))
    .filter((file) => /^\d+$/.test(file))
    .map(Number)
    .toSorted((a, b) => a - b);

describe("checkpoints that Spark wrote", () => {
  it("are all here", () => {
    expect(names).toHaveLength(8);
  });

  it.each(names)("%s opens with Spark's query id and its latest batches", async (name) => {
    const checkpoint = await openCopy(name);
    const { id } = JSON.parse(await textOf(name, "metadata")) as { id: string };
    expect(checkpoint.queryId).toBe(id);
    expect(await checkpoint.offsetLog.latestId()).toBe((await idsIn(name, "offsets")).at(-1));
    expect(await checkpoint.commitLog.latestId()).toBe((await idsIn(name, "commits")).at(-1));
    expect(await checkpoint.readQueryShape()).toBeNull();
    await checkpoint.checkOwnership();
    await checkpoint.release();
  });

  it.each(names)("%s: every log entry is read, and would be written the same, byte for byte", async (name) => {
    for (const id of await idsIn(name, "offsets")) {
      const text = await textOf(name, `offsets/${id}`);
      const entry = offsetLogCodec.parse(text, `offsets/${id}`);
      expect(entry.conf["spark.sql.streaming.multipleWatermarkPolicy"]).toBe("min");
      expect(entry.batchTimestampMs).toBeGreaterThan(1_700_000_000_000);
      expect(offsetLogCodec.format(entry)).toBe(text);
    }
    for (const id of await idsIn(name, "commits")) {
      const text = await textOf(name, `commits/${id}`);
      expect(commitLogCodec.format(commitLogCodec.parse(text, `commits/${id}`))).toBe(text);
    }
  });

  it("a join has an offset for each of its sources, `-` where one has had nothing", async () => {
    const checkpoint = await openCopy("stream-stream-join");
    const entries = await Promise.all((await idsIn("stream-stream-join", "offsets")).map((id) => checkpoint.offsetLog.get(id)));
    expect(entries.map((entry) => entry!.offsets.length)).toEqual(entries.map(() => 2));
    expect(entries[0]!.offsets).toEqual(['{"logOffset":0}', '{"logOffset":0}']);
  });

  it("source logs are read, with their compact files", async () => {
    const checkpoint = await openCopy("stateless-filesink-compaction");
    const log = checkpoint.sourceLog(0);
    expect(await log.listCompact()).toEqual([9, 19]);
    expect(await log.list()).toEqual([...Array(23).keys()].filter((id) => id !== 9 && id !== 19));
    expect(await log.get(20)).toMatch(/^v1\n\{"path":"file:\/\/\/.*batch-0020.json","timestamp":1700000200000,"batchId":20\}$/);
    expect((await log.getCompact(19))!.split("\n")).toHaveLength(21);
    expect(await log.add(23, "v1")).toBe(true);
    expect(await log.add(22, "v1")).toBe(false);
  });

  it("the next batch goes behind Spark's", async () => {
    const checkpoint = await openCopy("stateless-two-runs");
    const entry = { batchWatermarkMs: 0, batchTimestampMs: 1, conf: {}, offsets: ['{"logOffset":4}'] };
    expect(await checkpoint.offsetLog.add(3, entry)).toBe(false);
    expect(await checkpoint.offsetLog.add(4, entry)).toBe(true);
    expect(await checkpoint.commitLog.add(4, { nextBatchWatermarkMs: 0, runId: "r" })).toBe(true);
  });

  it.each(["agg-complete", "dedup-append", "stream-stream-join", "window-agg-rocksdb-changelog"])(
    "%s: Spark's state is refused",
    async (name) => {
      const { state, commitLog } = await openCopy(name);
      const latest = (await commitLog.latestId())!;
      const restore = async (): Promise<void> => {
        for await (const changes of state.restore(latest + 1)) expect(changes).toBeUndefined();
      };
      await expect(restore()).rejects.toMatchObject({ condition: "CHECKPOINT_STATE_NOT_OURS", parameters: { batchId: String(latest) } });
    },
  );
});
