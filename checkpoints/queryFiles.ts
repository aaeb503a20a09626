import type { FileSystem } from "../engine/contract/fileSystem.js";
import type { Json } from "../engine/contract/json.js";
import { corruptFile, decodeText, encodeText, JsonFields } from "../engine/contract/logText.js";
import { keyGroupCount } from "../engine/contract/state.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** The id of the query in Spark's `metadata` file; made from `newId` at the first start. */
export async function readOrMakeQueryId(files: FileSystem, root: string, newId: () => string): Promise<string> {
  const found = await readQueryId(files, root);
  if (found !== null) return found;
  const id = newId();
  return (await writeQueryId(files, root, id)) ? id : readOrMakeQueryId(files, root, newId);
}

/** The id of the query; null before the first start. */
export async function readQueryId(files: FileSystem, root: string): Promise<string | null> {
  const refuse = corruptFile(idPath(root));
  const found = await files.read(idPath(root));
  if (found === null) return null;
  const id = JsonFields.parse(decodeText(found, refuse), refuse).text("id");
  if (id.trim() === "") throw refuse("`id` is empty");
  return id;
}

export function writeQueryId(files: FileSystem, root: string, id: string): Promise<boolean> {
  return files.addNew(idPath(root), encodeText(JSON.stringify({ id })));
}

function idPath(root: string): string {
  return `${root}/metadata`;
}

/** Of a file by which a query is to go back; of one that says something else that a tool has told it; one that says nothing is 1, as ever. */
const resetVersion = 3;
const toldVersion = 2;
const plainVersion = 1;

/** What tools have told a query, for its next starts. */
export interface ToldQuery {
  /** How many partitions its state is to have, in place of what its first start chose; null for no word. */
  readonly partitions: number | null;
  /** The oldest batch that a pruning has left; null when nothing was pruned. */
  readonly oldestBatchId: number | null;
  /** The batch to go back behind: what is newer counts no more, and is taken away by whoever opens the checkpoint; null for no word. */
  readonly resetTo: number | null;
}

interface QueryFile {
  readonly shape: Json;
  readonly told: ToldQuery;
}

const nothingTold: ToldQuery = { partitions: null, oldestBatchId: null, resetTo: null };

/** What kind of query a checkpoint belongs to (`query.json`); null where nobody has said so yet, as in a checkpoint of Spark's. */
export async function readQueryShape(files: FileSystem, root: string): Promise<Json> {
  return (await readQueryFile(files, root)).shape;
}

export async function writeQueryShape(files: FileSystem, root: string, shape: Json): Promise<void> {
  await writeQueryFile(files, root, { ...(await readQueryFile(files, root)), shape });
}

/** What tools have told the query of a checkpoint. */
export async function readTold(files: FileSystem, root: string): Promise<ToldQuery> {
  return (await readQueryFile(files, root)).told;
}

export async function writeTold(files: FileSystem, root: string, told: Partial<ToldQuery>): Promise<void> {
  const before = await readQueryFile(files, root);
  await writeQueryFile(files, root, { ...before, told: { ...before.told, ...told } });
}

async function readQueryFile(files: FileSystem, root: string): Promise<QueryFile> {
  const path = shapePath(root);
  const refuse = corruptFile(path);
  const bytes = await files.read(path);
  if (bytes === null) return { shape: null, told: nothingTold };
  const fields = JsonFields.parse(decodeText(bytes, refuse), refuse);
  const version = fields.integer("version");
  if (version > resetVersion) {
    throw new StreamingError("CHECKPOINT_FORMAT_UNKNOWN", { path, version: String(version), maxVersion: String(resetVersion) });
  }
  const told = {
    partitions: fields.has("partitions") ? fields.integer("partitions") : null,
    oldestBatchId: fields.has("oldestBatchId") ? fields.integer("oldestBatchId") : null,
    resetTo: fields.has("resetTo") ? fields.integer("resetTo") : null,
  };
  if (told.partitions !== null && (told.partitions < 1 || told.partitions > keyGroupCount))
    throw refuse(`\`partitions\` is ${told.partitions}`);
  return { shape: fields.members["shape"] ?? null, told };
}

function writeQueryFile(files: FileSystem, root: string, { shape, told }: QueryFile): Promise<void> {
  const { partitions, oldestBatchId, resetTo } = told;
  const isPlain = partitions === null && oldestBatchId === null;
  const content = {
    version: resetTo !== null ? resetVersion : isPlain ? plainVersion : toldVersion,
    ...(partitions !== null && { partitions }),
    ...(oldestBatchId !== null && { oldestBatchId }),
    ...(resetTo !== null && { resetTo }),
    shape,
  };
  return files.replace(shapePath(root), encodeText(JSON.stringify(content)));
}

function shapePath(root: string): string {
  return `${root}/query.json`;
}
