import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { absolutePath } from "../connectors/files/uri.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { folderPlace } from "./places.js";
import type { SessionContext } from "./sessionContext.js";
import type { StreamDefinition } from "./streamDefinition.js";

/** Where a query keeps its checkpoint. */
export interface CheckpointPlace {
  readonly location: string;
  /** Made for this run only. */
  readonly temporary: boolean;
  /** Removes a temporary one. */
  discard(files: FileSystem): Promise<void>;
}

/** Sinks for looking: what they showed is not worth keeping. */
const lookingSinks = new Set(["console", "memory", "foreachbatch"]);

/**
 * The query's own location, or one below the session's by the query's name; null for sinks that are for looking, which need none.
 *
 * @throws CHECKPOINT_LOCATION_REQUIRED, INVALID_OPTION_VALUE for a name that is none of a folder
 */
export function checkpointLocationOf(session: SessionContext, definition: StreamDefinition): string | null {
  const { checkpointLocation, queryName, format } = definition;
  if (checkpointLocation !== null) return checkpointLocation;
  const base = session.conf.find("spark.sql.streaming.checkpointLocation");
  if (base !== undefined && queryName !== null) return `${base.replace(/\/+$/, "")}/${folderName(queryName)}`;
  if (!lookingSinks.has(format)) throw new StreamingError("CHECKPOINT_LOCATION_REQUIRED", { format });
  return null;
}

/**
 * The name of a query as the name of a folder, which must not lead out of the one it lies in.
 *
 * @throws INVALID_OPTION_VALUE
 */
export function folderName(queryName: string): string {
  if (!/[/\\\0]/.test(queryName) && !["", ".", ".."].includes(queryName)) return queryName;
  throw new StreamingError("INVALID_OPTION_VALUE", {
    owner: "DataStreamWriter",
    option: "queryName",
    value: queryName,
    expected: "a name that a folder may have, since the query's checkpoint lies in one of that name: without / and \\, and not . or ..",
  });
}

/** A checkpoint for this run only. */
export function temporaryCheckpoint(): CheckpointPlace {
  const location = mkdtempSync(join(tmpdir(), "tidemark-"));
  return { location, temporary: true, discard: async (files) => void (await files.removeTree(location)) };
}

export function keptCheckpoint(location: string): CheckpointPlace {
  return { location, temporary: false, discard: async () => {} };
}

/**
 * Looks, before any of several queries starts, whether two of them would share a checkpoint: the second would be refused when the first runs already.
 *
 * @throws CHECKPOINT_SHARED, CHECKPOINT_LOCATION_REQUIRED
 */
export async function checkCheckpointsAreApart(session: SessionContext, definitions: readonly StreamDefinition[]): Promise<void> {
  const byPlace = new Map<string, string>();
  for (const [i, definition] of definitions.entries()) {
    const location = checkpointLocationOf(session, definition);
    if (location === null) continue;
    const place = await folderPlace(session.runtime.files, absolutePath(location));
    const name = definition.queryName ?? `number ${i + 1}`;
    const other = byPlace.get(place);
    if (other !== undefined) throw new StreamingError("CHECKPOINT_SHARED", { location: place, first: other, second: name });
    byPlace.set(place, name);
  }
}
