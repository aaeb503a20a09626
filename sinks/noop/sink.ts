import { changesOption } from "../../engine/contract/changeForm.js";
import { checkOptions } from "../../engine/contract/options.js";
import type { SinkProvider } from "../../engine/contract/provider.js";
import type { Sink, SinkBatch } from "../../engine/contract/sink.js";

const optionSpecs = [changesOption()];

/** Takes rows and keeps none of them: for measuring what a query costs. */
export const noopSinkProvider: SinkProvider = {
  name: "noop",
  options: optionSpecs,
  capabilities: ["append", "upsert", "changes", "changesByKey"],
  create({ options }) {
    checkOptions("the noop sink", optionSpecs, options);
    return new NoopSink();
  },
};

const batch: SinkBatch = {
  write() {},
  async prepare() {},
  async commit() {},
  async abort() {},
};

class NoopSink implements Sink {
  readonly description = "NoopSink";

  async start(): Promise<void> {}

  async open(): Promise<SinkBatch> {
    return batch;
  }

  async stop(): Promise<void> {}
}
