import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../checkpoints/checkpoint.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { systemRuntime } from "../../runtime/systemRuntime.js";
import { World } from "../simulation/world/world.js";
import { sampleShape, sampleState, writeSampleCheckpoint } from "./sampleCheckpoint.js";
import { StateModel } from "../contracts/stateModel.js";
import { temporaryFolder } from "../contracts/temporaryFolder.js";

/*
 * Checkpoints of every released format stay here and must open for ever. After a change of format add the new one:
 *
 *     FREEZE_CHECKPOINT=v2 npx vitest run test/compat
 */
const frozen = join(import.meta.dirname, "checkpoints");
const location = "/sample";

/** What today's code writes, path by path. The simulated world makes ids and times the same in every run. */
async function writtenToday(): Promise<Map<string, Uint8Array>> {
  const world = new World(42);
  await writeSampleCheckpoint(location, world.runtime("sample"));
  return filesIn(world.files, location, "");
}

async function filesIn(files: FileSystem, folder: string, prefix: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const { name, directory } of await files.list(folder)) {
    const path = `${folder}/${name}`;
    if (!directory) found.set(prefix + name, (await files.read(path))!);
    else for (const [inner, bytes] of await filesIn(files, path, `${prefix}${name}/`)) found.set(inner, bytes);
  }
  return found;
}

const freezeAs = process.env["FREEZE_CHECKPOINT"];
if (freezeAs !== undefined) {
  for (const [path, bytes] of await writtenToday()) {
    const target = join(frozen, freezeAs, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes, { flag: "wx" });
  }
}

const versions = (await readdir(frozen)).toSorted();

describe("frozen checkpoints", () => {
  it.each(versions)("%s opens, with all that it held", async (version) => {
    const copy = join(await temporaryFolder(), "checkpoint");
    await cp(join(frozen, version), copy, { recursive: true });
    const checkpoint = await openCheckpoint({ location: copy, runtime: systemRuntime() });
    expect(await checkpoint.readQueryShape()).toEqual(sampleShape);
    expect(await checkpoint.offsetLog.latestId()).toBe(4);
    expect(await checkpoint.offsetLog.get(1)).toMatchObject({ batchWatermarkMs: 60_000, offsets: ['{"logOffset":1}', null] });
    expect(await checkpoint.commitLog.get(4)).toMatchObject({ nextBatchWatermarkMs: 300_000, extra: { watermarks: { "0": 240_000 } } });
    expect(await checkpoint.sourceLog(0).list()).toEqual([0, 1, 2, 4]);
    expect(await checkpoint.sourceLog(0).listCompact()).toEqual([3]);
    for (const restored of [5, 4, 3, 2]) {
      const state = new StateModel();
      for await (const changes of checkpoint.state.restore(restored)) state.apply(changes);
      expect(state.toPlain()).toEqual(sampleState(restored - 1).toPlain());
    }
    await checkpoint.release();
  });

  it("the newest is what today's code writes: its text files byte for byte", async () => {
    const newest = join(frozen, versions.at(-1)!);
    const today = await writtenToday();
    // State files hold what apache-arrow writes, `metadata` a random id.
    const text = [...today.keys()].filter((path) => !/\.(delta|snapshot)$|^metadata$/.test(path));
    expect(text.length).toBeGreaterThan(15);
    for (const path of text) expect(new TextDecoder().decode(today.get(path))).toBe(await readFile(join(newest, path), "utf8"));
    const names = (await readdir(newest, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(names.length).toBe(today.size);
  });
});
