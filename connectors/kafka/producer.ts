import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { partitionKey, type KafkaClient } from "./client.js";
import { errorCode, KafkaProtocolError } from "./errorCodes.js";
import {
  addOffsetsToTxnRequest,
  addPartitionsToTxnRequest,
  coordinatorType,
  endTxnRequest,
  initProducerIdRequest,
  produceRequest,
  txnOffsetCommitRequest,
  type CommittedOffset,
  type PartitionResult,
  type ProduceData,
  type ProducerIdentity,
  type TopicPartition,
} from "./requests.js";

/** How long a broker may take to replicate what was produced. */
const produceTimeoutMs = 30_000;

/**
 * The transactions of one transactional id: `initialize`, then for each transaction `produce`*, `commitOffset`?, `end`.
 *
 * `initialize` fences whoever used the id before and settles what they left open; from then on every request of theirs fails with
 * KAFKA_PRODUCER_FENCED. Sequence numbers make a resent `produce` harmless.
 */
export class TransactionalProducer {
  private producer: ProducerIdentity | null = null;
  private readonly sequences = new Map<string, number>();
  private readonly added = new Set<string>();
  private inTransaction = false;

  constructor(
    private readonly client: KafkaClient,
    readonly transactionalId: string,
    private readonly timeoutMs: number,
  ) {}

  /** Who writes: what the record batches must carry. */
  get identity(): ProducerIdentity {
    assert(this.producer !== null, "the producer is not initialized");
    return this.producer;
  }

  /** Takes the transactional id over. */
  async initialize(): Promise<void> {
    const request = initProducerIdRequest(this.transactionalId, this.timeoutMs);
    const { producerId, producerEpoch } = await this.ask(request, (answer) => answer.errorCode);
    this.producer = { transactionalId: this.transactionalId, producerId, producerEpoch };
    this.sequences.clear();
    this.added.clear();
    this.inTransaction = false;
  }

  get isInTransaction(): boolean {
    return this.inTransaction;
  }

  /** The sequence number of the next batch of `count` records for a partition. */
  nextSequence(partition: TopicPartition, count: number): number {
    const key = partitionKey(partition);
    const sequence = this.sequences.get(key) ?? 0;
    // Sequence numbers are 31-bit and wrap around.
    this.sequences.set(key, (sequence + count) % 0x8000_0000);
    return sequence;
  }

  /** Writes one batch for each of several partitions, durably, into the transaction. */
  async produce(data: readonly ProduceData[]): Promise<void> {
    await this.addPartitions(data);
    const { transactionalId } = this.identity;
    await this.fenced(() =>
      this.client.toLeaders(data, (items) => produceRequest(transactionalId, items, produceTimeoutMs), [errorCode.duplicateSequenceNumber]),
    );
  }

  /** Puts a committed offset into the transaction: it counts when, and only when, the transaction commits. */
  async commitOffset(groupId: string, committed: CommittedOffset): Promise<void> {
    await this.ask(addOffsetsToTxnRequest(this.identity, groupId), (code) => code);
    this.inTransaction = true;
    const request = txnOffsetCommitRequest(this.identity, groupId, committed);
    await this.fenced(() => this.client.toCoordinator(groupId, coordinatorType.group, request, firstCause));
  }

  /** Commits or aborts. Sending it again is harmless, so a lost answer is retried. */
  async end(commit: boolean): Promise<void> {
    if (!this.inTransaction) return;
    await this.ask(endTxnRequest(this.identity, commit), (code) => code);
    this.inTransaction = false;
    this.added.clear();
  }

  private async addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    const fresh = partitions.filter((p) => !this.added.has(partitionKey(p)));
    if (fresh.length === 0) return;
    await this.ask(addPartitionsToTxnRequest(this.identity, fresh), firstCause);
    this.inTransaction = true;
    for (const p of fresh) this.added.add(partitionKey(p));
  }

  /** To the coordinator of this transactional id. */
  private ask<R>(request: Parameters<typeof this.client.toCoordinator<R>>[2], codeOf: (answer: R) => number): Promise<R> {
    return this.fenced(() => this.client.toCoordinator(this.transactionalId, coordinatorType.transaction, request, codeOf));
  }

  private async fenced<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof KafkaProtocolError)) throw error;
      if (error.code !== errorCode.producerFenced && error.code !== errorCode.invalidProducerEpoch) throw error;
      const parameters = { transactionalId: this.transactionalId, timeoutMs: String(this.timeoutMs) };
      throw new StreamingError("KAFKA_PRODUCER_FENCED", parameters, { cause: error });
    }
  }
}

/** The error code of an answer about several partitions. One bad partition fails the others with OPERATION_NOT_ATTEMPTED: the cause is wanted. */
function firstCause(results: readonly PartitionResult[]): number {
  const codes = results.map((result) => result.errorCode).filter((code) => code !== errorCode.none);
  return codes.find((code) => code !== errorCode.operationNotAttempted) ?? codes[0] ?? errorCode.none;
}
