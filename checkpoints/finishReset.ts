import type { Json } from "../engine/contract/json.js";
import { answersFolder } from "./answerLog.js";
import { idsBehind, idsOf } from "./folder.js";
import type { CheckpointPlace } from "./location.js";
import { readQueryShape, writeQueryShape, writeTold } from "./queryFiles.js";
import { isDamage, StateFolder } from "./state/stateFolder.js";

/**
 * Takes away what lies behind the batch that a tool has told a query to go back to, as its owner. Whoever dies on the way leaves the word there, and the next
 * owner does the rest: until the end, readers see the logs as far as that batch only.
 */
export async function finishReset(place: CheckpointPlace, toBatch: number): Promise<void> {
  const { files, root } = place;
  // The commits first: a batch that is committed was planned. From the newest down, so that no log ever has a hole.
  for (const log of ["commits", "offsets", answersFolder]) {
    const folder = `${root}/${log}`;
    const listed = idsOf((await files.list(folder)).map(({ name }) => name));
    const behind = log === answersFolder ? [] : await idsBehind(files, listed.at(-1) ?? -1, (id) => `${folder}/${id}`);
    const gone = [...listed, ...behind].filter((id) => id > toBatch).toReversed();
    for (const id of gone) await files.remove(`${folder}/${id}`);
    if (gone.length > 0) await files.syncDirectory(folder);
  }
  await removeNewerState(place, toBatch + 1);
  await forgetOutputs(place);
  await writeTold(files, root, { resetTo: null });
}

/** Deltas and snapshots of versions that are to come again, and snapshots with slices of them. */
async function removeNewerState({ files, root }: CheckpointPlace, version: number): Promise<void> {
  const folder = new StateFolder(files, `${root}/state`, null);
  let isChanged = false;
  for (const { name, file } of await folder.stateFiles()) {
    if (file.version <= version && (file.kind === "delta" || (await newestSlice(folder, name)) <= version)) continue;
    await folder.remove(name);
    isChanged = true;
  }
  if (isChanged) await folder.sync();
}

/** The version of a snapshot's newest slice; of one that nobody can read it is newer than any. */
async function newestSlice(folder: StateFolder, name: string): Promise<number> {
  try {
    const reader = await folder.open(name);
    await reader?.close();
    return reader?.index.version ?? Infinity;
  } catch (error) {
    if (isDamage(error)) return Infinity;
    throw error;
  }
}

/** Where the query writes is for the next start to say: its output of before has batches that come again. */
async function forgetOutputs({ files, root }: CheckpointPlace): Promise<void> {
  const shape = await readQueryShape(files, root);
  if (typeof shape !== "object" || shape === null || Array.isArray(shape)) return;
  const kept = Object.entries(shape as Readonly<Record<string, Json>>).filter(
    ([member]) => member !== "sinkPlace" && member !== "sidePlaces",
  );
  await writeQueryShape(files, root, Object.fromEntries(kept));
}
