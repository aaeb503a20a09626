import { readByTopic, type KafkaRequest, type TopicPartition, type VersionedRequest } from "./requests.js";
import type { ResponseReader } from "./wire.js";

export interface FetchRequest extends TopicPartition {
  /** Records of this topic only, not of a later one of the same name; null where nobody knows its id. */
  readonly topicId: string | null;
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

/** The first version that names topics by their ids. */
const versionWithIds = 13;

/** Fetch of one partition, without a fetch session. */
export function fetchRequest(fetch: FetchRequest): VersionedRequest<FetchedRecords> {
  const { topicId } = fetch;
  return {
    name: "Fetch",
    apiKey: 1,
    at: (maxVersion) => (topicId !== null && maxVersion >= versionWithIds ? byId(fetch, topicId) : byName(fetch)),
  };
}

function byId(fetch: FetchRequest, topicId: string): KafkaRequest<FetchedRecords> {
  return {
    name: "Fetch",
    apiKey: 1,
    apiVersion: versionWithIds,
    flexible: true,
    encode: (w) => {
      w.int32(-1).int32(fetch.maxWaitMs).int32(1).int32(fetch.maxBytes).int8(fetch.isolationLevel).int32(0).int32(-1);
      w.compactArray([fetch], () => {
        w.uuid(topicId).compactArray([fetch], (p) => {
          w.int32(p.partition).int32(-1).int64(p.offset).int32(-1).int64(-1).int32(p.maxBytes).noTags();
        });
        w.noTags();
      });
      w.compactArray([], () => undefined)
        .compactString("")
        .noTags();
    },
    decode: (r) => {
      r.int32();
      const errorCode = r.int16();
      r.int32();
      const topics = r.compactArray(() => {
        r.uuid();
        const partitions = r.compactArray(() => readPartitionOfId(r));
        r.skipTags();
        return partitions;
      });
      return topics[0]?.[0] ?? nothing(errorCode);
    },
  };
}

function readPartitionOfId(r: ResponseReader): FetchedRecords {
  r.int32();
  const errorCode = r.int16();
  r.int64();
  const lastStableOffset = r.int64();
  r.int64();
  const abortedTransactions = r.compactArray(() => {
    const transaction = { producerId: r.int64(), firstOffset: r.int64() };
    r.skipTags();
    return transaction;
  });
  r.int32();
  const records = r.compactBytes();
  r.skipTags();
  return { errorCode, lastStableOffset, abortedTransactions, records };
}

function byName(fetch: FetchRequest): KafkaRequest<FetchedRecords> {
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
      return readByTopic(r, () => readPartitionOfName(r))[0] ?? nothing(errorCode);
    },
  };
}

function readPartitionOfName(r: ResponseReader): FetchedRecords {
  r.int32();
  const errorCode = r.int16();
  r.int64();
  const lastStableOffset = r.int64();
  r.int64();
  const abortedTransactions = r.array(() => ({ producerId: r.int64(), firstOffset: r.int64() }));
  r.int32();
  return { errorCode, lastStableOffset, abortedTransactions, records: r.bytesWithLength() };
}

/** The answer to a request that failed as a whole. */
function nothing(errorCode: number): FetchedRecords {
  return { errorCode, lastStableOffset: -1, abortedTransactions: [], records: Buffer.alloc(0) };
}
