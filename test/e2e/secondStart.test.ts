import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCommand, CommandProcess } from "./command.js";

const job = fileURLToPath(new URL("jobs/rateToParquet.ts", import.meta.url));
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-e2e-"));
  await buildCommand();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("a second start beside a living one is refused by name; the first goes on, and its place is free when it is killed", async () => {
  const first = CommandProcess.tidemark(["run", job, "--json"], folder);
  try {
    await first.printed(1);
    const second = await CommandProcess.tidemark(["run", job], folder).end();
    expect(second.code).toBe(3);
    expect(second.stderr).toContain("CHECKPOINT_IN_USE");
    expect(second.stderr).toContain(`process ${first.pid} `);
    const before = await batchCount();
    await expect.poll(batchCount).toBeGreaterThan(before);
  } finally {
    first.kill("SIGKILL");
    await first.end();
  }
  const third = CommandProcess.tidemark(["run", job, "--json"], folder);
  try {
    await third.printed(1);
    third.kill("SIGTERM");
    expect(await third.end()).toMatchObject({ code: 0, stderr: "" });
  } finally {
    third.kill("SIGKILL");
  }
});

/** How many batches are committed. */
async function batchCount(): Promise<number> {
  return (await readdir(join(folder, "checkpoint/commits"))).length;
}
