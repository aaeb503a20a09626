import { earliest, latest, partitionKey, partitionName, type KafkaClient } from "../../connectors/kafka/client.js";
import type { TopicPartition } from "../../connectors/kafka/requests.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { PartitionOffsets } from "./offset.js";
import type { Position } from "./options.js";

/** Turns positions of the options into offsets of the partitions that are read. */
export class PositionResolver {
  constructor(
    private readonly client: KafkaClient,
    private readonly isolation: number,
  ) {}

  /** The offsets of `partitions` at one of the special timestamps. */
  async at(partitions: readonly TopicPartition[], timestamp: number): Promise<PartitionOffsets> {
    return this.atTimes(partitions.map((p) => ({ topic: p.topic, partition: p.partition, timestamp })));
  }

  /**
   * @throws KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED, KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED,
   *   KAFKA_NO_OFFSET_FOR_TIMESTAMP
   */
  async resolve(
    position: Position,
    partitions: readonly TopicPartition[],
    side: "starting" | "ending",
    onMissingTimestamp: "error" | "latest",
  ): Promise<PartitionOffsets> {
    switch (position.kind) {
      case "earliest":
        return this.at(partitions, earliest);
      case "latest":
        return this.at(partitions, latest);
      case "offsets":
        return this.explicit(position.offsets, partitions);
      case "timestamp":
        return this.byTime(partitions, () => position.timestampMs, side, onMissingTimestamp);
      default: {
        checkAssigned(position.timestampsMs, partitions, side);
        return this.byTime(partitions, (p) => position.timestampsMs.get(p)!, side, onMissingTimestamp);
      }
    }
  }

  private async explicit(offsets: PartitionOffsets, partitions: readonly TopicPartition[]): Promise<PartitionOffsets> {
    checkAssigned(offsets, partitions, null);
    const special = [...offsets].filter(({ offset }) => offset < 0);
    const resolved = await this.atTimes(special.map(({ topic, partition, offset }) => ({ topic, partition, timestamp: offset })));
    return new PartitionOffsets([...offsets].map((entry) => ({ ...entry, offset: resolved.get(entry) ?? entry.offset })));
  }

  /** The first record of that time or later; where there is none, the end, unless a start must be exact. */
  private async byTime(
    partitions: readonly TopicPartition[],
    timeOf: (partition: TopicPartition) => number,
    side: "starting" | "ending",
    onMissingTimestamp: "error" | "latest",
  ): Promise<PartitionOffsets> {
    const found = await this.atTimes(partitions.map((p) => ({ ...p, timestamp: timeOf(p) })));
    const missing = [...found].filter(({ offset }) => offset < 0);
    if (missing.length === 0) return found;
    if (side === "starting" && onMissingTimestamp === "error") {
      const topicPartition = partitionName(missing[0]!);
      throw new StreamingError("KAFKA_NO_OFFSET_FOR_TIMESTAMP", { topicPartition, timestamp: String(timeOf(missing[0]!)) });
    }
    const ends = await this.at(missing, latest);
    return new PartitionOffsets([...found].map((entry) => ({ ...entry, offset: ends.get(entry) ?? entry.offset })));
  }

  private async atTimes(partitions: readonly (TopicPartition & { readonly timestamp: number })[]): Promise<PartitionOffsets> {
    if (partitions.length === 0) return new PartitionOffsets([]);
    const listed = await this.client.listOffsets(partitions, this.isolation);
    return new PartitionOffsets(
      partitions.map(({ topic, partition }) => ({ topic, partition, offset: listed.get(partitionKey({ topic, partition }))! })),
    );
  }
}

function checkAssigned(given: PartitionOffsets, partitions: readonly TopicPartition[], timestampSide: string | null): void {
  const specified = new Set([...given].map(partitionName));
  const assigned = new Set(partitions.map(partitionName));
  if (specified.size === assigned.size && [...specified].every((name) => assigned.has(name))) return;
  const parameters = { specifiedPartitions: [...specified].join(", "), assignedPartitions: [...assigned].join(", ") };
  if (timestampSide === null) throw new StreamingError("KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED", parameters);
  throw new StreamingError("KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED", { position: timestampSide, ...parameters });
}
