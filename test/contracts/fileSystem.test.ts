import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localFileSystem } from "../../runtime/localFileSystem.js";
import { World } from "../simulation/world/world.js";
import { fileSystemContract } from "./fileSystemContract.js";

fileSystemContract("local", async () => {
  const root = await mkdtemp(join(tmpdir(), "tidemark-files-"));
  return { files: localFileSystem, root, dispose: () => rm(root, { recursive: true, force: true }) };
});

fileSystemContract("simulated", async () => {
  const world = new World(1);
  world.latencyMs = 2;
  const { files } = world.runtime("one");
  await files.makeDirectory("/root");
  return { files, root: "/root", dispose: async () => undefined };
});
