import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { rowsOf } from "../../engine/arrow/columns.js";
import { Session } from "../../index.js";
import { generatorOptions } from "../../sources/generator/options.js";
import { generateRows, sensorNames } from "../../sources/generator/rows.js";
import { inFolder, startTidemark, tidemark } from "./command.js";

interface Average {
  readonly fromMs: number;
  readonly sensor: string;
  readonly sum: number;
  readonly hottest: number;
  readonly readings: number;
}

const windowMs = 10_000;
const delayMs = 10_000;

/**
 * What the demo must have written, computed row by row from the generator's rows: for each batch of the checkpoint's logs, drops what is late by the
 * watermark before, and closes windows by its own.
 */
function expected(folder: string): Map<string, Average> {
  const options = generatorOptions({ rowsPerSecond: "20000", timeSpeed: "20", sensors: "8" });
  const names = sensorNames(options);
  const open = new Map<string, Average>();
  const closed = new Map<string, Average>();
  let from = 0;
  let maxMs = -Infinity;
  let lateByMs = 0;
  const committed = readdirSync(join(folder, "demo/checkpoint/commits"))
    .map(Number)
    .filter(Number.isInteger)
    .toSorted((a, b) => a - b);
  for (const batchId of committed) {
    const [, metadata, offset] = readFileSync(join(folder, `demo/checkpoint/offsets/${batchId}`), "utf8").split("\n");
    const { batchWatermarkMs } = JSON.parse(metadata!) as { batchWatermarkMs: number };
    expect(batchWatermarkMs).toBe(Math.max(0, maxMs === -Infinity ? 0 : Math.floor(maxMs) - delayMs));
    const { row: to } = JSON.parse(offset!) as { row: number };
    for (const [sensor, atUs, celsius] of rowsOf(generateRows(options, names, from, to - from)) as [string, bigint, number][]) {
      const atMs = Number(atUs) / 1000;
      maxMs = Math.max(maxMs, Math.floor(atMs));
      const fromMs = Math.floor(atMs / windowMs) * windowMs;
      if (fromMs + windowMs <= lateByMs) continue;
      const key = `${fromMs} ${sensor}`;
      const sofar = open.get(key) ?? { fromMs, sensor, sum: 0, hottest: -Infinity, readings: 0 };
      open.set(key, { ...sofar, sum: sofar.sum + celsius, hottest: Math.max(sofar.hottest, celsius), readings: sofar.readings + 1 });
    }
    for (const [key, average] of open) {
      if (average.fromMs + windowMs > batchWatermarkMs) continue;
      open.delete(key);
      expect(closed.has(key)).toBe(false);
      closed.set(key, average);
    }
    from = to;
    lateByMs = batchWatermarkMs;
  }
  return closed;
}

/** The demo's files hold each window once, with the values computed from the generator. Gives how many. */
async function checkAverages(folder: string): Promise<number> {
  const wanted = expected(folder);
  const session = Session.create();
  const rows = await (await session.read.format("parquet").inferSchema(join(folder, "demo/averages"))).load().collect();
  const seen = rows.map((row) => {
    const { window, sensorId, mean, hottest, readings } = row as unknown as {
      window: { start: Date };
      sensorId: string;
      mean: number;
      hottest: number;
      readings: number;
    };
    const key = `${window.start.getTime()} ${sensorId}`;
    const average = wanted.get(key);
    expect(wanted.has(key)).toBe(true);
    expect({ hottest, readings }).toEqual({ hottest: average!.hottest, readings: average!.readings });
    expect(mean).toBeCloseTo(average!.sum / average!.readings, 9);
    return key;
  });
  expect(seen.toSorted()).toEqual([...wanted.keys()].toSorted());
  return seen.length;
}

describe("tidemark demo", () => {
  test("killed at random and started again, it has written each window once and right", async () => {
    await inFolder(async (folder) => {
      const kills = 6;
      for (let i = 0; i < kills; i++) {
        const { child, ended, printed } = startTidemark(folder, ["demo", "--seconds", "60"]);
        // Not before it has begun a batch, then anywhere in the next ones.
        await printed(/batch \d+ ·/);
        await sleep(Math.random() * 1600);
        child.kill("SIGKILL");
        expect((await ended).signal).toBe("SIGKILL");
        expect(existsSync(join(folder, "demo/finished.json"))).toBe(false);
      }
      const last = await tidemark(folder, "demo", "--seconds", "3");
      expect(last.stderr).toBe("");
      expect(last.code).toBe(0);
      expect(last.stdout).toMatch(/^Going on where the last run was interrupted/);
      expect(last.stdout).toMatch(/[1-9]\d* readings came too late/);
      expect(await checkAverages(folder)).toBeGreaterThan(30);
    });
  });

  test("one signal ends it well, and the next start goes on; after a finished run a new one starts", async () => {
    await inFolder(async (folder) => {
      const first = startTidemark(folder, ["demo", "--seconds", "60"]);
      await first.printed(/batch 2 ·/);
      first.child.kill("SIGINT");
      const stopped = await first.ended;
      expect(stopped).toMatchObject({ code: 0, stderr: "" });
      expect(stopped.stdout).toMatch(/Stopped: all batches are committed/);
      const lastBatch = Number([...stopped.stdout.matchAll(/batch (\d+) ·/g)].at(-1)![1]);

      const second = await tidemark(folder, "demo", "--seconds", "1");
      expect(second.code).toBe(0);
      expect(Number(/batch (\d+) ·/.exec(second.stdout)![1])).toBe(lastBatch + 1);
      expect(second.stdout).toMatch(/Done: /);
      await checkAverages(folder);

      const third = await tidemark(folder, "demo", "--seconds", "1");
      expect(third.stdout).toMatch(/^The last run was finished at .* This is a new one/);
      expect(Number(/batch (\d+) ·/.exec(third.stdout)![1])).toBe(0);
      await checkAverages(folder);
    });
  });

  test("a second one beside a living one is refused by name", async () => {
    await inFolder(async (folder) => {
      const first = startTidemark(folder, ["demo", "--seconds", "60"]);
      await first.printed(/batch 0 ·/);
      const second = await tidemark(folder, "demo", "--seconds", "1");
      expect(second.code).toBe(3);
      expect(second.stderr).toContain("CHECKPOINT_IN_USE");
      expect(second.stderr).toContain(`process ${first.child.pid}`);
      first.child.kill("SIGTERM");
      expect((await first.ended).code).toBe(0);
    });
  });
});
