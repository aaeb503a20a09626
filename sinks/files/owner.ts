import { corruptManifest, manifestFolder, listManifest } from "../../connectors/files/manifest.js";
import { displayPath } from "../../connectors/files/uri.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { decodeText, JsonFields } from "../../engine/contract/logText.js";
import type { OutputIdentity } from "../../engine/contract/sink.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** Beside the manifest, so that Spark, which reads what is listed, never sees it. */
const ownerFile = "_tidemark_owner";

/**
 * Says whose output a folder is, at the first start; at every later one checks it. Spark's manifest has batch ids only, which two queries have in common.
 *
 * @throws SINK_BELONGS_TO_ANOTHER_QUERY, MANIFEST_CORRUPT
 */
export async function claimFolder(files: FileSystem, folder: string, { queryId, outputId }: OutputIdentity): Promise<void> {
  const path = `${folder}/${ownerFile}`;
  const mine = JSON.stringify({ queryId, outputId });
  let owner = await readOwner(files, path);
  if (owner === null) {
    const { latest } = await listManifest(files, `${folder}/${manifestFolder}`);
    if (latest >= 0) throw foreign(folder, queryId, "another engine, such as Spark,");
    if (await files.addNew(path, new TextEncoder().encode(mine))) return;
    owner = await readOwner(files, path);
  }
  if (owner?.queryId === queryId && owner.outputId === outputId) return;
  throw foreign(folder, queryId, owner ? `query ${owner.queryId} (output ${owner.outputId})` : "an owner that is gone");
}

/** Whose streaming output a folder is; null when it is nobody's. @throws MANIFEST_CORRUPT */
export async function ownerOf(files: FileSystem, folder: string): Promise<string | null> {
  const owner = await readOwner(files, `${folder}/${ownerFile}`);
  if (owner !== null) return `query ${owner.queryId}`;
  const manifest = await files.status(`${folder}/${manifestFolder}`);
  return manifest === null ? null : "a streaming query of another engine";
}

export function foreign(folder: string, queryId: string, owner: string): StreamingError {
  return new StreamingError("SINK_BELONGS_TO_ANOTHER_QUERY", { sink: displayPath(folder), owner, queryId });
}

async function readOwner(files: FileSystem, path: string): Promise<{ queryId: string; outputId: string } | null> {
  const bytes = await files.read(path);
  if (bytes === null) return null;
  const refuse = corruptManifest(path);
  const fields = JsonFields.parse(decodeText(bytes, refuse), refuse);
  return { queryId: fields.text("queryId"), outputId: fields.text("outputId") };
}
