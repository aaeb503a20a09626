import { lazily } from "../../engine/errors/loading.js";
import type { SourceProvider } from "../../engine/contract/provider.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { kafkaSourceSpecs, parseSourceOptions } from "./options.js";
import { kafkaSchema } from "./schema.js";

/** `format("kafka")`: topics as tables, with Spark's options and columns. The client is loaded when a query starts. */
export const kafkaProvider: SourceProvider = {
  name: "kafka",
  options: kafkaSourceSpecs,
  schema: (options, userSchema) => {
    const parsed = parseSourceOptions(options);
    if (userSchema) {
      throw new StreamingError("KAFKA_OPTION_NOT_SUPPORTED", {
        option: "schema",
        reason: "the columns of Kafka are fixed",
        instead: "Leave schema(…) out and decode the value, for example with from_json.",
      });
    }
    return kafkaSchema(parsed.includeHeaders);
  },
  create: async (context) => {
    const { createKafkaSource } = await lazily(import("./kafkaSource.js"));
    return createKafkaSource(parseSourceOptions(context.options), context);
  },
};
