import type { RequestWriter, ResponseReader } from "./wire.js";

/** One request of the Kafka protocol at one version, and how its answer reads. */
export interface KafkaRequest<R> {
  readonly name: string;
  readonly apiKey: number;
  readonly apiVersion: number;
  /** Whether this version has headers with tagged fields. */
  readonly flexible: boolean;
  encode(writer: RequestWriter): void;
  decode(reader: ResponseReader): R;
}

/** A request in the newest version that both sides speak. */
export interface VersionedRequest<R> {
  readonly name: string;
  readonly apiKey: number;
  /** `maxVersion` is the broker's. */
  at(maxVersion: number): KafkaRequest<R>;
}

export interface BrokerAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What a set of transaction requests says of the producer. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export const coordinatorType = { group: 0, transaction: 1 } as const;

export function findCoordinatorRequest(key: string, type: number): KafkaRequest<{ errorCode: number; broker: BrokerAddress }> {
  return {
    name: "FindCoordinator",
    apiKey: 10,
    apiVersion: 1,
    flexible: false,
    encode: (w) => w.string(key).int8(type),
    decode: (r) => {
      r.int32();
      const errorCode = r.int16();
      r.string();
      return { errorCode, broker: { nodeId: r.int32(), host: r.string() ?? "", port: r.int32() } };
    },
  };
}

export interface ListedOffset extends TopicPartition {
  readonly errorCode: number;
  /** -1 when no record is that late. */
  readonly offset: number;
}

/** `timestamp`: -1 latest (the last stable offset under read_committed), -2 earliest, else the first record at or after that time (ms). */
export function listOffsetsRequest(
  partitions: readonly (TopicPartition & { readonly timestamp: number })[],
  isolationLevel: number,
): KafkaRequest<ListedOffset[]> {
  return {
    name: "ListOffsets",
    apiKey: 2,
    apiVersion: 2,
    flexible: false,
    encode: (w) => {
      w.int32(-1).int8(isolationLevel);
      w.array(byTopic(partitions), ([topic, list]) => {
        w.string(topic).array(list, (p) => w.int32(p.partition).int64(p.timestamp));
      });
    },
    decode: (r) => {
      r.int32();
      return readByTopic(r, (topic) => {
        const partition = r.int32();
        const errorCode = r.int16();
        r.bytes.readBigInt64BE(r.position);
        r.position += 8;
        return { topic, partition, errorCode, offset: r.int64() };
      });
    },
  };
}

export function initProducerIdRequest(
  transactionalId: string,
  timeoutMs: number,
): KafkaRequest<{ errorCode: number; producerId: number; producerEpoch: number }> {
  return {
    name: "InitProducerId",
    apiKey: 22,
    apiVersion: 1,
    flexible: false,
    encode: (w) => w.string(transactionalId).int32(timeoutMs),
    decode: (r) => {
      r.int32();
      return { errorCode: r.int16(), producerId: r.int64(), producerEpoch: r.int16() };
    },
  };
}

export interface PartitionResult extends TopicPartition {
  readonly errorCode: number;
}

export function addPartitionsToTxnRequest(
  producer: ProducerIdentity,
  partitions: readonly TopicPartition[],
): KafkaRequest<PartitionResult[]> {
  return {
    name: "AddPartitionsToTxn",
    apiKey: 24,
    apiVersion: 2,
    flexible: false,
    encode: (w) => {
      writeProducer(w, producer);
      w.array(byTopic(partitions), ([topic, list]) => w.string(topic).array(list, (p) => w.int32(p.partition)));
    },
    decode: (r) => {
      r.int32();
      return readByTopic(r, (topic) => ({ topic, partition: r.int32(), errorCode: r.int16() }));
    },
  };
}

export function addOffsetsToTxnRequest(producer: ProducerIdentity, groupId: string): KafkaRequest<number> {
  return {
    name: "AddOffsetsToTxn",
    apiKey: 25,
    apiVersion: 2,
    flexible: false,
    encode: (w) => writeProducer(w, producer).string(groupId),
    decode: (r) => {
      r.int32();
      return r.int16();
    },
  };
}

