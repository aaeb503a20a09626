import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { Session } from "./session.js";
import type { StreamDefinition } from "./streamWriter.js";

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
 * The query's own location, or one below the session's by the query's name, or a temporary one for sinks that are for looking.
 *
 * @throws CHECKPOINT_LOCATION_REQUIRED
 */
export function checkpointPlace(session: Session, definition: StreamDefinition): CheckpointPlace {
  const { checkpointLocation, queryName, format } = definition;
  if (checkpointLocation !== null) return kept(checkpointLocation);
  const base = session.conf.find("spark.sql.streaming.checkpointLocation");
  if (base !== undefined && queryName !== null) return kept(`${base.replace(/\/+$/, "")}/${queryName}`);
  if (!lookingSinks.has(format)) throw new StreamingError("CHECKPOINT_LOCATION_REQUIRED", { format });
  const location = mkdtempSync(join(tmpdir(), "tidemark-"));
  return { location, temporary: true, discard: async (files) => void (await files.removeTree(location)) };
}

function kept(location: string): CheckpointPlace {
  return { location, temporary: false, discard: async () => {} };
}
