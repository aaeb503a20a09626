import { chmod, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../checkpoints/checkpoint.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { World } from "../../simulation/world/world.js";
import { temporaryFolder } from "../../contracts/temporaryFolder.js";

const location = "/data/query";
const entry = { batchWatermarkMs: 0, batchTimestampMs: 1, conf: {}, offsets: ["0"] };

describe("a checkpoint", () => {
  it("keeps id, shape and source logs", async () => {
    const world = new World(1);
    const first = await openCheckpoint({ location, runtime: world.runtime("first") });
    expect(await first.readQueryShape()).toBeNull();
    await first.writeQueryShape({ sources: ["a"] });
    await first.writeQueryShape({ sources: ["a", "b"] });
    expect(await first.sourceLog(0).add(0, "v1\nzero")).toBe(true);
    expect(await first.sourceLog(0).add(0, "v1\nother")).toBe(false);
    await first.sourceLog(0).add(1, "v1\none");
    await first.sourceLog(0).addCompact(2, "v1\nall");
    await first.sourceLog(1).add(0, "v1\nfirst");
    await first.sourceLog(1).add(1, "v1\nsecond");
    await first.sourceLog(0).remove(1);
    await first.release();

    const second = await openCheckpoint({ location, runtime: world.runtime("second") });
    expect(second.queryId).toBe(first.queryId);
    expect(second.runId).not.toBe(first.runId);
    expect(await second.readQueryShape()).toEqual({ sources: ["a", "b"] });
    expect(await second.sourceLog(0).list()).toEqual([0]);
    expect(await second.sourceLog(0).get(0)).toBe("v1\nzero");
    expect(await second.sourceLog(0).get(1)).toBeNull();
    expect(await second.sourceLog(0).listCompact()).toEqual([2]);
    expect(await second.sourceLog(0).getCompact(2)).toBe("v1\nall");
    expect(await second.sourceLog(1).list()).toEqual([0, 1]);
    await second.sourceLog(0).removeCompact(2);
    expect(await second.sourceLog(0).listCompact()).toEqual([]);
  });

  it("lies at a path, a relative path or a file URL", async () => {
    const folder = await temporaryFolder();
    const runtime = systemRuntime();
    const ids = [];
    for (const name of [folder, relative(process.cwd(), folder), pathToFileURL(folder).href, `file:${folder}`]) {
      const checkpoint = await openCheckpoint({ location: name, runtime });
      expect(checkpoint.location).toBe(folder);
      ids.push(checkpoint.queryId);
      await checkpoint.release();
    }
    expect(new Set(ids).size).toBe(1);
    await expect(openCheckpoint({ location: "hdfs://host/x", runtime })).rejects.toMatchObject({ condition: "NOT_YET_SUPPORTED" });
  });

  it.each([
    ["ENOSPC", "CHECKPOINT_WRITE_FAILED.DISK_FULL"],
    ["EDQUOT", "CHECKPOINT_WRITE_FAILED.DISK_FULL"],
    ["EROFS", "CHECKPOINT_WRITE_FAILED.PERMISSION_DENIED"],
    ["EACCES", "CHECKPOINT_WRITE_FAILED.PERMISSION_DENIED"],
    ["EIO", "CHECKPOINT_WRITE_FAILED.IO"],
  ])("names path and remedy when a write fails with %s, and can go on when that is mended", async (code, condition) => {
    const world = new World(1);
    const checkpoint = await openCheckpoint({ location, runtime: world.runtime("one") });
    world.fail({ code, operation: "write" });
    await expect(checkpoint.offsetLog.add(0, entry)).rejects.toMatchObject({
      condition,
      parameters: { path: `${location}/offsets/0`, code },
    });
    expect(await checkpoint.offsetLog.latestId()).toBeNull();
    world.heal();
    expect(await checkpoint.offsetLog.add(0, entry)).toBe(true);
    expect((await world.files.list(`${location}/offsets`)).map(({ name }) => name)).toEqual(["0"]);
  });

  it("leaves no half state file on a full disk", async () => {
    const world = new World(1);
    const checkpoint = await openCheckpoint({ location, runtime: world.runtime("one") });
    world.capacityBytes = world.disk.usedBytes() + 20;
    await expect(checkpoint.state.writeDelta(1, [])).rejects.toMatchObject({ condition: "CHECKPOINT_WRITE_FAILED.DISK_FULL" });
    expect(await world.files.list(`${location}/state`)).toEqual([]);
    world.heal();
    expect(await checkpoint.state.writeDelta(1, [])).toBe(`1.${checkpoint.runId}.delta`);
  });

  it("names the path when a read fails", async () => {
    const world = new World(1);
    const checkpoint = await openCheckpoint({ location, runtime: world.runtime("one") });
    await checkpoint.offsetLog.add(0, entry);
    await checkpoint.release();
    world.fail({ code: "EIO", operation: "read", path: /offsets\/0/ });
    await expect(openCheckpoint({ location, runtime: world.runtime("two") })).rejects.toMatchObject({
      condition: "CHECKPOINT_READ_FAILED.IO",
      parameters: { path: `${location}/offsets/0` },
    });
  });

  it("lets go again when it cannot be opened", async () => {
    const world = new World(1);
    await world.files.addNew(`${location}/metadata`, new TextEncoder().encode('{"id":'));
    await expect(openCheckpoint({ location, runtime: world.runtime("one") })).rejects.toMatchObject({
      condition: "CHECKPOINT_CORRUPT",
      parameters: { path: `${location}/metadata` },
    });
    await world.files.replace(`${location}/metadata`, new TextEncoder().encode('{"id":"x"}'));
    expect((await openCheckpoint({ location, runtime: world.runtime("two") })).queryId).toBe("x");
  });

  it("refuses a file where its folder should be (local disk)", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "x");
    for (const path of ["file", "file/deeper"]) {
      await expect(openCheckpoint({ location: join(folder, path), runtime: systemRuntime() })).rejects.toMatchObject({
        condition: "CHECKPOINT_WRITE_FAILED.NOT_A_FOLDER",
      });
    }
  });

  it.skipIf(process.getuid?.() === 0)("refuses a folder it may not write to (local disk; root may write anywhere)", async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o500);
    await expect(openCheckpoint({ location: join(folder, "new"), runtime: systemRuntime() })).rejects.toMatchObject({
      condition: "CHECKPOINT_WRITE_FAILED.PERMISSION_DENIED",
    });
  });
});
