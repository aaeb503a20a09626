import type { Clock } from "../../engine/contract/clock.js";
import type { Runtime } from "../../engine/contract/runtime.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { OutageReport } from "./outage.js";
import { BrokerConnections, closedError, type ConnectionConfiguration } from "./connection.js";
import { checkCode, errorCode, errorName, KafkaProtocolError } from "./errorCodes.js";
import { fetchRequest, type FetchedRecords, type FetchRequest } from "./fetch.js";
import type { TopicMetadata } from "./metadata.js";
import {
  coordinatorType,
  findCoordinatorRequest,
  listOffsetsRequest,
  offsetFetchRequest,
  type CommittedOffset,
  type KafkaRequest,
  type PartitionResult,
  type TopicPartition,
} from "./requests.js";

export const isolationLevel = { readUncommitted: 0, readCommitted: 1 } as const;

/** Special timestamps of `listOffsets`, and special offsets of the options. */
export const latest = -1;
export const earliest = -2;

/** What Tidemark asks of a Kafka cluster. Passing troubles are retried inside; what rejects is a condition. */
export interface KafkaClient {
  /** The bootstrap servers, for messages. */
  readonly servers: string;
  /** Attempts that did not reach a broker so far. */
  readonly failedAttempts: number;
  /** Null: all topics. A topic that does not exist has an error code; with `create`, clusters that make topics on demand make it. */
  topics(names: readonly string[] | null, create?: boolean): Promise<readonly TopicMetadata[]>;
  /** The offset of each partition at `timestamp` (`latest`, `earliest`, or ms: -1 where no record is that late), by `partitionKey`. */
  listOffsets(
    partitions: readonly (TopicPartition & { readonly timestamp: number })[],
    isolation: number,
  ): Promise<ReadonlyMap<string, number>>;
  /** Record batches from an offset on. Of the errors, only OFFSET_OUT_OF_RANGE is given back as a code. */
  fetch(request: FetchRequest): Promise<FetchedRecords>;
  /** The committed offsets of a group, once no transaction over them is open. */
  committedOffsets(groupId: string): Promise<readonly CommittedOffset[]>;
  /** Sends to the coordinator of a group or a transactional id. `codeOf` finds the error code in the answer. */
  toCoordinator<R>(key: string, type: number, request: KafkaRequest<R>, codeOf: (answer: R) => number): Promise<R>;
  /** Sends every item to the leader of its partition, one request a leader; resends what failed in passing. Codes in `accepted` are no failures. */
  toLeaders<P extends TopicPartition, R extends PartitionResult>(
    items: readonly P[],
    request: (items: readonly P[]) => KafkaRequest<R[]>,
    accepted?: readonly number[],
  ): Promise<R[]>;
  close(): Promise<void>;
}

/** How long a request is retried: until the first contact, afterwards, and when a topic is said to be unknown (metadata may lag). */
const firstContactMs = 6_000;
const unknownTopicMs = 5_000;

export interface KafkaClientOptions extends ConnectionConfiguration {
  /** How long a request is retried once the cluster has been reached. */
  readonly apiTimeoutMs: number;
}

/** A client of the cluster behind `options.bootstrapServers`. Connects at the first request; `say` is told when the brokers cannot be reached. */
export function createKafkaClient(
  options: KafkaClientOptions,
  { clock, network }: Pick<Runtime, "clock" | "network">,
  say: (message: string) => void = () => {},
): KafkaClient {
  return new Client(options, clock, new BrokerConnections(options, clock, network ?? null), say);
}

