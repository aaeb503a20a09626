import { createKafkaClient, earliest, isolationLevel, latest, partitionKey } from "../connectors/kafka/client.js";
import { parseSinkOptions } from "../sinks/kafka/options.js";
import type { SessionContext } from "./sessionContext.js";

/** How many records a topic has, by its offsets; a topic that does not exist has none. `options` are those of a Kafka sink. */
export async function topicRecords(session: SessionContext, topic: string, options: Readonly<Record<string, string>>): Promise<number> {
  const { runtime } = session;
  const client = createKafkaClient(await parseSinkOptions(options).settings.clientOptions(runtime.files), runtime);
  try {
    const partitions = ((await client.topics([topic]))[0]?.partitions ?? []).map(({ partition }) => ({ topic, partition }));
    const offsets = (timestamp: number): Promise<ReadonlyMap<string, number>> =>
      client.listOffsets(
        partitions.map((partition) => ({ ...partition, timestamp })),
        isolationLevel.readUncommitted,
      );
    const [first, next] = [await offsets(earliest), await offsets(latest)];
    return partitions.map(partitionKey).reduce((sum, key) => sum + ((next.get(key) ?? 0) - (first.get(key) ?? 0)), 0);
  } finally {
    await client.close();
  }
}
