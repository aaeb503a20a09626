import type { SinkProvider } from "../engine/contract/provider.js";
import { sinkFormats } from "./formats.js";
import type { Session } from "./session.js";
import type { StreamDefinition } from "./streamWriter.js";

/** What a definition writes to: the provider, and the options it is made with. */
export interface SinkOf {
  readonly provider: SinkProvider;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * The sink of a definition. A `foreachBatch` function gets the rows as a bounded DataFrame of this session; the memory sink's table has the
 * query's name.
 */
export async function sinkOf(
  session: Session,
  definition: Pick<StreamDefinition, "format" | "options" | "foreachBatch" | "queryName">,
): Promise<SinkOf> {
  const { format, options, foreachBatch: write, queryName } = definition;
  if (write) {
    const { foreachBatchSinkProvider } = await import("../sinks/foreach/sink.js");
    const provider = foreachBatchSinkProvider((rows, { batchId, queryId, runId, replay }) =>
      write(session.fromBatch(rows), batchId, { queryId, runId, replay }),
    );
    return { provider, options };
  }
  const provider = await sinkFormats.load(format, "DataStreamWriter");
  return { provider, options: format === "memory" && queryName !== null ? { queryName, ...options } : options };
}
