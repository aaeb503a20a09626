import { lazily } from "../engine/errors/loading.js";
import type { SinkProvider } from "../engine/contract/provider.js";
import { sinkFormats } from "./formats.js";
import type { SessionContext } from "./sessionContext.js";
import type { StreamDefinition } from "./streamDefinition.js";
import { userCode } from "./userCode.js";

/** What a definition writes to: the provider, and the options it is made with. */
export interface SinkOf {
  readonly provider: SinkProvider;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * The sink of a definition. A `foreachBatch` function gets the rows in this session; the memory sink's table has the
 * query's name.
 */
export async function sinkOf(
  session: SessionContext,
  definition: Pick<StreamDefinition, "format" | "options" | "foreachBatch" | "queryName">,
): Promise<SinkOf> {
  const { format, options, foreachBatch: write, queryName } = definition;
  if (write) {
    const { foreachBatchSinkProvider } = await lazily(import("../sinks/foreach/sink.js"));
    const provider = foreachBatchSinkProvider((rows, { batchId, queryId, outputId, runId, replay, keyColumns }) =>
      userCode.run(runId, () => write(rows, batchId, { queryId, outputId, runId, replay, keyColumns }, session)),
    );
    return { provider, options };
  }
  const provider = await sinkFormats.load(format, session);
  return { provider, options: format === "memory" && queryName !== null ? { queryName, ...options } : options };
}
