import type { FileSystem } from "../engine/contract/fileSystem.js";
import type { Json } from "../engine/contract/json.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { decodeText, encodeText, integerMember, parseJsonObject, textMember } from "./logText.js";

/** The id of the query in Spark's `metadata` file; made from `newId` at the first start. */
export async function readOrMakeQueryId(files: FileSystem, root: string, newId: () => string): Promise<string> {
  const path = `${root}/metadata`;
  const found = await files.read(path);
  if (found !== null) return textMember(parseJsonObject(decodeText(found, path), path), "id", path);
  const id = newId();
  return (await files.addNew(path, encodeText(JSON.stringify({ id })))) ? id : readOrMakeQueryId(files, root, newId);
}

const shapeVersion = 1;

/** What kind of query a checkpoint belongs to (`query.json`); null where nobody has said so yet, as in a checkpoint of Spark's. */
export async function readQueryShape(files: FileSystem, root: string): Promise<Json> {
  const path = shapePath(root);
  const bytes = await files.read(path);
  if (bytes === null) return null;
  const fields = parseJsonObject(decodeText(bytes, path), path);
  const version = integerMember(fields, "version", path);
  if (version > shapeVersion) {
    throw new StreamingError("CHECKPOINT_FORMAT_UNKNOWN", { path, version: String(version), maxVersion: String(shapeVersion) });
  }
  return fields["shape"] ?? null;
}

export function writeQueryShape(files: FileSystem, root: string, shape: Json): Promise<void> {
  return files.replace(shapePath(root), encodeText(JSON.stringify({ version: shapeVersion, shape })));
}

function shapePath(root: string): string {
  return `${root}/query.json`;
}
