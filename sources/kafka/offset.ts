import { partitionKey } from "../../connectors/kafka/client.js";
import type { TopicPartition } from "../../connectors/kafka/requests.js";
import type { Offset } from "../../engine/contract/source.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

export { partitionKey, partitionName } from "../../connectors/kafka/client.js";

/** A position in one partition: the offset of the next record to read. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** A position in each of some partitions, by topic and partition number; iterates in that order. */
export class PartitionOffsets {
  private readonly entries: ReadonlyMap<string, PartitionOffset>;

  constructor(offsets: Iterable<PartitionOffset>) {
    const sorted = [...offsets].toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
    this.entries = new Map(sorted.map((entry) => [partitionKey(entry), entry]));
  }

  get size(): number {
    return this.entries.size;
  }

  [Symbol.iterator](): Iterator<PartitionOffset> {
    return this.entries.values();
  }

  get(partition: TopicPartition): number | undefined {
    return this.entries.get(partitionKey(partition))?.offset;
  }

  has(partition: TopicPartition): boolean {
    return this.entries.has(partitionKey(partition));
  }

  equals(other: PartitionOffsets): boolean {
    return this.size === other.size && [...this].every((entry) => other.get(entry) === entry.offset);
  }

  /** The same, with the entries of `other` in place of its own. */
  with(other: PartitionOffsets): PartitionOffsets {
    return new PartitionOffsets([...this.without(other), ...other]);
  }

  /** Those that `other` does not have. */
  without(other: PartitionOffsets): PartitionOffset[] {
    return [...this].filter((entry) => !other.has(entry));
  }

  /** Spark's text: `{"topic":{"0":123}}`. */
  toJson(): Offset {
    const topics = new Map<string, Record<string, number>>();
    for (const { topic, partition, offset } of this) {
      const partitions = topics.get(topic) ?? {};
      partitions[partition] = offset;
      topics.set(topic, partitions);
    }
    // Not an object by topic: one may have the name of something that every object inherits.
    return `{${[...topics].map(([topic, partitions]) => `${JSON.stringify(topic)}:${JSON.stringify(partitions)}`).join(",")}}`;
  }
}

/**
 * Reads `{"topic":{"0":123}}`.
 *
 * @throws KAFKA_INVALID_OFFSET
 */
export function parseOffsets(text: string): PartitionOffsets {
  const fail = (reason: string): StreamingError => new StreamingError("KAFKA_INVALID_OFFSET", { text, reason });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fail("it is not JSON");
  }
  const entries: PartitionOffset[] = [];
  for (const [topic, partitions] of entriesOf(parsed, fail)) {
    for (const [name, offset] of entriesOf(partitions, fail)) {
      const partition = Number(name);
      if (!/^\d+$/.test(name) || partition > 0x7fff_ffff) throw fail(`\`${name}\` is no partition number`);
      if (typeof offset !== "number" || !Number.isSafeInteger(offset)) throw fail(`the offset of ${topic}-${name} is no whole number`);
      entries.push({ topic, partition, offset });
    }
  }
  return new PartitionOffsets(entries);
}

function entriesOf(value: unknown, fail: (reason: string) => StreamingError): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw fail("it is not an object of topics and partitions");
  return Object.entries(value);
}

/** Entry 0 of the source's log, as Spark writes it: a zero byte (for its version 2.1), the version, the offsets. */
export function formatInitialOffsets(offsets: PartitionOffsets): string {
  return `\0v1\n${offsets.toJson()}`;
}

/** Reads entry 0 of the source's log; the zero byte may be missing. */
export function parseInitialOffsets(text: string): PartitionOffsets {
  const content = text.replace(/^\0/, "");
  const match = /^v(\d+)\n([^]*)$/.exec(content);
  if (match && match[1] !== "1") throw new StreamingError("KAFKA_INVALID_OFFSET", { text, reason: `version v${match[1]} is not known` });
  return parseOffsets((match ? match[2]! : content).trim());
}
