import { earliest, partitionKey, partitionName, type KafkaClient } from "../../connectors/kafka/client.js";
import { errorCode } from "../../connectors/kafka/errorCodes.js";
import { nextOffsetOf, RecordDecoder, type DecodedRecords } from "../../connectors/kafka/recordDecoder.js";
import type { FetchedRecords } from "../../connectors/kafka/fetch.js";
import type { Batch } from "../../engine/arrow/batch.js";
import type { Schema } from "../../engine/arrow/types.js";
import type { Clock } from "../../engine/contract/clock.js";
import type { ColumnsReader, InputPartition } from "../../engine/contract/source.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { RecordColumns } from "./recordColumns.js";

/** One partition's part of a batch: offsets `[start, end)`. Plain data. */
export interface KafkaRange {
  readonly topic: string;
  /** Null where nobody knows it. */
  readonly topicId: string | null;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** The range that an input partition of this source is. */
export function rangeOf(partition: InputPartition): KafkaRange {
  assert(typeof partition === "object" && partition !== null && "topic" in partition, "an input partition of Kafka");
  const { topic, topicId, partition: number, start, end } = partition;
  assert(typeof topic === "string" && typeof number === "number", "a topic and a partition");
  assert(topicId === null || typeof topicId === "string", "the id of a topic");
  assert(typeof start === "number" && typeof end === "number" && start < end, "a range of offsets");
  return { topic, topicId, partition: number, start, end };
}

/** What a reader is told beside its range. */
export interface ReaderSettings {
  readonly isolation: number;
  readonly failOnDataLoss: boolean;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
  readonly clock: Clock;
  warn(message: string): void;
}

/** How long a range may stay silent below its end before it counts as lost (a new leader may need a moment). */
const silenceMs = 10_000;

/** Bytes that a fetch asks for at least. */
const minFetchBytes = 256 * 1024;

/**
 * Reads one range of one partition as columns.
 *
 * Consumes fetch responses, emits one batch of columns for each (views of the response, or of the decompressed records), keeps the next
 * response on its way while the current one is used. Invariant: every record of the range that is visible under the isolation level
 * is emitted once, in offset order; the range is finished when the fetched batches pass its end, whatever gaps they have.
 */
export class KafkaReader implements ColumnsReader {
  readonly kind = "columns";
  private readonly decoder: RecordDecoder;
  private readonly columns: RecordColumns;
  private position: number;
  private pending: Promise<FetchedRecords> | null = null;
  private bytesPerOffset = 1024;
  private silentSinceMs: number | null = null;

  constructor(
    private readonly client: KafkaClient,
    private readonly range: KafkaRange,
    schema: Schema,
    private readonly settings: ReaderSettings,
  ) {
    this.position = range.start;
    this.columns = new RecordColumns(schema, range.topic, range.partition);
    this.decoder = new RecordDecoder(this.columns.wanted);
    this.prefetch();
  }

  async next(): Promise<Batch | null> {
    while (this.pending) {
      const fetched = await this.take();
      const records = fetched && (await this.decoded(fetched));
      if (records && records.count > 0) return this.columns.batchOf(records);
    }
    return null;
  }

  async close(): Promise<void> {
    const { pending } = this;
    this.pending = null;
    this.position = this.range.end;
    // Its failure no longer matters to anyone.
    await pending?.catch(() => undefined);
  }

  /** Asks for what comes at `position`, if anything does. */
  private prefetch(): void {
    this.pending = null;
    const { topic, topicId, partition, end } = this.range;
    if (this.position >= end) return;
    // No more than the range is likely to need: what lies behind its end would be fetched for nothing.
    const expectedBytes = Math.ceil((end - this.position) * this.bytesPerOffset * 1.25);
    this.pending = this.client.fetch({
      topic,
      topicId,
      partition,
      offset: this.position,
      maxBytes: Math.min(this.settings.maxBytes, Math.max(minFetchBytes, expectedBytes)),
      maxWaitMs: this.settings.maxWaitMs,
      isolationLevel: this.settings.isolation,
    });
    // Whoever takes it sees the failure; until then it must not count as unhandled.
    this.pending.catch(() => undefined);
  }

  /** The response that is on its way; null when it brought nothing and reading goes on (or is over). */
  private async take(): Promise<FetchedRecords | null> {
    let fetched: FetchedRecords;
    try {
      fetched = await this.pending!;
    } catch (error) {
      if (!(error instanceof StreamingError) || error.condition !== "KAFKA_UNKNOWN_TOPIC_OR_PARTITION") throw error;
      this.lose(this.range.end);
      return null;
    }
    if (fetched.errorCode === errorCode.offsetOutOfRange) {
      await this.skipLost();
      return null;
    }
    if (fetched.records.length === 0) {
      this.checkSilence();
      return null;
    }
    this.silentSinceMs = null;
    return fetched;
  }

  private async decoded(fetched: FetchedRecords): Promise<DecodedRecords> {
    const from = this.position;
    try {
      const next = nextOffsetOf(fetched.records, from);
      if (next === from) throw new RangeError("no whole batch was sent");
      this.bytesPerOffset = fetched.records.length / (next - from);
      this.position = next;
      this.prefetch();
      return await this.decoder.decode(fetched.records, fetched.abortedTransactions, from, this.range.end);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const parameters = { topicPartition: partitionName(this.range), offset: String(from), reason };
      throw new StreamingError("KAFKA_MALFORMED_RECORDS", parameters, { cause: error });
    }
  }

  /** The records at `position` are gone: fails, or goes on with the first that is left. */
  private async skipLost(): Promise<void> {
    const { topic, partition, end } = this.range;
    const first = await this.client.listOffsets([{ topic, partition, timestamp: earliest }], this.settings.isolation);
    const left = first.get(partitionKey(this.range))!;
    // Beyond the end of the log: the topic was created anew, and what it holds now belongs to no range of ours.
    this.lose(left > this.position ? Math.min(left, end) : end);
  }

  /** Nothing came although the range has not ended. */
  private checkSilence(): void {
    const nowMs = this.settings.clock.monotonicMs();
    this.silentSinceMs ??= nowMs;
    if (nowMs - this.silentSinceMs > silenceMs) this.lose(this.range.end);
    else this.prefetch();
  }

  private lose(until: number): void {
    const error = new StreamingError("KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE", {
      topicPartition: partitionName(this.range),
      startOffset: String(this.position),
      endOffset: String(until),
    });
    if (this.settings.failOnDataLoss) throw error;
    this.settings.warn(error.message);
    this.position = until;
    this.prefetch();
  }
}
