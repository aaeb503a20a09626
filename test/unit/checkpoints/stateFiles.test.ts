import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { guardedFiles } from "../../../checkpoints/guardedFiles.js";
import { StateFileReader, StateFileWriter } from "../../../checkpoints/state/stateFile.js";
import { FileStateStore, type StateStoreOptions } from "../../../checkpoints/state/stateStore.js";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { defaultChunkSizes } from "../../../engine/contract/chunkSizes.js";
import type { FileSystem } from "../../../engine/contract/fileSystem.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { StateChanges } from "../../../engine/contract/state.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { deleteSchema, StateModel, upsertSchema } from "../../contracts/stateModel.js";
import { World } from "../../simulation/world/world.js";

const folder = "/c/state";

const changesOf = (version: number): StateChanges[] => [
  {
    operatorId: "0",
    storeName: "default",
    droppedPanes: [],
    deletes: null,
    upserts: batchFromRows(upsertSchema, [[`key ${version % 5}`, 0n, BigInt(version), version / 3, null, 7]]),
  },
];

/** The rows as one upsert each, and as one delete each where asked for, in so many chunks. */
function inChunks(rows: readonly (readonly Value[])[], chunks: number, deletes: boolean): StateChanges[] {
  return Array.from({ length: chunks }, (_, chunk) => {
    const some = rows.slice((chunk * rows.length) / chunks, ((chunk + 1) * rows.length) / chunks);
    return {
      operatorId: "0",
      storeName: "default",
      droppedPanes: [],
      deletes: deletes
        ? batchFromRows(
            deleteSchema,
            some.map((row) => [row[0]!, row[1]!, row.at(-1)!]),
          )
        : null,
      upserts: batchFromRows(upsertSchema, some),
    };
  });
}

/** Seven versions: snapshots of 3 and 6 (with three deltas to one), and what each version holds. */
async function writeHistory(store: FileStateStore, committed: Map<number, string>): Promise<StateModel[]> {
  const versions = [new StateModel()];
  for (let version = 1; version <= 7; version++) {
    committed.set(version, await store.writeDelta(version, changesOf(version)));
    const model = versions.at(-1)!.copy();
    for (const change of changesOf(version)) model.apply(change);
    versions.push(model);
    await store.advanceSnapshot(version, [model]);
  }
  return versions;
}

