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

fileSystemContract("simulated object store", async () => {
  const world = new World(1);
  world.latencyMs = 2;
  return { files: world.runtime("one").files, root: "s3://bucket/root", isObjectStore: true, dispose: async () => undefined };
});

fileSystemContract("simulated object store whose answers get lost", async () => {
  const world = new World(1);
  world.objectFaults = { refused: 0.2, lost: 0.2, late: 0.1, staleMs: 0 };
  return { files: world.runtime("one").files, root: "s3://bucket/root", isObjectStore: true, dispose: async () => undefined };
});
