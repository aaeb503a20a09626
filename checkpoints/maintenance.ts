import type { Checkpoint, LoggedBatch } from "../engine/contract/checkpoint.js";
import { keyGroupCount } from "../engine/contract/state.js";
import type { Runtime } from "../engine/contract/runtime.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { openCheckpoint } from "./checkpoint.js";
import { settleFolder } from "./folder.js";
import { placeOf, type CheckpointPlace } from "./location.js";
import { readTold, writeTold } from "./queryFiles.js";
import { readCheckpoint } from "./reading.js";
import { StateFolder } from "./state/stateFolder.js";

// What changes a checkpoint between two runs of its query. Whoever does so owns it meanwhile, and is refused while the query lives.

const folders = ["offsets", "commits", "answers", "epochs", "state"];

/** What pruning took away. */
export interface Pruned {
  readonly oldestBatchId: number;
  readonly removedFiles: number;
  readonly removedBytes: number;
}

/** Tells a query how many partitions its state has from its next new batch on. Gives how many it had; null before its first batch. */
export async function repartitionCheckpoint(location: string, partitions: number, runtime: Runtime): Promise<number | null> {
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > keyGroupCount) {
    throw new StreamingError("INVALID_OPTION_VALUE", {
      owner: "checkpoint repartition",
      option: "partitions",
      value: String(partitions),
      expected: `a whole number from 1 to ${keyGroupCount}`,
    });
  }
  const place = placeOf(location, runtime);
  return owning(location, runtime, async ({ history }) => {
    const told = await readTold(place.files, place.root);
    await writeTold(place.files, place.root, { partitions });
    const logged = history.at(-1)?.offsets.conf["spark.sql.shuffle.partitions"];
    return told.partitions ?? (logged === undefined ? null : Number(logged));
  });
}

/** Forgets all but the last batches of a checkpoint, and files that no batch needs: of runs that died, snapshots that were never finished. */
export async function pruneCheckpoint(location: string, keptBatches: number, runtime: Runtime): Promise<Pruned> {
  if (!Number.isInteger(keptBatches) || keptBatches < 1) {
    throw new StreamingError("INVALID_OPTION_VALUE", {
      owner: "checkpoint prune",
      option: "keep",
      value: String(keptBatches),
      expected: "a whole number of batches, at least 1",
    });
  }
  const place = placeOf(location, runtime);
  const before = await sizesOf(place);
  // What is kept is said before anything goes; then it is opened as one of so few batches.
  const oldestBatchId = await owning(location, runtime, async ({ history }) => {
    const first = history[0]?.batchId ?? 0;
    // A planned batch goes on from the last commit.
    const committed = history.findLast(({ commit }) => commit !== null)?.batchId ?? first;
    const oldest = Math.max(first, committed - keptBatches + 1);
    if (oldest > first) await writeTold(place.files, place.root, { oldestBatchId: oldest });
    return oldest;
  });
  await owning(location, runtime, async ({ history, offsetLog, commitLog, answers, state }) => {
    await offsetLog.purgeBefore(oldestBatchId);
    await commitLog.purgeBefore(oldestBatchId);
    await answers.purgeBefore(oldestBatchId);
    await state.purge(oldestBatchId);
    await removeUncommitted(place, history, oldestBatchId);
    for (const folder of folders) await settleFolder(place.files, `${place.root}/${folder}`, Infinity);
  });
  const after = await sizesOf(place);
  const gone = [...before].filter(([path]) => !after.has(path));
  return { oldestBatchId, removedFiles: gone.length, removedBytes: gone.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0) };
}

/** Does something as the owner. A place where there is no checkpoint stays as it is. @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_IN_USE */
export async function owning<T>(location: string, runtime: Runtime, work: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  await readCheckpoint(location, runtime, () => undefined);
  const checkpoint = await openCheckpoint({ location, runtime });
  try {
    return await work(checkpoint);
  } finally {
    await checkpoint.release();
  }
}

/** Changes that runs wrote which died before they committed them. What is older than the batches that are kept may lead to them. */
async function removeUncommitted({ files, root }: CheckpointPlace, batches: readonly LoggedBatch[], oldest: number): Promise<void> {
  const named = new Set(batches.map(({ commit }) => commit?.stateFile));
  const folder = new StateFolder(files, `${root}/state`, null);
  for (const { name, file } of await folder.stateFiles()) {
    if (file.kind === "delta" && file.version > oldest && !named.has(name)) await folder.remove(name);
  }
}

async function sizesOf({ files, root }: CheckpointPlace): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const folder of folders) {
    for (const { path, directory, sizeBytes } of await files.list(`${root}/${folder}`)) if (!directory) found.set(path, sizeBytes);
  }
  return found;
}
