import { createKafkaClient, type KafkaClient } from "../../connectors/kafka/client.js";
import { compressionCode, compressionTypes, loadCodec, type Codec } from "../../connectors/kafka/codecs.js";
import { errorCode, KafkaProtocolError } from "../../connectors/kafka/errorCodes.js";
import { TransactionalProducer } from "../../connectors/kafka/producer.js";
import type { Batch } from "../../engine/arrow/batch.js";
import { retainBatch } from "../../engine/arrow/columns.js";
import type { SinkContext } from "../../engine/contract/provider.js";
import type { CommittedBatch, OutputBatchInfo, OutputIdentity, Sink, SinkBatch } from "../../engine/contract/sink.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { BatchEncoder, distinctTopics } from "./batchEncoder.js";
import { BatchMarker } from "./marker.js";
import { checkRecordKey, recordFields, type KafkaSinkOptions, type RecordFields } from "./options.js";
import { asUpserts, withChangeHeader } from "./changeRecords.js";
import { recordViews, type RecordViews } from "./recordViews.js";

/** Encoded bytes that are held back until the batch is computed; beyond them the transaction begins early. */
const heldBytes = 32 * 1024 * 1024;

/** How long a topic may take to appear where the cluster makes topics on demand. */
const topicAttempts = 10;
const topicDelayMs = 200;

/** How long an abort may take. */
const abortPatienceMs = 2000;

/** What a running sink has: set by `start`. */
interface Running {
  readonly client: KafkaClient;
  readonly producer: TransactionalProducer;
  /** Null for `df.write`: there is one batch, and no run that could repeat it. */
  readonly marker: BatchMarker | null;
  readonly compression: number;
  readonly codec: Codec | null;
}

/**
 * Rows as records, each batch in one Kafka transaction together with its marker.
 *
 * Keeps: the producer of the output's transactional id, the marker, and how many partitions the topics have. Invariant: the rows of batch N are visible (to
 * read_committed readers) if and only if the marker group says N, so that a batch that was committed before a crash is not written again.
 */
export class KafkaSink implements Sink {
  readonly description: string;
  /** As Spark's: updated rows are appended. */
  private readonly fields: RecordFields;
  private running: Running | null = null;
  private readonly partitionCounts = new Map<string, number>();
  /** Kafka's ids of those topics, where the cluster has ids. */
  private readonly topicIds = new Map<string, string>();
  /** A batch was given up: its sequence numbers are spoilt, so the next one begins with a new producer epoch. */
  private needsFencing = false;
  private mayBeLost = true;

  constructor(
    private readonly options: KafkaSinkOptions,
    private readonly context: SinkContext,
  ) {
    this.fields = recordFields(context.schema, options.topic, context.outputMode);
    if (context.changeKeys !== undefined) checkRecordKey(context.changeKeys);
    this.description = `KafkaSink[${options.topic ?? "topic column"}]`;
    options.settings.oneOf("compression.type", compressionTypes);
    for (const name of ["batch.size", "max.request.size", "transaction.timeout.ms"] as const) options.settings.integer(name);
  }

  async start(identity: OutputIdentity, _: readonly CommittedBatch[] = [], lastPlanned = Infinity): Promise<void> {
    const { settings, transactionalIdPrefix, topic } = this.options;
    for (const name of settings.ignored)
      this.context.warn(`The option kafka.${name} is a setting of the Java client; it means nothing here.`);
    const { runtime } = this.context;
    const client = createKafkaClient(await settings.clientOptions(runtime.files), runtime, (message) => this.context.warn(message));
    const id = `${transactionalIdPrefix}${identity.queryId}-${identity.outputId}`;
    const compression = compressionCode[settings.oneOf("compression.type", compressionTypes)];
    this.running = {
      client,
      producer: new TransactionalProducer(client, id, settings.integer("transaction.timeout.ms")),
      marker: this.context.streaming ? new BatchMarker(client, identity, id, topic) : null,
      compression,
      codec: compression === 0 ? null : await loadCodec(compression),
    };
    if (topic !== null) await this.partitionCountOf(topic);
    await this.fence();
    this.started().marker?.checkPlanned(lastPlanned);
  }

  async open(info: OutputBatchInfo): Promise<SinkBatch | null> {
    const { producer, marker } = this.started();
    if (this.context.streaming) await this.checkTargets();
    if (this.needsFencing) await this.fence();
    const decision = marker?.decide(info.batchId, this.mayBeLost ? this.options.onMarkerLost : "fail") ?? "write";
    this.mayBeLost = false;
    if (decision === "done") return null;
    if (decision === "skip") {
      await marker!.put(producer, info.batchId);
      await producer.end(true);
      marker!.committed(info.batchId);
      return null;
    }
    return new KafkaSinkBatch(this, info);
  }

  async stop(): Promise<void> {
    const { running } = this;
    this.running = null;
    if (!running) return;
    if (running.producer.isInTransaction && !this.needsFencing) await this.giveUp(running.producer);
    await running.client.close();
  }

  /** @internal Aborts the open transaction if that goes quickly; otherwise fencing at the next start does it, and until then it is invisible. */
  async giveUp(producer: TransactionalProducer): Promise<void> {
    this.needsFencing = true;
    const enough = new AbortController();
    const ended = producer.end(false).catch(() => undefined);
    await Promise.race([ended, this.context.runtime.clock.sleep(abortPatienceMs, enough.signal)]);
    enough.abort();
  }

