import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fill, recover, shapes, type Filled, type Recovered, type SpillRun } from "./spillPhases.js";

const allKeys = 20_000_000;

interface SpillResult extends Filled, Recovered {
  readonly name: string;
  readonly shape: string;
  readonly budget: string;
}

/**
 * Many more keys than fit into memory, then updates of which most are of a tenth of them, then a start that loads them: in a process of its own, when the first was killed in the midst
 * of a batch.
 */
export async function* runSpill(scale: number, budget: string, only: RegExp): AsyncGenerator<SpillResult> {
  for (const shape of Object.keys(shapes)) {
    if (!only.test(shape)) continue;
    const folder = await mkdtemp(join(tmpdir(), "tidemark-spill-"));
    const run: SpillRun = { shape, keys: Math.round(allKeys * scale), budget, folder };
    try {
      const filled = await phase<Filled>("fill", run);
      yield { name: "spill", shape, budget, ...filled, ...(await phase<Recovered>("recover", run)) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** `bench spillPhase NAME '{"shape":…}'`: one of the two processes; by itself, with a folder that is kept, for a profile. */
export async function runSpillPhase(name: string, run: SpillRun): Promise<void> {
  if (name === "recover") {
    console.log(JSON.stringify(await recover(run)));
    process.exit();
  }
  await fill(run, (filled) => {
    process.stdout.write(`${JSON.stringify(filled)}\n`, () => process.kill(process.pid, "SIGKILL"));
  });
}

async function phase<Result>(name: "fill" | "recover", run: SpillRun): Promise<Result> {
  const child = spawn(process.execPath, [process.argv[1]!, "spillPhase", name, JSON.stringify(run)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  let text = "";
  for await (const chunk of child.stdout) text += String(chunk);
  await ended;
  return JSON.parse(text) as Result;
}