/** `topic/partition`: a key for maps. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** As Kafka prints a partition: `topic-0`. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

class Client implements KafkaClient {
  readonly servers: string;
  private readonly leaders = new Map<string, number>();
  private readonly coordinators = new Map<string, number>();
  private readonly stopped = new AbortController();
  /** Ends the waiting of each request under way. */
  private readonly waiting = new Set<(reason: Error) => void>();
  private reached = false;
  private readonly outage: OutageReport;

  constructor(
    private readonly options: KafkaClientOptions,
    private readonly clock: Clock,
    private readonly connections: BrokerConnections,
    say: (message: string) => void,
  ) {
    this.servers = options.bootstrapServers.join(",");
    this.outage = new OutageReport(this.servers, clock, say);
  }

  get failedAttempts(): number {
    return this.outage.failedAttempts;
  }

  topics(names: readonly string[] | null, create = false): Promise<readonly TopicMetadata[]> {
    return this.retrying(() => this.refresh(names, create));
  }

  async listOffsets(
    partitions: readonly (TopicPartition & { readonly timestamp: number })[],
    isolation: number,
  ): Promise<ReadonlyMap<string, number>> {
    const listed = await this.toLeaders(partitions, (items) => listOffsetsRequest(items, isolation));
    return new Map(listed.map((entry) => [partitionKey(entry), entry.offset]));
  }

  fetch(request: FetchRequest): Promise<FetchedRecords> {
    return this.retrying(async () => {
      const leader = await this.leaderOf(request);
      const fetched = await this.connections.send(leader, fetchRequest(request));
      if (fetched.errorCode !== errorCode.offsetOutOfRange) checkCode("Fetch", fetched.errorCode, partitionName(request));
      return fetched;
    });
  }

  async committedOffsets(groupId: string): Promise<readonly CommittedOffset[]> {
    const answer = await this.toCoordinator(groupId, coordinatorType.group, offsetFetchRequest(groupId), (a) => a.errorCode);
    return answer.committed;
  }

  toCoordinator<R>(key: string, type: number, request: KafkaRequest<R>, codeOf: (answer: R) => number): Promise<R> {
    return this.retrying(async () => {
      const cacheKey = `${type}/${key}`;
      const node = this.coordinators.get(cacheKey) ?? (await this.findCoordinator(key, type));
      this.coordinators.set(cacheKey, node);
      const answer = await this.connections.send(node, request);
      checkCode(request.name, codeOf(answer), key);
      return answer;
    });
  }

  async toLeaders<P extends TopicPartition, R extends PartitionResult>(
    items: readonly P[],
    request: (items: readonly P[]) => KafkaRequest<R[]>,
    accepted: readonly number[] = [],
  ): Promise<R[]> {
    const done: R[] = [];
    let left = [...items];
    await this.retrying(async () => {
      if (left.length === 0) return;
      const groups = await this.groupByLeader(left);
      const answers = await Promise.allSettled([...groups].map(([leader, group]) => this.connections.send(leader, request(group))));
      let failure: unknown = null;
      for (const answer of answers) {
        if (answer.status === "rejected") failure ??= answer.reason;
        else failure = this.settle(answer.value, accepted, done, request(left).name) ?? failure;
      }
      const settled = new Set(done.map(partitionKey));
      left = left.filter((item) => !settled.has(partitionKey(item)));
      if (failure) throw failure;
      if (left.length > 0) throw new KafkaProtocolError(request(left).name, errorCode.notLeader, partitionName(left[0]!));
    });
    return done;
  }

  async close(): Promise<void> {
    this.stopped.abort();
    for (const giveUp of this.waiting) giveUp(closedError());
    await this.connections.close();
  }

  /** The same, but rejects when the client is closed: a broker that does not answer holds nobody. */
  private untilClosed<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      answer.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
  }

  /** Puts the good results into `done`; gives the failure that matters most: one that no retry helps. */
  private settle<R extends PartitionResult>(
    results: readonly R[],
    accepted: readonly number[],
    done: R[],
    name: string,
  ): KafkaProtocolError | null {
    let failure: KafkaProtocolError | null = null;
    for (const result of results) {
      if (result.errorCode === errorCode.none || accepted.includes(result.errorCode)) {
        done.push(result);
        continue;
      }
      const error = new KafkaProtocolError(name, result.errorCode, partitionName(result));
      if (!failure || !error.retriable) failure = error;
    }
    return failure;
  }

  private async groupByLeader<P extends TopicPartition>(items: readonly P[]): Promise<Map<number, P[]>> {
    const groups = new Map<number, P[]>();
    for (const item of items) {
      const leader = await this.leaderOf(item);
      const group = groups.get(leader);
      if (group) group.push(item);
      else groups.set(leader, [item]);
    }
    return groups;
  }

  private async leaderOf(partition: TopicPartition): Promise<number> {
    const known = this.leaders.get(partitionKey(partition));
    if (known !== undefined) return known;
    const [topic] = await this.refresh([partition.topic]);
    checkCode("Metadata", topic?.errorCode ?? errorCode.unknownTopicOrPartition, partition.topic);
    const leader = this.leaders.get(partitionKey(partition));
    if (leader === undefined) {
      const exists = topic!.partitions.some((p) => p.partition === partition.partition);
      const code = exists ? errorCode.leaderNotAvailable : errorCode.unknownTopicOrPartition;
      throw new KafkaProtocolError("Metadata", code, partitionName(partition));
    }
    return leader;
  }

  private async refresh(names: readonly string[] | null, create = false): Promise<readonly TopicMetadata[]> {
    const { topics } = await this.connections.metadata(names, create);
    for (const { topic, partitions } of topics) {
      for (const { partition, leader } of partitions) {
        if (leader >= 0) this.leaders.set(partitionKey({ topic, partition }), leader);
      }
    }
    return topics;
  }

  private async findCoordinator(key: string, type: number): Promise<number> {
    const { errorCode: code, broker } = await this.connections.sendToAny(findCoordinatorRequest(key, type));
    checkCode("FindCoordinator", code, key);
    this.connections.learn(broker);
    return broker.nodeId;
  }

  private async retrying<T>(attempt: () => Promise<T>): Promise<T> {
    const startMs = this.clock.monotonicMs();
    for (let delayMs = 2; ; delayMs = Math.min(delayMs * 2, 500)) {
      try {
        const result = await this.untilClosed(attempt());
        this.reached = true;
        this.outage.succeeded();
        return result;
      } catch (error) {
        const limitMs = this.retryLimitMs(error);
        if (this.stopped.signal.aborted || this.clock.monotonicMs() - startMs + delayMs > limitMs) throw this.toCondition(error);
        if (isConnectionError(error)) this.outage.failed(reasonOf(error), limitMs);
        await this.clock.sleep(delayMs, this.stopped.signal);
        // What failed may have moved: ask again who leads and who coordinates.
        if (!(error instanceof KafkaProtocolError) || error.code !== errorCode.concurrentTransactions) {
          this.leaders.clear();
          this.coordinators.clear();
        }
      }
    }
  }

  private retryLimitMs(error: unknown): number {
    if (error instanceof KafkaProtocolError) {
      if (unknownTopicCodes.includes(error.code)) return unknownTopicMs;
      return error.retriable ? this.options.apiTimeoutMs : 0;
    }
    if (!isConnectionError(error)) return 0;
    return this.reached ? this.options.apiTimeoutMs : firstContactMs;
  }

  private toCondition(error: unknown): unknown {
    if (error instanceof KafkaProtocolError) return protocolCondition(error, this.servers);
    const name = error instanceof Error ? error.name : "";
    const brokers = this.servers;
    if (name.startsWith("KafkaJSSASL") || (error instanceof Error && /SASL/.test(error.message))) {
      return new StreamingError("KAFKA_AUTHENTICATION_FAILED", { brokers, reason: reasonOf(error) }, { cause: error });
    }
    if (isConnectionError(error)) {
      return new StreamingError("KAFKA_BROKER_UNREACHABLE", { brokers, reason: reasonOf(error) }, { cause: error });
    }
    if (error instanceof RangeError) {
      const parameters = { request: "of this client", error: `bytes that cannot be read: ${error.message}`, code: "none" };
      return new StreamingError("KAFKA_REQUEST_FAILED", parameters, { cause: error });
    }
    return error;
  }
}

