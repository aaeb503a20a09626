import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyCheckpoint } from "../checkpoints/copy.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import { checkpointLocationOf } from "./checkpointPlace.js";
import type { SessionContext } from "./sessionContext.js";
import { startStreamingQuery } from "./startQuery.js";
import type { StreamDefinition } from "./streamDefinition.js";

/** Rows of a batch that are shown, of each output. */
const shownRows = 1000;

/**
 * Runs one batch of a query again as it ran: over the rows that its log names, with the state, the watermark and the configuration that it had, into the console. It
 * runs on a copy of the checkpoint, which goes with it; the query, its output and its checkpoint are not touched, and the query may run meanwhile. Functions of
 * users are called again, but for what asynchronous ones answered, which the log has.
 *
 * @throws REPLAY_NEEDS_CHECKPOINT, CHECKPOINT_NOT_FOUND, CHECKPOINT_BATCH_UNKNOWN, and what the batch itself fails with
 */
export async function replayBatch(session: SessionContext, definition: StreamDefinition, batchId: number): Promise<StreamingQuery> {
  const location = checkpointLocationOf(session, definition);
  if (location === null) throw new StreamingError("REPLAY_NEEDS_CHECKPOINT", { name: definition.queryName ?? "" });
  const folder = mkdtempSync(join(tmpdir(), "tidemark-replay-"));
  try {
    const checkpointLocation = join(folder, "checkpoint");
    await copyCheckpoint(location, checkpointLocation, { kind: "replay", batchId }, session.runtime);
    const sides = definition.sides.map(({ outputId, definition: side }) => ({ outputId, definition: shown(side) }));
    const query = await startStreamingQuery(session, { ...shown(definition), sides, trigger: { kind: "once" }, checkpointLocation });
    await query.awaitTermination();
    return query;
  } finally {
    await session.runtime.files.removeTree(folder);
  }
}

function shown(definition: StreamDefinition): StreamDefinition {
  return {
    ...definition,
    format: "console",
    options: { numRows: String(shownRows), truncate: "false" },
    partitionBy: [],
    foreachBatch: null,
  };
}
