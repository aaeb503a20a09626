import type { Codec } from "../../connectors/kafka/codecs.js";
import { partitionOfKey } from "../../connectors/kafka/partitioner.js";
import type { TransactionalProducer } from "../../connectors/kafka/producer.js";
import { RecordBatchBuilder, recordSize, type ByteViews } from "../../connectors/kafka/recordEncoder.js";
import type { ProduceData } from "../../connectors/kafka/requests.js";
import { decodeText } from "../../engine/arrow/columns.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { RecordViews } from "./recordViews.js";

/** How records are packed. */
export interface PackingSettings {
  /** Uncompressed bytes at which a record batch is closed. */
  readonly batchBytes: number;
  readonly maxRecordBytes: number;
  readonly compression: number;
  readonly codec: Codec | null;
  /** The time that all records of this batch carry. */
  readonly timestampMs: number;
  /** Where records without a key begin to go. */
  readonly firstPartition: number;
}

/** The records of one topic that are being packed. */
interface TopicPacker {
  readonly topic: string;
  readonly builders: (RecordBatchBuilder | undefined)[];
  /** Where records without a key go at the moment, and how many bytes went there. */
  sticky: number;
  stickyBytes: number;
}

/** Records without a key change their partition after this many bytes, as in the Java client. */
const stickyLimitBytes = 16 * 1024;

/**
 * Turns the rows of one micro-batch into record batches.
 *
 * Consumes batches of rows, emits record batches that are ready to be sent (in `ready`, in the order of their sequence numbers), keeps the batches that
 * are not full. The same rows give the same bytes.
 */
export class BatchEncoder {
  readonly ready: ProduceData[] = [];
  readyBytes = 0;
  private readonly topics = new Map<string, TopicPacker>();

  constructor(
    private readonly producer: TransactionalProducer,
    private readonly settings: PackingSettings,
  ) {}

  /** Must be called for a topic before rows of it come. */
  addTopic(topic: string, partitionCount: number): void {
    assert(partitionCount > 0, `topic ${topic} has no partitions`);
    const builders: undefined[] = Array.from({ length: partitionCount });
    this.topics.set(topic, { topic, builders, sticky: this.settings.firstPartition % partitionCount, stickyBytes: 0 });
  }

  hasTopic(topic: string): boolean {
    return this.topics.has(topic);
  }

  /** `topic` is that of all rows when the rows do not say. */
  add(views: RecordViews, length: number, topic: string | null): void {
    const { keys, values, headers, topics, partitions } = views;
    let packer = topic === null ? null : this.packerOf(topic);
    for (let row = 0; row < length; row++) {
      if (topics !== null && (row === 0 || !sameBytes(topics, row - 1, row))) packer = this.packerOf(topicAt(topics, row));
      const size = recordSize(keys, values, headers, row);
      const partition = this.choosePartition(packer!, keys, partitions, row, size);
      let builder = packer!.builders[partition];
      if (builder === undefined) packer!.builders[partition] = builder = new RecordBatchBuilder();
      if (builder.count > 0 && builder.size + size > this.settings.batchBytes) this.close(packer!, partition);
      if (size > this.settings.maxRecordBytes) throw this.tooLarge(packer!, size);
      builder.add(keys, values, headers, row, size);
    }
  }

  /** Closes the record batches that are not full. */
  finish(): void {
    for (const packer of this.topics.values()) {
      for (let partition = 0; partition < packer.builders.length; partition++) {
        if ((packer.builders[partition]?.count ?? 0) > 0) this.close(packer, partition);
      }
    }
  }

  /** Takes what is ready: lists with one record batch a partition each, to be sent one after the other. */
  takeRounds(): ProduceData[][] {
    const rounds: ProduceData[][] = [];
    const next = new Map<string, number>();
    for (const data of this.ready) {
      const key = `${data.topic}/${data.partition}`;
      const round = next.get(key) ?? 0;
      (rounds[round] ??= []).push(data);
      next.set(key, round + 1);
    }
    this.ready.length = 0;
    this.readyBytes = 0;
    return rounds;
  }

  private packerOf(topic: string): TopicPacker {
    const packer = this.topics.get(topic);
    assert(packer !== undefined, `topic ${topic} is not known yet`);
    return packer;
  }

  /** The row's own partition, else by its key, else the sticky one. */
  private choosePartition(packer: TopicPacker, keys: ByteViews, partitions: Int32Array | null, row: number, size: number): number {
    const count = packer.builders.length;
    const own = partitions === null ? -1 : partitions[row]!;
    if (own >= 0) {
      if (own < count) return own;
      const parameters = { topic: packer.topic, partition: String(own === 0x7fff_ffff ? "below 0" : own), partitions: String(count) };
      throw new StreamingError("KAFKA_PARTITION_OUT_OF_RANGE", parameters);
    }
    const keyLength = keys.lengths[row]!;
    if (keyLength >= 0) return partitionOfKey(keys.data, keys.starts[row]!, keyLength, count);
    if (packer.stickyBytes >= stickyLimitBytes) {
      packer.sticky = (packer.sticky + 1) % count;
      packer.stickyBytes = 0;
    }
    packer.stickyBytes += size;
    return packer.sticky;
  }

  private close({ topic, builders }: TopicPacker, partition: number): void {
    const builder = builders[partition]!;
    const { timestampMs, compression, codec } = this.settings;
    const sequence = this.producer.nextSequence({ topic, partition }, builder.count);
    const records = builder.finish(this.producer.identity, sequence, timestampMs, compression, codec);
    this.ready.push({ topic, partition, records });
    this.readyBytes += records.length;
  }

  private tooLarge({ topic }: TopicPacker, size: number): StreamingError {
    const parameters = { topic, size: String(size), limit: String(this.settings.maxRecordBytes) };
    return new StreamingError("KAFKA_RECORD_TOO_LARGE", parameters);
  }
}

/** The topics that rows name, each once. */
export function distinctTopics(topics: ByteViews, length: number): Set<string> {
  const names = new Set<string>();
  for (let row = 0; row < length; row++) {
    if (row === 0 || !sameBytes(topics, row - 1, row)) names.add(topicAt(topics, row));
  }
  return names;
}

function topicAt({ data, starts, lengths }: ByteViews, row: number): string {
  if (lengths[row]! < 0) throw new StreamingError("KAFKA_NULL_TOPIC_IN_DATA");
  return decodeText(data, starts[row]!, starts[row]! + lengths[row]!);
}

function sameBytes({ data, starts, lengths }: ByteViews, a: number, b: number): boolean {
  const length = lengths[a]!;
  if (length !== lengths[b]) return false;
  for (let i = 0, x = starts[a]!, y = starts[b]!; i < length; i++) if (data[x + i] !== data[y + i]) return false;
  return true;
}