/** There is no such topic, or it is another one of that name now. */
const unknownTopicCodes: readonly number[] = [errorCode.unknownTopicOrPartition, errorCode.unknownTopicId, errorCode.inconsistentTopicId];

const authorizationCodes: readonly number[] = [
  errorCode.topicAuthorizationFailed,
  errorCode.groupAuthorizationFailed,
  errorCode.transactionalIdAuthorizationFailed,
  31,
];

function protocolCondition(error: KafkaProtocolError, brokers: string): unknown {
  const { code, request, subject } = error;
  // Fencing is for the producer to explain: it knows its time-out.
  if (code === errorCode.producerFenced || code === errorCode.invalidProducerEpoch) return error;
  if (code === errorCode.messageTooLarge || code === errorCode.recordListTooLarge) return error;
  if (authorizationCodes.includes(code)) {
    return new StreamingError("KAFKA_AUTHORIZATION_FAILED", { action: request, resource: subject }, { cause: error });
  }
  if (unknownTopicCodes.includes(code)) {
    return new StreamingError("KAFKA_UNKNOWN_TOPIC_OR_PARTITION", { brokers, topics: subject }, { cause: error });
  }
  const parameters = { request: `${request} of ${subject}`, error: errorName(code), code: String(code) };
  return new StreamingError("KAFKA_REQUEST_FAILED", parameters, { cause: error });
}

const connectionErrorNames = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSLockTimeout",
  "KafkaJSBrokerNotFound",
]);

function isConnectionError(error: unknown): boolean {
  return error instanceof Error && connectionErrorNames.has(error.name) && !/SASL/.test(error.message);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
