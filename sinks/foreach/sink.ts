import type { Batch } from "../../engine/arrow/batch.js";
import { concatBatches, retainBatch } from "../../engine/arrow/columns.js";
import { changesOption } from "../../engine/contract/changeForm.js";
import { Options } from "../../engine/contract/options.js";
import type { SinkProvider } from "../../engine/contract/provider.js";
import type { OutputBatchInfo, OutputIdentity, Sink, SinkBatch } from "../../engine/contract/sink.js";
import { assert } from "../../engine/errors/assert.js";
import { thrownText } from "../../engine/errors/shownValue.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** Which batch it is: what a user's function needs to recognise one that it has seen. */
export interface ForeachBatchContext extends OutputIdentity, OutputBatchInfo {}

/** Takes all rows of a batch. They are its to keep. */
export type ForeachBatchFunction = (rows: Batch, context: ForeachBatchContext) => void | Promise<void>;

const optionSpecs = [changesOption()];

/**
 * Hands every batch to a function: at least once, `replay` being true when an earlier run may have done so already. The function runs when the batch's
 * state is durable; when it fails the query fails, and the next start runs the batch again.
 */
export function foreachBatchSinkProvider(write: ForeachBatchFunction): SinkProvider {
  return {
    name: "foreachBatch",
    options: optionSpecs,
    capabilities: ["append", "upsert", "changes", "changesByKey"],
    create({ options }) {
      new Options("the foreachBatch sink", optionSpecs, options).toRecord();
      return new ForeachBatchSink(write);
    },
  };
}

class ForeachBatchSink implements Sink {
  readonly description = "ForeachBatchSink";
  private identity: OutputIdentity | null = null;

  constructor(private readonly callback: ForeachBatchFunction) {}

  async start(identity: OutputIdentity): Promise<void> {
    this.identity = identity;
  }

  async open(info: OutputBatchInfo): Promise<SinkBatch> {
    const { identity } = this;
    assert(identity !== null, "a sink is started before it is opened");
    const parts: Batch[] = [];
    return {
      write: (batch) => void parts.push(retainBatch(batch)),
      prepare: async () => {},
      commit: async () => {
        try {
          await this.callback(concatBatches(info.schema, parts), { ...identity, ...info });
        } catch (error) {
          throw new StreamingError("FOREACH_BATCH_USER_FUNCTION_ERROR", { reason: thrownText(error) }, { cause: error });
        }
      },
      abort: async () => {},
    };
  }

  async stop(): Promise<void> {}
}
