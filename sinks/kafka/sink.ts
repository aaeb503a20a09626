import type { SinkProvider } from "../../engine/contract/provider.js";
import { KafkaSink } from "./kafkaSink.js";
import { kafkaSinkSpecs, parseSinkOptions } from "./options.js";

/** `format("kafka")`: rows with a value and, if wanted, key, topic, partition and headers, exactly once by transactions. */
export const kafkaSinkProvider: SinkProvider = {
  name: "kafka",
  options: kafkaSinkSpecs,
  capabilities: ["append", "upsert", "changes", "changesByKey"],
  create: (context) => new KafkaSink(parseSinkOptions(context.options), context),
};
