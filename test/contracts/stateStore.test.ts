import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { guardedFiles } from "../../checkpoints/guardedFiles.js";
import { FileStateStore } from "../../checkpoints/state/stateStore.js";
import type { SnapshotChunks } from "../../checkpoints/state/snapshotWriter.js";
import { defaultChunkSizes } from "../../engine/contract/chunkSizes.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { allGroups, type GroupRange, type StateChanges, type StateStore } from "../../engine/contract/state.js";
import { localFileSystem } from "../../runtime/localFileSystem.js";
import { World } from "../simulation/world/world.js";
import { changesArbitrary } from "./stateArbitrary.js";
import { StateModel } from "./stateModel.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

/** The commits that a store asks about: which file each version is. */
type Committed = Map<number, string>;

interface StoreOptions {
  readonly minDeltasForSnapshot?: number;
  readonly chunks?: SnapshotChunks;
  readonly warn?: (message: string) => void;
}

function storeOn(files: FileSystem, folder: string, runId: string, committed: Committed, options: StoreOptions = {}): FileStateStore {
  return new FileStateStore({
    files: guardedFiles(files),
    folder,
    location: folder,
    runId,
    startedMs: 0,
    stateFileOf: async (version) => committed.get(version) ?? null,
    lastCommit: async () => null,
    minDeltasForSnapshot: 3,
    warn: () => undefined,
    chunks: defaultChunkSizes,
    ...options,
  });
}

async function restored(store: FileStateStore, version: number, groups: GroupRange = allGroups): Promise<StateModel> {
  const model = new StateModel();
  for await (const changes of store.restore(version, groups)) model.apply(changes);
  return model;
}

/** Commits `changes` as the next version, then goes on with a snapshot as a query does. */
async function commit(store: StateStore, version: number, changes: StateChanges[], model: StateModel, committed: Committed): Promise<void> {
  committed.set(version, await store.writeDelta(version, changes));
  for (const change of changes) model.apply(change);
  await store.advanceSnapshot(version, [model]);
}

/** A history: each step is a batch, or a restart before it; the process that ends gives its snapshot up in time, or dies. */
const history = fc.array(
  fc.record({ changes: changesArbitrary, restart: fc.constantFrom("no", "no", "stop", "kill"), retained: fc.integer({ min: 1, max: 6 }) }),
  { maxLength: 14 },
);

/** Slices and pieces of a row or a few, so that a snapshot takes many batches; or so large that it takes one. */
const sizes = fc.oneof(
  fc.record({ pieceRows: fc.integer({ min: 1, max: 3 }), sliceRows: fc.integer({ min: 1, max: 3 }) }),
  fc.constant(defaultChunkSizes),
);

interface Step {
  readonly changes: StateChanges[];
  readonly restart: string;
  readonly retained: number;
}

type Plain = ReturnType<StateModel["toPlain"]>;

/** Lives through a history; gives what every restart and every retained version restored, and what the model says of them. */
async function replayHistory(
  files: FileSystem,
  folder: string,
  steps: readonly Step[],
  storeSizes: SnapshotChunks,
): Promise<{ found: Plain[]; expected: Plain[] }> {
  const committed: Committed = new Map();
  const versions = [new StateModel()];
  const found: Plain[] = [];
  const expected: Plain[] = [];
  const check = async (store: FileStateStore, version: number): Promise<void> => {
    found.push((await restored(store, version)).toPlain());
    expected.push(versions[version]!.toPlain());
  };
  const open = (runId: string): FileStateStore => storeOn(files, folder, runId, committed, { chunks: storeSizes });
  let store = open("run-0");
  let oldest = 0;
  for (const [i, { changes, restart, retained }] of steps.entries()) {
    if (restart === "stop") await store.close();
    if (restart !== "no") {
      store = open(`run-${i}`);
      await check(store, i);
    }
    const model = versions[i]!.copy();
    await commit(store, i + 1, changes, model, committed);
    versions.push(model);
    oldest = Math.max(oldest, i + 1 - retained);
    await store.purge(oldest);
  }
  await store.close();
  for (let version = oldest; version < versions.length; version++) await check(open("reader"), version);
  return { found, expected };
}

const firstChanges = (seed: number, count: number): StateChanges[][] =>
  fc.sample(
    changesArbitrary.filter((tables) => tables.some((t) => t.upserts !== null)),
    { numRuns: count, seed },
  );

/** Names of one kind that are there, by version. */
async function versionsOf(files: FileSystem, kind: "delta" | "snapshot"): Promise<number[]> {
  const names = (await files.list("/c/state")).map(({ name }) => name).filter((name) => name.endsWith(kind));
  return names.map((name) => Number.parseInt(name, 10)).toSorted((a, b) => a - b);
}

