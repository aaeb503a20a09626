import type { BrokerAddress, KafkaRequest, VersionedRequest } from "./requests.js";
import type { ResponseReader } from "./wire.js";

export interface PartitionMetadata {
  readonly partition: number;
  readonly errorCode: number;
  /** Node id; -1 while there is none. */
  readonly leader: number;
}

export interface TopicMetadata {
  readonly topic: string;
  /** What tells a topic from a later one of the same name; null where the broker knows of no ids (before Kafka 2.8). */
  readonly topicId: string | null;
  readonly errorCode: number;
  readonly internal: boolean;
  readonly partitions: readonly PartitionMetadata[];
}

export interface ClusterMetadata {
  readonly brokers: readonly BrokerAddress[];
  readonly topics: readonly TopicMetadata[];
}

/** The first version whose answers have topic ids. */
const versionWithIds = 10;

/** Null asks for all topics. `create`: missing ones are made, if the cluster makes topics on demand. */
export function metadataRequest(topics: readonly string[] | null, create: boolean): VersionedRequest<ClusterMetadata> {
  return {
    name: "Metadata",
    apiKey: 3,
    at: (maxVersion) => (maxVersion >= versionWithIds ? withIds(topics, create) : withoutIds(topics, create)),
  };
}

function withIds(topics: readonly string[] | null, create: boolean): KafkaRequest<ClusterMetadata> {
  return {
    name: "Metadata",
    apiKey: 3,
    apiVersion: versionWithIds,
    flexible: true,
    encode: (w) => {
      if (topics === null) w.unsignedVarint(0);
      else w.compactArray(topics, (topic) => w.uuid(null).compactString(topic).noTags());
      w.boolean(create).boolean(false).boolean(false).noTags();
    },
    decode: (r) => {
      r.int32();
      const brokers = r.compactArray(() => {
        const broker = { nodeId: r.int32(), host: r.compactString() ?? "", port: r.int32() };
        r.compactString();
        r.skipTags();
        return broker;
      });
      r.compactString();
      r.int32();
      return { brokers, topics: r.compactArray(() => readTopicWithId(r)) };
    },
  };
}

function readTopicWithId(r: ResponseReader): TopicMetadata {
  const errorCode = r.int16();
  const topic = r.compactString() ?? "";
  const topicId = r.uuid();
  const internal = r.boolean();
  const partitions = r.compactArray(() => {
    const partition = { errorCode: r.int16(), partition: r.int32(), leader: r.int32() };
    r.int32();
    for (let list = 0; list < 3; list++) r.compactArray(() => r.int32());
    r.skipTags();
    return partition;
  });
  r.int32();
  r.skipTags();
  return { topic, topicId, errorCode, internal, partitions };
}

function withoutIds(topics: readonly string[] | null, create: boolean): KafkaRequest<ClusterMetadata> {
  return {
    name: "Metadata",
    apiKey: 3,
    apiVersion: 5,
    flexible: false,
    encode: (w) => {
      if (topics === null) w.int32(-1);
      else w.array(topics, (topic) => w.string(topic));
      w.boolean(create);
    },
    decode: (r) => {
      r.int32();
      const brokers = r.array(() => {
        const broker = { nodeId: r.int32(), host: r.string() ?? "", port: r.int32() };
        r.string();
        return broker;
      });
      r.string();
      r.int32();
      return { brokers, topics: r.array(() => readTopic(r)) };
    },
  };
}

function readTopic(r: ResponseReader): TopicMetadata {
  const errorCode = r.int16();
  const topic = r.string() ?? "";
  const internal = r.boolean();
  const partitions = r.array(() => {
    const partition = { errorCode: r.int16(), partition: r.int32(), leader: r.int32() };
    for (let list = 0; list < 3; list++) r.array(() => r.int32());
    return partition;
  });
  return { topic, topicId: null, errorCode, internal, partitions };
}
