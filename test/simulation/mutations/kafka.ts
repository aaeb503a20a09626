import { mutation, type Mutation } from "./mutation.js";

/** Batches in Kafka, each once. */
export const kafkaMutations: readonly Mutation[] = [
  mutation("the marker is read before the former owner is fenced", "sinks/kafka/kafkaSink.ts", [
    "    await producer.initialize();\n    await marker?.read();",
    "    await marker?.read();\n    await producer.initialize();",
  ]),
  mutation("the marker is not looked at", "sinks/kafka/marker.ts", [
    'if (found === batchId) return "done";',
    'if (found === batchId) return "write";',
  ]),
  mutation("the marker has a transaction of its own", "sinks/kafka/kafkaSink.ts", [
    "    await this.send();\n    const { producer, marker } = this.sink.started();\n",
    "    await this.send();\n    const { producer, marker } = this.sink.started();\n    await producer.end(true);\n",
  ]),
];