/** One bit of the byte at `at` is wrong. */
const flip =
  (at: number) =>
  (bytes: Uint8Array): Uint8Array =>
    bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe("state files", () => {
  let files: FileSystem;
  let committed: Map<number, string>;
  let versions: StateModel[];
  let warnings: string[];

  const optionsOf = (runId: string): StateStoreOptions => ({
    files: guardedFiles(files),
    folder,
    location: "/c",
    runId,
    startedMs: 0,
    stateFileOf: async (version) => committed.get(version) ?? null,
    lastCommit: async () => null,
    minDeltasForSnapshot: 3,
    chunks: defaultChunkSizes,
    warn: (message) => warnings.push(message),
  });
  const storeOf = (runId: string): FileStateStore => new FileStateStore(optionsOf(runId));

  const restore = async (version: number): Promise<StateModel> => {
    const model = new StateModel();
    for await (const changes of storeOf("reader").restore(version)) model.apply(changes);
    return model;
  };

  /** Changes a file behind everybody's back. */
  const damage = async (name: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> => {
    const bytes = await files.read(`${folder}/${name}`);
    await files.replace(`${folder}/${name}`, change(bytes!));
  };

  beforeEach(async () => {
    files = new World(1).files;
    committed = new Map();
    warnings = [];
    versions = await writeHistory(storeOf("run"), committed);
  });

  it("restore from the newest snapshot", async () => {
    await files.remove(`${folder}/1.run.delta`);
    await files.remove(`${folder}/5.run.delta`);
    await files.remove(`${folder}/6.run.delta`);
    expect((await restore(7)).toPlain()).toEqual(versions[7]!.toPlain());
    expect(warnings).toEqual([]);
  });

  it("restore from an older snapshot when the newest is damaged, and say so", async () => {
    await damage("6.run.snapshot", flip(100));
    await files.remove(`${folder}/3.run.delta`);
    expect((await restore(7)).toPlain()).toEqual(versions[7]!.toPlain());
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("6.run.snapshot");
  });

  it("restore from the beginning when every snapshot is torn", async () => {
    await damage("6.run.snapshot", (bytes) => bytes.subarray(0, bytes.length / 2));
    await damage("3.run.snapshot", () => new Uint8Array(0));
    expect((await restore(7)).toPlain()).toEqual(versions[7]!.toPlain());
    expect(warnings).toHaveLength(2);
  });

  it("name the damaged snapshot when nothing older is left", async () => {
    await damage("6.run.snapshot", flip(100));
    await files.remove(`${folder}/6.run.delta`);
    await expect(restore(7)).rejects.toMatchObject({ condition: "CHECKPOINT_CORRUPT", parameters: { path: `${folder}/6.run.snapshot` } });
  });

  it("name the missing delta", async () => {
    await files.remove(`${folder}/7.run.delta`);
    await expect(restore(7)).rejects.toMatchObject({ condition: "CHECKPOINT_FILE_MISSING", parameters: { path: `${folder}/7.run.delta` } });
  });

  it("never give a wrong state, whichever byte of a delta is damaged", async () => {
    const path = `${folder}/7.run.delta`;
    const good = (await files.read(path))!;
    let unnoticed = 0;
    for (let at = 0; at < good.length; at++) {
      await files.replace(path, flip(at)(good));
      const outcome = await restore(7).then(
        (model) => model.toPlain(),
        (error: unknown) => (error instanceof StreamingError ? { condition: error.condition, path: error.parameters["path"] } : error),
      );
      const refusal = { condition: expect.stringMatching(/^CHECKPOINT_(CORRUPT|FORMAT_UNKNOWN)$/), path };
      // Bytes that align a section belong to nobody.
      const harmless = JSON.stringify(outcome) === JSON.stringify(versions[7]!.toPlain());
      if (harmless) unnoticed++;
      expect(outcome).toEqual(harmless ? versions[7]!.toPlain() : refusal);
    }
    expect(unnoticed).toBeLessThan(8);
  });

  it("refuse any prefix of a delta", async () => {
    const good = (await files.read(`${folder}/7.run.delta`))!;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: good.length - 1 }), async (length) => {
        await files.replace(`${folder}/7.run.delta`, good.subarray(0, length));
        await expect(restore(7)).rejects.toMatchObject({ condition: "CHECKPOINT_CORRUPT" });
      }),
      { numRuns: 40 },
    );
  });

  it("are refused when a newer version wrote them", async () => {
    await damage("7.run.delta", (bytes) => {
      const changed = bytes.slice();
      new DataView(changed.buffer).setUint32(changed.length - 12, 4, true);
      return changed;
    });
    await expect(restore(7)).rejects.toMatchObject({
      condition: "CHECKPOINT_FORMAT_UNKNOWN",
      parameters: { path: `${folder}/7.run.delta`, version: "4", maxVersion: "3" },
    });
  });

  it("are refused where a file was put in place of another", async () => {
    const other = (await files.read(`${folder}/4.run.delta`))!;
    await files.replace(`${folder}/7.run.delta`, other);
    await expect(restore(7)).rejects.toMatchObject({ condition: "CHECKPOINT_CORRUPT", parameters: { path: `${folder}/7.run.delta` } });
  });

  it.each(["../elsewhere.delta", "/data/1.x.delta", "a/../1.x.delta", ""])(
    "are refused where they name %j as the one before",
    async (previous) => {
      const path = `${folder}/2.x.delta`;
      const writer = await StateFileWriter.create(guardedFiles(files), path);
      await writer.finish({ kind: "delta", version: 2, runId: "x", previous, isWhole: false, base: null, tables: [] });
      await writer.close();
      const opened = StateFileReader.open(files, path);
      await expect(opened).rejects.toMatchObject({
        condition: "CHECKPOINT_CORRUPT",
        message: expect.stringContaining(JSON.stringify(previous)),
      });
    },
  );

  it("are refused where the commit log names none, as in Spark's checkpoints", async () => {
    committed.delete(7);
    await expect(restore(7)).rejects.toMatchObject({
      condition: "CHECKPOINT_STATE_NOT_OURS",
      parameters: { location: "/c", batchId: "6" },
    });
  });

  it("do not take a snapshot of what is not committed", async () => {
    const store = storeOf("next");
    for await (const changes of store.restore(7)) expect(changes.operatorId).toBe("0");
    await store.writeDelta(8, changesOf(8));
    await store.writeDelta(9, changesOf(9));
    await expect(store.advanceSnapshot(9, [])).rejects.toMatchObject({ condition: "INTERNAL_ERROR" });
    await expect(store.writeDelta(9, changesOf(9))).rejects.toMatchObject({ condition: "INTERNAL_ERROR" });
  });

  it("ask for a snapshot when the deltas have grown to the size of the last one", async () => {
    const store = storeOf("next");
    for await (const changes of store.restore(7)) expect(changes.operatorId).toBe("0");
    for (let version = 8; version <= 12; version++) {
      committed.set(version, await store.writeDelta(version, changesOf(version)));
      await store.advanceSnapshot(version, [versions[7]!]);
    }
    const names = (await files.list(folder)).map(({ name }) => name).filter((name) => name.endsWith(".snapshot"));
    // One delta since the snapshot of 6 was restored; the third one is enough.
    expect(names).toEqual(["12.next.snapshot", "3.run.snapshot", "6.run.snapshot", "9.next.snapshot"]);
  });

  it("are as small as in version 1, however many partitions the rows come from", async () => {
    const rows = Array.from({ length: 100 }, (_, i) => [`key ${i}`, BigInt(i) * 60_000_000n, BigInt(i), i / 3, null, i * 40_000_000]);
    const sizesOf = async (deletes: boolean): Promise<number[]> => {
      const sizes: number[] = [];
      for (const chunks of [1, 4, 100]) {
        const place = `/c/${deletes}${chunks}`;
        await new FileStateStore({ ...optionsOf("5a3f1f0e-0000-4000-8000-000000000001"), folder: place }).writeDelta(
          1,
          inChunks(rows, chunks, deletes),
        );
        sizes.push(...(await files.list(place)).map(({ sizeBytes }) => sizeBytes));
      }
      return sizes;
    };
    const [upserts, ...same] = await sizesOf(false);
    expect(same).toEqual([upserts, upserts]);
    // Version 1 took 5,373 bytes for the upserts of one partition, and 7,644 with deletes, which had no hashes; of four partitions 8,497 and 12,196.
    expect(upserts).toBeLessThanOrEqual(5_373);
    const [both, ...sameBoth] = await sizesOf(true);
    expect(sameBoth).toEqual([both, both]);
    expect(both).toBeLessThanOrEqual(7_644 + 600);
  });
});
