import { assert } from "../../engine/errors/assert.js";
import type { OutputIdentity } from "../../engine/contract/sink.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { KafkaClient } from "../../connectors/kafka/client.js";
import type { TransactionalProducer } from "../../connectors/kafka/producer.js";
import type { OnMarkerLost } from "./options.js";

/** Where the marker of an output that writes to many topics hangs: a topic that exists wherever groups do. */
const topicOfNone = "__consumer_offsets";

/**
 * Which batch of this output was committed last: the committed offset of the output's own group, written in the same transaction as the rows.
 *
 * Invariant: the marker says N if and only if the rows of batch N are visible.
 */
export class BatchMarker {
  /** The last committed batch; null when Kafka knows of none. */
  private batchId: number | null = null;
  private readonly topic: string;

  constructor(
    private readonly client: KafkaClient,
    private readonly identity: OutputIdentity,
    private readonly group: string,
    topic: string | null,
  ) {
    this.topic = topic ?? topicOfNone;
  }

  /** Reads it. Only after the producer was initialized: before that, a transaction of an earlier run may still commit. */
  async read(): Promise<void> {
    const committed = await this.client.committedOffsets(this.group);
    const markers = committed.filter(({ offset }) => offset >= 0);
    const foreign = markers.find(({ metadata }) => metadata !== this.signature());
    if (foreign) {
      const found = `${foreign.topic}-${foreign.partition} at ${foreign.offset} ${foreign.metadata}`;
      throw new StreamingError("KAFKA_MARKER_FOREIGN", { group: this.group, found });
    }
    // The topic option may have changed between runs; the newest marker counts.
    this.batchId = markers.length === 0 ? null : Math.max(...markers.map(({ offset }) => offset));
  }

  /**
   * What to do with batch `batchId`.
   *
   * @throws KAFKA_MARKER_NEWER, KAFKA_MARKER_LOST
   */
  decide(batchId: number, onLost: OnMarkerLost): "write" | "done" | "skip" {
    const found = this.batchId;
    if (found === batchId) return "done";
    if (found !== null && found > batchId) throw this.newer(found, batchId);
    if (batchId === (found ?? -1) + 1) return "write";
    if (onLost !== "fail") return onLost;
    const parameters = {
      batchId: String(batchId),
      previousBatchId: String(batchId - 1),
      group: this.group,
      found: String(found ?? "none"),
    };
    throw new StreamingError("KAFKA_MARKER_LOST", parameters);
  }

  /** @throws KAFKA_MARKER_NEWER where it says a batch that the query has never planned */
  checkPlanned(lastPlanned: number): void {
    if (this.batchId !== null && this.batchId > lastPlanned) throw this.newer(this.batchId, lastPlanned + 1);
  }

  private newer(found: number, batchId: number): StreamingError {
    return new StreamingError("KAFKA_MARKER_NEWER", { batchId: String(batchId), found: String(found), group: this.group });
  }

  /** Puts marker `batchId` into the producer's transaction. */
  async put(producer: TransactionalProducer, batchId: number): Promise<void> {
    await producer.commitOffset(this.group, { topic: this.topic, partition: 0, offset: batchId, metadata: this.signature() });
  }

  /** The transaction with marker `batchId` was committed. */
  committed(batchId: number): void {
    assert(this.batchId === null || batchId > this.batchId, `marker ${batchId} after ${this.batchId}`);
    this.batchId = batchId;
  }

  private signature(): string {
    return JSON.stringify({ queryId: this.identity.queryId, outputId: this.identity.outputId });
  }
}
