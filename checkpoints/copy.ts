import type { FileSystem } from "../engine/contract/fileSystem.js";
import { encodeText } from "../engine/contract/logText.js";
import type { Runtime } from "../engine/contract/runtime.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { answersFolder } from "./answerLog.js";
import { commitLogCodec, type CommitRecord } from "./commitLog.js";
import { idsOf, listFolder } from "./folder.js";
import { placeOf, type CheckpointPlace } from "./location.js";
import { FileMetadataLog } from "./metadataLog.js";
import { offsetLogCodec } from "./offsetLog.js";
import { readQueryShape, readTold, writeQueryId, writeQueryShape, writeTold } from "./queryFiles.js";
import { readCheckpoint, type CheckpointReading } from "./reading.js";
import { parseStateFileName } from "./state/stateFileName.js";

/** What a copy of a checkpoint is for. */
export type CopyPurpose =
  /** The same query, to be started from there instead of here. */
  | { readonly kind: "savepoint" }
  /** Another query, which goes on from there with an output of its own. */
  | { readonly kind: "fork"; readonly queryId: string }
  /** One batch again, with its state before it, and nothing behind it. */
  | { readonly kind: "replay"; readonly batchId: number };

/** How much of a file is copied at once. */
const copiedBytes = 1024 * 1024;

/**
 * Copies a checkpoint, whose query may run meanwhile, into a folder that is not there yet. The query's id comes last: a copy that
 * was cut short has logs without it, and is refused by a start.
 *
 * Gives the last batch that the copy knows as committed; null when there is none.
 *
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_COPY_TARGET, CHECKPOINT_BATCH_UNKNOWN; CHECKPOINT_FILE_MISSING when the running query removed what was to be copied
 */
export async function copyCheckpoint(from: string, to: string, purpose: CopyPurpose, runtime: Runtime): Promise<number | null> {
  const reading = await readCheckpoint(from, runtime, () => undefined);
  const source = placeOf(from, runtime);
  const target = placeOf(to, runtime);
  if ((await target.files.list(target.root)).length > 0) throw new StreamingError("CHECKPOINT_COPY_TARGET", { location: target.root });
  const batches = wantedBatches(reading, purpose);
  const committed = batches.findLast(({ commit }) => commit !== null)?.batchId ?? null;
  const copy = new Copy(source, target);
  await copy.state((committed ?? -1) + 1);
  for (const ordinal of idsOf((await source.files.list(`${source.root}/sources`)).map(({ name }) => name)))
    await copy.folder(`sources/${ordinal}`, () => true);
  const last = batches.at(-1)?.batchId ?? -1;
  await copy.folder(answersFolder, (name) => Number(name) <= last);
  await copyShape(source, target, purpose);
  const { partitions } = await readTold(source.files, source.root);
  if (partitions !== null) await writeTold(target.files, target.root, { partitions });
  await writeLogs(target, batches);
  const queryId = purpose.kind === "fork" ? purpose.queryId : reading.queryId;
  if (queryId !== null) await writeQueryId(target.files, target.root, queryId);
  return committed;
}

/** The batches that the copy has, the commit of one that is to run again left out. */
function wantedBatches({ batches, location }: CheckpointReading, purpose: CopyPurpose): CheckpointReading["batches"] {
  if (purpose.kind !== "replay") return batches;
  const { batchId } = purpose;
  const place = batches.findIndex((batch) => batch.batchId === batchId);
  // What it starts from is said by the batch before.
  if (place < 0 || (place === 0 && batchId > 0)) {
    const kept = batches.length === 0 ? "none" : `${batches[0]!.batchId === 0 ? 0 : batches[0]!.batchId + 1} to ${batches.at(-1)!.batchId}`;
    throw new StreamingError("CHECKPOINT_BATCH_UNKNOWN", { location, batchId: String(batchId), kept });
  }
  return [...batches.slice(0, place), { ...batches[place]!, commit: null }];
}

/** Where its output may go is not said by the original: a copy that is another query has an output of its own. */
async function copyShape(source: CheckpointPlace, target: CheckpointPlace, { kind }: CopyPurpose): Promise<void> {
  const shape = await readQueryShape(source.files, source.root);
  if (typeof shape !== "object" || shape === null || Array.isArray(shape)) return;
  const { sinkPlace, sidePlaces, ...rest } = shape as Readonly<Record<string, typeof shape>>;
  const places = { ...(sinkPlace !== undefined && { sinkPlace }), ...(sidePlaces !== undefined && { sidePlaces }) };
  await writeQueryShape(target.files, target.root, kind === "savepoint" ? { ...rest, ...places } : rest);
}

/** Commits are written without their sums of the sources' logs, which may have entries of later batches. */
async function writeLogs({ files, root }: CheckpointPlace, batches: CheckpointReading["batches"]): Promise<void> {
  const offsets = await FileMetadataLog.look(files, `${root}/offsets`, offsetLogCodec);
  const commits = await FileMetadataLog.look(files, `${root}/commits`, commitLogCodec);
  const first = batches[0]?.batchId ?? 0;
  for (const { batchId, offsets: entry, commit } of batches) {
    await files.addNew(offsets.pathOf(batchId), encodeText(offsetLogCodec.format(entry)));
    if (commit === null) continue;
    const record = { ...withoutSums(commit), batchId, oldestBatchId: first };
    await files.addNew(commits.pathOf(batchId), encodeText(commitLogCodec.format(record)));
  }
}

function withoutSums(commit: CommitRecord): CommitRecord {
  return Object.fromEntries(Object.entries(commit).filter(([member]) => member !== "checksums")) as unknown as CommitRecord;
}

class Copy {
  constructor(
    private readonly from: CheckpointPlace,
    private readonly to: CheckpointPlace,
  ) {}

  /** The schemas, and the state files up to a version. */
  async state(version: number): Promise<void> {
    await this.folder("state", (name) => {
      const file = parseStateFileName(name);
      return file === null ? name.startsWith("schema-") : file.version <= version;
    });
  }

  async folder(folder: string, isWanted: (name: string) => boolean): Promise<void> {
    const names = (await listFolder(this.from.files, `${this.from.root}/${folder}`)).filter(isWanted);
    for (const name of names) await this.file(`${folder}/${name}`);
    if (names.length > 0) await this.to.files.syncDirectory(`${this.to.root}/${folder}`);
  }

  private async file(path: string): Promise<void> {
    const source = await this.from.files.open(`${this.from.root}/${path}`);
    // The query removed what it needs no more.
    if (source === null) return;
    try {
      await copyBytes(this.to.files, `${this.to.root}/${path}`, source);
    } finally {
      await source.close();
    }
  }
}

async function copyBytes(files: FileSystem, path: string, source: NonNullable<Awaited<ReturnType<FileSystem["open"]>>>): Promise<void> {
  const target = await files.create(path);
  try {
    const window = new Uint8Array(Math.min(copiedBytes, Math.max(1, source.sizeBytes)));
    for (let at = 0; ;) {
      const got = await source.read(window, at);
      if (got === 0) break;
      await target.write(window.slice(0, got));
      at += got;
    }
    await target.sync();
  } finally {
    await target.close();
  }
}