describe("state store", () => {
  it("restores every retained version of any history, over restarts, with snapshots that take many batches (simulated disk)", async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(history, sizes, async (steps, storeSizes) => {
        const { found, expected } = await replayHistory(new World(1).runtime("one").files, "/c/state", steps, storeSizes);
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("restores every retained version of any history, over restarts (local disk)", async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(history, sizes, async (steps, storeSizes) => {
        const root = await mkdtemp(join(tmpdir(), "tidemark-state-"));
        try {
          const { found, expected } = await replayHistory(localFileSystem, join(root, "state"), steps, storeSizes);
          expect(found).toEqual(expected);
        } finally {
          await rm(root, { recursive: true, force: true });
        }
      }),
      { numRuns: 8 },
    );
  });

  it("restores some key groups alone: together they are all of it", async () => {
    const { files } = new World(1).runtime("one");
    const committed: Committed = new Map();
    const model = new StateModel();
    const store = storeOn(files, "/c/state", "r", committed, { chunks: { pieceRows: 2, sliceRows: 2 } });
    for (const [i, changes] of firstChanges(3, 12).entries()) await commit(store, i + 1, changes, model, committed);
    await store.close();
    const merged = new StateModel();
    for (const [from, to] of [[0, 1] as const, [1, 90] as const, [90, 91] as const, [91, 256] as const]) {
      const part = await restored(storeOn(files, "/c/state", "reader", committed), 12, { from, to });
      for (const [name, table] of part.tables) {
        const all = merged.tables.get(name) ?? new Map();
        for (const [key, row] of table) {
          expect(all.has(key)).toBe(false);
          all.set(key, row);
        }
        merged.tables.set(name, all);
      }
    }
    expect(merged.toPlain()).toEqual(model.toPlain());
  });

  it("keeps two snapshots that the oldest retained version can start from, the deltas behind the older one, and nothing else", async () => {
    for (const storeSizes of [defaultChunkSizes, { pieceRows: 1, sliceRows: 1 }]) {
      const { files } = new World(1).runtime("one");
      const committed: Committed = new Map();
      const store = storeOn(files, "/c/state", "r", committed, { minDeltasForSnapshot: 2, chunks: storeSizes });
      const [changes] = firstChanges(5, 1);
      const model = new StateModel();
      for (let version = 1; version <= 60; version++) {
        await commit(store, version, changes!, model, committed);
        await store.purge(version - 3);
      }
      await store.close();
      const snapshots = await versionsOf(files, "snapshot");
      const deltas = await versionsOf(files, "delta");
      expect(snapshots[0]).toBe(deltas[0]);
      expect(snapshots.filter((version) => version <= 57).length).toBeGreaterThanOrEqual(2);
      expect(snapshots.length).toBeLessThan(5);
      expect(deltas).toEqual(Array.from({ length: 60 - deltas[0]! + 1 }, (_, i) => deltas[0]! + i));
      expect(deltas[0]).toBeGreaterThan(30);
    }
  });

  it("never reads what a run left that did not commit", async () => {
    const { files } = new World(1).runtime("one");
    const committed: Committed = new Map();
    const model = new StateModel();
    const [first, second] = firstChanges(9, 2);
    const stalled = storeOn(files, "/c/state", "stalled", committed);
    await commit(stalled, 1, first!, model, committed);
    const owner = storeOn(files, "/c/state", "owner", committed);
    await restored(owner, 1);
    await stalled.writeDelta(2, first!);
    const expected = model.copy();
    await commit(owner, 2, second!, expected, committed);
    expect((await restored(storeOn(files, "/c/state", "reader", committed), 2)).toPlain()).toEqual(expected.toPlain());
  });

  it("goes on without a snapshot that cannot be written, says so, and tries again", async () => {
    const world = new World(1);
    const { files } = world.runtime("one");
    const committed: Committed = new Map();
    const warnings: string[] = [];
    const options = { minDeltasForSnapshot: 2, chunks: { pieceRows: 1, sliceRows: 1 }, warn: (message: string) => warnings.push(message) };
    const store = storeOn(files, "/c/state", "r", committed, options);
    const model = new StateModel();
    world.fail({ code: "ENOSPC", operation: "write", path: /snapshot$/, times: 1 });
    for (const [i, changes] of firstChanges(7, 20).entries()) {
      await commit(store, i + 1, changes, model, committed);
      if (warnings.length === 1) world.heal();
    }
    await store.close();
    expect(warnings).toEqual([expect.stringMatching(/snapshot of the state could not be written.*disk is full/)]);
    expect((await versionsOf(files, "snapshot")).length).toBeGreaterThan(0);
    expect((await restored(storeOn(files, "/c/state", "reader", committed), 20)).toPlain()).toEqual(model.toPlain());
  });

  it("leaves nothing of a snapshot that is given up at the end", async () => {
    const { files } = new World(1).runtime("one");
    const committed: Committed = new Map();
    const store = storeOn(files, "/c/state", "r", committed, { chunks: { pieceRows: 1, sliceRows: 1 } });
    const model = new StateModel();
    for (const [i, changes] of firstChanges(7, 3).entries()) await commit(store, i + 1, changes, model, committed);
    expect(await versionsOf(files, "snapshot")).toHaveLength(1);
    await store.close();
    expect(await versionsOf(files, "snapshot")).toEqual([]);
  });

  it("syncs a snapshot that a dead process wrote before it removes what that stands for", async () => {
    const world = new World(1);
    const { files } = world.runtime("one");
    const committed: Committed = new Map();
    const model = new StateModel();
    const options = { minDeltasForSnapshot: 2 };
    const writer = storeOn(files, "/c/state", "r", committed, options);
    for (const [i, changes] of firstChanges(7, 8).entries()) await commit(writer, i + 1, changes, model, committed);
    await writer.close();
    // The snapshots are complete, but not synced: their writer was killed in that moment.
    for (const { name, path } of await files.list("/c/state")) {
      if (!name.endsWith(".snapshot")) continue;
      const bytes = (await files.read(path))!;
      await files.remove(path);
      const unsynced = await files.create(path);
      await unsynced.write(bytes);
      await unsynced.close();
    }
    const next = storeOn(files, "/c/state", "next", committed, options);
    await restored(next, 8);
    await next.purge(8);
    expect((await versionsOf(files, "delta")).length).toBeLessThan(8);
    world.crash();
    const { files: after } = world.runtime("two");
    expect((await restored(storeOn(after, "/c/state", "reader", committed), 8)).toPlain()).toEqual(model.toPlain());
  });
});