  /** A topic that was deleted and made anew does not hold the batches before. */
  private async checkTargets(): Promise<void> {
    if (this.topicIds.size === 0) return;
    for (const { topic, topicId, partitions } of await this.started().client.topics([...this.topicIds.keys()])) {
      const before = this.topicIds.get(topic);
      if (topicId === null || partitions.length === 0 || before === undefined || topicId === before) continue;
      const error = new StreamingError("KAFKA_TARGET_RECREATED", { topic, topicId: before, currentTopicId: topicId });
      if (this.options.onMarkerLost === "fail") throw error;
      this.context.warn(error.message);
      this.topicIds.set(topic, topicId);
      this.partitionCounts.set(topic, partitions.length);
      // The sequence numbers of the old topic mean nothing in the new one.
      this.needsFencing = true;
    }
  }

  /** Takes the transactional id over, which ends what an earlier run left open; only then is the marker final. */
  private async fence(): Promise<void> {
    const { producer, marker } = this.started();
    await producer.initialize();
    await marker?.read();
    this.needsFencing = false;
  }

  /** @internal */
  started(): Running {
    assert(this.running !== null, "the kafka sink was not started");
    return this.running;
  }

  /** @internal */
  newEncoder(info: OutputBatchInfo): BatchEncoder {
    const { producer, compression, codec } = this.started();
    const { settings, topic } = this.options;
    const encoder = new BatchEncoder(producer, {
      batchBytes: settings.integer("batch.size"),
      maxRecordBytes: settings.integer("max.request.size"),
      compression,
      codec,
      timestampMs: info.batchTimeMs,
      firstPartition: info.batchId,
    });
    if (topic !== null) encoder.addTopic(topic, this.partitionCounts.get(topic)!);
    return encoder;
  }

  /** @internal Adds the rows; topics that are new are looked up first. */
  encode(encoder: BatchEncoder, batch: Batch): Promise<void> | void {
    const views = this.viewsOf(batch);
    const unknown = views.topics ? [...distinctTopics(views.topics, batch.length)].filter((topic) => !encoder.hasTopic(topic)) : [];
    if (unknown.length === 0) return encoder.add(views, batch.length, this.options.topic);
    // The batch is lent for the call only, and the look-up waits.
    const kept = this.viewsOf(retainBatch(batch));
    return this.addTopics(encoder, unknown).then(() => encoder.add(kept, batch.length, null));
  }

  private viewsOf(batch: Batch): RecordViews {
    const views = recordViews(batch, this.fields);
    if (this.fields.changeType < 0) return views;
    const kinds = batch.columns[this.fields.changeType]!;
    return this.context.changeKeys === undefined ? withChangeHeader(views, kinds) : asUpserts(views, kinds);
  }

  private async addTopics(encoder: BatchEncoder, topics: readonly string[]): Promise<void> {
    for (const topic of topics) encoder.addTopic(topic, this.partitionCounts.get(topic) ?? (await this.partitionCountOf(topic)));
  }

  private async partitionCountOf(topic: string): Promise<number> {
    const { client } = this.started();
    for (let attempt = 1; ; attempt++) {
      const [metadata] = await client.topics([topic], true);
      if (metadata?.errorCode === errorCode.topicAuthorizationFailed) {
        throw new StreamingError("KAFKA_AUTHORIZATION_FAILED", { action: "Metadata", resource: topic });
      }
      const count = metadata?.errorCode === 0 ? metadata.partitions.length : 0;
      if (count > 0) {
        this.partitionCounts.set(topic, count);
        if (metadata!.topicId !== null) this.topicIds.set(topic, metadata!.topicId);
        return count;
      }
      if (attempt === topicAttempts)
        throw new StreamingError("KAFKA_UNKNOWN_TOPIC_OR_PARTITION", { brokers: client.servers, topics: topic });
      await this.context.runtime.clock.sleep(topicDelayMs);
    }
  }
}

/**
 * One batch on its way into Kafka: encoded as rows come, sent when the batch is computed (or is large), durable but invisible after `prepare`.
 */
class KafkaSinkBatch implements SinkBatch {
  private readonly encoder: BatchEncoder;

  constructor(
    private readonly sink: KafkaSink,
    private readonly info: OutputBatchInfo,
  ) {
    this.encoder = sink.newEncoder(info);
  }

  write(batch: Batch): Promise<void> | void {
    const encoded = this.sink.encode(this.encoder, batch);
    if (encoded) return encoded.then(() => this.sendIfLarge());
    return this.sendIfLarge();
  }

  async prepare(): Promise<void> {
    this.encoder.finish();
    await this.send();
    const { producer, marker } = this.sink.started();
    await marker?.put(producer, this.info.batchId);
  }

  async commit(): Promise<void> {
    const { producer, marker } = this.sink.started();
    await producer.end(true);
    marker?.committed(this.info.batchId);
  }

  async abort(): Promise<void> {
    await this.sink.giveUp(this.sink.started().producer);
  }

  private sendIfLarge(): Promise<void> | void {
    if (this.encoder.readyBytes >= heldBytes) return this.send();
  }

  private async send(): Promise<void> {
    const { producer } = this.sink.started();
    for (const round of this.encoder.takeRounds()) {
      try {
        await producer.produce(round);
      } catch (error) {
        throw explained(error, round);
      }
    }
  }
}

/** The broker's limit is not ours to know beforehand. */
function explained(error: unknown, round: readonly { topic: string; records: Uint8Array }[]): unknown {
  if (!(error instanceof KafkaProtocolError)) return error;
  if (error.code !== errorCode.messageTooLarge && error.code !== errorCode.recordListTooLarge) return error;
  const largest = round.reduce((a, b) => (a.records.length >= b.records.length ? a : b));
  const parameters = { topic: largest.topic, size: String(largest.records.length), limit: "the broker's message.max.bytes" };
  return new StreamingError("KAFKA_RECORD_TOO_LARGE", parameters, { cause: error });
}
