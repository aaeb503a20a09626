import { absolutePath } from "../connectors/files/uri.js";
import { lendForCall } from "../engine/contract/lending.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { schemaOf, type AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import { outputOf } from "../engine/plan/outputOf.js";
import { checkBatch } from "../engine/plan/analyzer/streaming.js";
import { runBoundedPlan } from "./execution.js";
import { sinkFormats } from "./formats.js";
import { optionOf } from "./options.js";
import { checkTablesAreThere, fixedFolder, folderPlace, isWithin, placeOf, readPaths } from "./places.js";
import type { SessionContext } from "./sessionContext.js";
import type { WriteDefinition } from "./writeDefinition.js";

/**
 * Runs a bounded plan into a sink, as one batch. Gives the number of rows. When `stopped` is aborted it leaves nothing visible and throws the signal's reason.
 *
 * @throws PATH_ALREADY_EXISTS in mode errorifexists, UNSUPPORTED_OVERWRITE.PATH when what is overwritten is read
 */
export async function writeBatch(session: SessionContext, definition: WriteDefinition, stopped?: AbortSignal): Promise<number> {
  const { plan, options, partitionBy } = definition;
  checkBatch(plan);
  await checkTablesAreThere(session, plan);
  const { runtime } = session;
  const provider = await sinkFormats.load(definition.format, session);
  const schema = schemaOf(outputOf(plan));
  const { print, warn } = session;
  const sink = provider.create({
    runtime,
    options,
    schema,
    outputMode: "append",
    streaming: false,
    partitionBy,
    conf: session.conf.toRecord(),
    print,
    warn,
  });
  if (!(await targetIsFree(session, definition))) return 0;
  const queryId = runtime.uuid();
  let rows = 0;
  try {
    await sink.start({ queryId, runId: queryId, outputId: "main" });
    const batchTimeMs = runtime.clock.nowMs();
    const output = await sink.open({
      batchId: 0,
      outputMode: "append",
      schema,
      keyColumns: null,
      changeColumn: null,
      batchTimeMs,
      replay: false,
    });
    try {
      await runBoundedPlan(session, plan, (batch) => {
        stopped?.throwIfAborted();
        rows += batch.length;
        return output === null ? undefined : lendForCall(runtime.lending, batch, (lent) => output.write(lent));
      });
      await output?.prepare();
      stopped?.throwIfAborted();
    } catch (error) {
      await output?.abort();
      throw error;
    }
    await output?.commit();
    return rows;
  } finally {
    await sink.stop();
  }
}

/** Makes way as the mode says; false when nothing is to be written. */
async function targetIsFree(session: SessionContext, { plan, options, mode }: WriteDefinition): Promise<boolean> {
  const path = optionOf(options, "path");
  const { files } = session.runtime;
  if (path === undefined || mode === "append") return true;
  const target = absolutePath(path);
  if ((await files.status(target)) === null) return true;
  if (mode === "ignore") return false;
  if (mode === "overwrite") {
    await checkIsNotRead(session, plan, target);
    return files.removeTree(target);
  }
  throw new StreamingError("PATH_ALREADY_EXISTS", { path });
}

async function checkIsNotRead(session: SessionContext, plan: AnalyzedPlan, target: string): Promise<void> {
  const { files } = session.runtime;
  const place = await folderPlace(files, target);
  for (const path of readPaths(session, plan)) {
    if (isWithin(fixedFolder(await placeOf(files, path)), place)) throw new StreamingError("UNSUPPORTED_OVERWRITE.PATH", { path: place });
  }
}
