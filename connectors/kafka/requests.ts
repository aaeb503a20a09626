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

export interface PartitionMetadata {
  readonly partition: number;
  readonly errorCode: number;
  /** Node id; -1 while there is none. */
  readonly leader: number;
}

export interface TopicMetadata {
  readonly topic: string;
  readonly errorCode: number;
  readonly internal: boolean;
  readonly partitions: readonly PartitionMetadata[];
}

export interface BrokerAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface ClusterMetadata {
  readonly brokers: readonly BrokerAddress[];
  readonly topics: readonly TopicMetadata[];
}

/** Null asks for all topics. `create`: missing ones are made, if the cluster makes topics on demand. */
export function metadataRequest(topics: readonly string[] | null, create: boolean): KafkaRequest<ClusterMetadata> {
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
  return { topic, errorCode, internal, partitions };
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

export interface FetchRequest extends TopicPartition {
  readonly offset: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
  readonly isolationLevel: number;
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface FetchedRecords {
  readonly errorCode: number;
  /** Before it, every record is committed or its transaction aborted. */
  readonly lastStableOffset: number;
  readonly abortedTransactions: readonly AbortedTransaction[];
  /** Record batches; the last may be cut off. A view of the response. */
  readonly records: Buffer;
}

/** Fetch of one partition, without a fetch session. */
export function fetchRequest(fetch: FetchRequest): KafkaRequest<FetchedRecords> {
  return {
    name: "Fetch",
    apiKey: 1,
    apiVersion: 11,
    flexible: false,
    encode: (w) => {
      w.int32(-1).int32(fetch.maxWaitMs).int32(1).int32(fetch.maxBytes).int8(fetch.isolationLevel).int32(0).int32(-1);
      w.array([fetch], () => {
        w.string(fetch.topic).array([fetch], (p) => {
          w.int32(p.partition).int32(-1).int64(p.offset).int64(-1).int32(p.maxBytes);
        });
      });
      w.int32(0).string("");
    },
    decode: (r) => {
      r.int32();
      const errorCode = r.int16();
      r.int32();
      const partitions = readByTopic(r, () => readFetchedPartition(r));
      return partitions[0] ?? { errorCode, lastStableOffset: -1, abortedTransactions: [], records: Buffer.alloc(0) };
    },
  };
}

function readFetchedPartition(r: ResponseReader): FetchedRecords {
  r.int32();
  const errorCode = r.int16();
  r.int64();
  const lastStableOffset = r.int64();
  r.int64();
  const abortedTransactions = r.array(() => ({ producerId: r.int64(), firstOffset: r.int64() }));
  r.int32();
  return { errorCode, lastStableOffset, abortedTransactions, records: r.bytesWithLength() };
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

function readByTopic<T>(r: ResponseReader, readPartition: (topic: string) => T): T[] {
  return r
    .array(() => {
      const topic = r.string() ?? "";
      return r.array(() => readPartition(topic));
    })
    .flat();
}
