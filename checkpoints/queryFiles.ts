import type { FileSystem } from "../engine/contract/fileSystem.js";
import type { Json } from "../engine/contract/json.js";
import { corruptFile, decodeText, encodeText, JsonFields } from "../engine/contract/logText.js";
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

const shapeVersion = 1;

/** What kind of query a checkpoint belongs to (`query.json`); null where nobody has said so yet, as in a checkpoint of Spark's. */
export async function readQueryShape(files: FileSystem, root: string): Promise<Json> {
  const path = shapePath(root);
  const refuse = corruptFile(path);
  const bytes = await files.read(path);
  if (bytes === null) return null;
  const fields = JsonFields.parse(decodeText(bytes, refuse), refuse);
  const version = fields.integer("version");
  if (version > shapeVersion) {
    throw new StreamingError("CHECKPOINT_FORMAT_UNKNOWN", { path, version: String(version), maxVersion: String(shapeVersion) });
  }
  return fields.members["shape"] ?? null;
}

export function writeQueryShape(files: FileSystem, root: string, shape: Json): Promise<void> {
  return files.replace(shapePath(root), encodeText(JSON.stringify({ version: shapeVersion, shape })));
}

function shapePath(root: string): string {
  return `${root}/query.json`;
}
