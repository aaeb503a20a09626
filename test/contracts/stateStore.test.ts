import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardedFiles } from "../../checkpoints/guardedFiles.js";
import { FileStateStore } from "../../checkpoints/state/stateStore.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import type { StateChanges, StateStore } from "../../engine/contract/state.js";
import { localFileSystem } from "../../runtime/localFileSystem.js";
import { World } from "../simulation/world/world.js";
import { changesArbitrary } from "./stateArbitrary.js";
import { StateModel } from "./stateModel.js";

/** The commits that a store asks about: which file each version is. */
type Committed = Map<number, string>;

function storeOn(files: FileSystem, folder: string, runId: string, committed: Committed, minDeltasForSnapshot = 3): StateStore {
  return new FileStateStore({
    files: guardedFiles(files),
    folder,
    location: folder,
    runId,
    startedMs: 0,
    stateFileOf: async (version) => committed.get(version) ?? null,
    hasCommits: async () => committed.size > 0,
    minDeltasForSnapshot,
    warn: () => undefined,
  });
}

async function restored(store: StateStore, version: number): Promise<StateModel> {
  const model = new StateModel();
  for await (const changes of store.restore(version)) model.apply(changes);
  return model;
}

/** Commits `changes` as the next version; a snapshot when one is due. */
async function commit(store: StateStore, version: number, changes: StateChanges[], model: StateModel, committed: Committed): Promise<void> {
  committed.set(version, await store.writeDelta(version, changes));
  for (const change of changes) model.apply(change);
  await store.advanceSnapshot(version, [model]);
}

/** A history: each step is a batch, or a restart before it. */
const history = fc.array(fc.record({ changes: changesArbitrary, restart: fc.boolean(), retained: fc.integer({ min: 1, max: 6 }) }), {
  maxLength: 14,
});

interface Step {
  readonly changes: StateChanges[];
  readonly restart: boolean;
  readonly retained: number;
}

type Plain = ReturnType<StateModel["toPlain"]>;

/** Lives through a history; gives what every restart and every retained version restored, and what the model says of them. */
async function replayHistory(files: FileSystem, folder: string, steps: readonly Step[]): Promise<{ found: Plain[]; expected: Plain[] }> {
  const committed: Committed = new Map();
  const versions = [new StateModel()];
  const found: Plain[] = [];
  const expected: Plain[] = [];
  const check = async (store: StateStore, version: number): Promise<void> => {
    found.push((await restored(store, version)).toPlain());
    expected.push(versions[version]!.toPlain());
  };
  let store = storeOn(files, folder, "run-0", committed);
  let oldest = 0;
  for (const [i, { changes, restart, retained }] of steps.entries()) {
    if (restart) {
      store = storeOn(files, folder, `run-${i}`, committed);
      await check(store, i);
    }
    const model = versions[i]!.copy();
    await commit(store, i + 1, changes, model, committed);
    versions.push(model);
    oldest = Math.max(oldest, i + 1 - retained);
    await store.purge(oldest);
  }
  for (let version = oldest; version < versions.length; version++) await check(storeOn(files, folder, "reader", committed), version);
  return { found, expected };
}

describe("state store", () => {
  it("restores every retained version of any history, over restarts (simulated disk)", async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const { found, expected } = await replayHistory(new World(1).runtime("one").files, "/c/state", steps);
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("restores every retained version of any history, over restarts (local disk)", async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const root = await mkdtemp(join(tmpdir(), "tidemark-state-"));
        try {
          const { found, expected } = await replayHistory(localFileSystem, join(root, "state"), steps);
          expect(found).toEqual(expected);
        } finally {
          await rm(root, { recursive: true, force: true });
        }
      }),
      { numRuns: 8 },
    );
  });

  it("keeps two snapshots that the oldest retained version can start from, and nothing older", async () => {
    const { files } = new World(1).runtime("one");
    const committed: Committed = new Map();
    const store = storeOn(files, "/c/state", "r", committed, 2);
    const [changes] = fc.sample(
      changesArbitrary.filter((tables) => tables.some((t) => t.upserts !== null)),
      { numRuns: 1, seed: 5 },
    );
    const model = new StateModel();
    for (let version = 1; version <= 30; version++) {
      await commit(store, version, changes!, model, committed);
      await store.purge(version - 3);
    }
    const versions = (await files.list("/c/state"))
      .filter((entry) => entry.name.endsWith("snapshot"))
      .map((entry) => Number.parseInt(entry.name, 10));
    const usable = versions.filter((version) => version <= 27).toSorted((a, b) => a - b);
    expect(usable).toHaveLength(2);
    const oldestFile = Math.min(...(await files.list("/c/state")).map((entry) => Number.parseInt(entry.name, 10)));
    expect(oldestFile).toBe(usable[0]);
  });

  it("never reads what a run left that did not commit", async () => {
    const { files } = new World(1).runtime("one");
    const committed: Committed = new Map();
    const model = new StateModel();
    const [first, second] = fc.sample(
      changesArbitrary.filter((tables) => tables.some((t) => t.upserts !== null)),
      { numRuns: 2, seed: 9 },
    );
    const stalled = storeOn(files, "/c/state", "stalled", committed);
    await commit(stalled, 1, first!, model, committed);
    const owner = storeOn(files, "/c/state", "owner", committed);
    await restored(owner, 1);
    await stalled.writeDelta(2, first!);
    const expected = model.copy();
    await commit(owner, 2, second!, expected, committed);
    expect((await restored(storeOn(files, "/c/state", "reader", committed), 2)).toPlain()).toEqual(expected.toPlain());
  });
});