export interface CommittedOffset extends TopicPartition {
  readonly offset: number;
  readonly metadata: string;
}

export function txnOffsetCommitRequest(
  producer: ProducerIdentity,
  groupId: string,
  committed: CommittedOffset,
): KafkaRequest<PartitionResult[]> {
  return {
    name: "TxnOffsetCommit",
    apiKey: 28,
    apiVersion: 2,
    flexible: false,
    encode: (w) => {
      w.string(producer.transactionalId).string(groupId).int64(producer.producerId).int16(producer.producerEpoch);
      w.array([committed], (c) => {
        w.string(c.topic).array([c], () => w.int32(c.partition).int64(c.offset).int32(-1).string(c.metadata));
      });
    },
    decode: (r) => {
      r.int32();
      return readByTopic(r, (topic) => ({ topic, partition: r.int32(), errorCode: r.int16() }));
    },
  };
}

export function endTxnRequest(producer: ProducerIdentity, commit: boolean): KafkaRequest<number> {
  return {
    name: "EndTxn",
    apiKey: 26,
    apiVersion: 2,
    flexible: false,
    encode: (w) => writeProducer(w, producer).boolean(commit),
    decode: (r) => {
      r.int32();
      return r.int16();
    },
  };
}

/** All committed offsets of a group, once no transaction over them is open (else UNSTABLE_OFFSET_COMMIT). */
export function offsetFetchRequest(groupId: string): KafkaRequest<{ errorCode: number; committed: CommittedOffset[] }> {
  return {
    name: "OffsetFetch",
    apiKey: 9,
    apiVersion: 7,
    flexible: true,
    encode: (w) => w.compactString(groupId).unsignedVarint(0).boolean(true).noTags(),
    decode: (r) => {
      r.int32();
      let partitionError = 0;
      const committed = r
        .compactArray(() => {
          const topic = r.compactString() ?? "";
          const list = r.compactArray(() => {
            const partition = r.int32();
            const offset = r.int64();
            r.int32();
            const metadata = r.compactString() ?? "";
            partitionError ||= r.int16();
            r.skipTags();
            return { topic, partition, offset, metadata };
          });
          r.skipTags();
          return list;
        })
        .flat();
      return { errorCode: r.int16() || partitionError, committed };
    },
  };
}

/** Record batches of one partition, encoded and ready to be sent. */
export interface ProduceData extends TopicPartition {
  readonly records: Uint8Array;
}

/** Produce with acks of all in-sync replicas. */
export function produceRequest(transactionalId: string, data: readonly ProduceData[], timeoutMs: number): KafkaRequest<PartitionResult[]> {
  return {
    name: "Produce",
    apiKey: 0,
    apiVersion: 7,
    flexible: false,
    encode: (w) => {
      w.string(transactionalId).int16(-1).int32(timeoutMs);
      w.array(byTopic(data), ([topic, list]) => {
        w.string(topic).array(list, (p) => w.int32(p.partition).bytesWithLength(p.records));
      });
    },
    decode: (r) =>
      readByTopic(r, (topic) => {
        const result = { topic, partition: r.int32(), errorCode: r.int16() };
        r.position += 24;
        return result;
      }),
  };
}

function writeProducer(w: RequestWriter, { transactionalId, producerId, producerEpoch }: ProducerIdentity): RequestWriter {
  return w.string(transactionalId).int64(producerId).int16(producerEpoch);
}

/** Grouped by topic, in order of appearance: how most requests list partitions. */
function byTopic<P extends TopicPartition>(partitions: readonly P[]): [string, P[]][] {
  const groups = new Map<string, P[]>();
  for (const p of partitions) {
    const group = groups.get(p.topic);
    if (group) group.push(p);
    else groups.set(p.topic, [p]);
  }
  return [...groups];
}

/** What most answers list by topic, flat. */
export function readByTopic<T>(r: ResponseReader, readPartition: (topic: string) => T): T[] {
  return r
    .array(() => {
      const topic = r.string() ?? "";
      return r.array(() => readPartition(topic));
    })
    .flat();
}
