import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";
import { refusalOf } from "./queryWorld.js";

// One checkpoint, two processes of this machine.

let folder: string;
let child: ChildProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-processes-"));
  await mkdir(join(folder, "in"));
  await writeFile(join(folder, "in", "0.json"), '{"k":"a"}\n');
});

afterEach(async () => {
  if (child !== null) await kill(child);
  await rm(folder, { recursive: true, force: true });
});

/** Starts the lasting query in a process of its own; resolves with its run id when it has caught up. */
async function startOther(): Promise<string> {
  const program = fileURLToPath(new URL("lastingProgram.ts", import.meta.url));
  const hook = new URL("../../servers/typescript/register.mjs", import.meta.url).href;
  child = spawn(process.execPath, ["--import", hook, program, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  return /caught up (\S+)/.exec(line.toString())![1]!;
}

async function kill(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill("SIGKILL");
  await once(process, "exit");
}

function start(): Promise<StreamingQuery> {
  const input = Session.create({ warn: () => {} })
    .readStream.schema("k STRING")
    .json(join(folder, "in"));
  const writer = input.writeStream.format("json").option("checkpointLocation", join(folder, "checkpoint"));
  return writer.trigger({ availableNow: true }).start(join(folder, "out"));
}

it("the second start is refused with the first one's process id; killed, it is followed at once, and nothing comes twice", async () => {
  const runId = await startOther();
  const { pid } = child!;
  expect(await refusalOf(start())).toMatchObject({ condition: "CHECKPOINT_IN_USE", parameters: { pid: String(pid), runId } });
  await kill(child!);
  await writeFile(join(folder, "in", "1.json"), '{"k":"b"}\n');
  const query = await start();
  await query.awaitTermination();
  const output = Session.create().read.schema("k STRING").json(join(folder, "out")).orderBy("k");
  expect((await output.collect()).map(({ k }) => String(k))).toEqual(["a", "b"]);
});
