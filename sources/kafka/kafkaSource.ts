import { createKafkaClient, earliest, isolationLevel, latest, type KafkaClient } from "../../connectors/kafka/client.js";
import { errorCode } from "../../connectors/kafka/errorCodes.js";
import type { TopicPartition } from "../../connectors/kafka/requests.js";
import type { SourceContext } from "../../engine/contract/provider.js";
import type { InputPartition, Offset, ReadLimit, Scan, ScanRequest, Source } from "../../engine/contract/source.js";
import type { ConditionName } from "../../engine/errors/conditions.js";
import { StreamingError, type ConditionParameters } from "../../engine/errors/streamingError.js";
import { formatInitialOffsets, parseInitialOffsets, parseOffsets, partitionName, PartitionOffsets } from "./offset.js";
import { describeSubscription, type KafkaSourceOptions, type Position } from "./options.js";
import { PositionResolver } from "./positions.js";
import { limitOffsets } from "./rateLimit.js";
import { KafkaReader, rangeOf } from "./reader.js";
import { sameIds, TopicIds, type IdsByTopic } from "./topicIds.js";

/** A source for one query. Connects at the first call that needs the cluster. */
export async function createKafkaSource(options: KafkaSourceOptions, context: SourceContext): Promise<Source> {
  checkPositions(options, context.bounded);
  for (const name of options.meaningless) context.warn(`The option ${name} of the kafka source means nothing here.`);
  for (const name of options.settings.ignored)
    context.warn(`The option kafka.${name} is a setting of the Java client; it means nothing here.`);
  const clientOptions = await options.settings.clientOptions(context.runtime.files);
  return new KafkaSource(
    options,
    context,
    createKafkaClient(clientOptions, context.runtime, (message) => context.warn(message)),
  );
}

/** How often, and how many ms apart, an answer is asked for again that looks like data loss but may be stale metadata. */
const doubtAttempts = 3;
const doubtDelayMs = 300;

/**
 * Topics as a table. An offset is the next record of each partition.
 *
 * Keeps: where the first batch starts (fixed in the source's log at the first start, so that a replay of batch 0 sees the same), the end of a bounded or
 * available-now read, and the last known end of the partitions for the metrics. Invariant: a batch is [start, end) of each partition; which of these
 * offsets hold rows is the broker's to say.
 */
class KafkaSource implements Source {
  readonly description: string;
  readonly schema;
  readonly defaultLimit: ReadLimit;
  private readonly positions: PositionResolver;
  private readonly isolation: number;
  private initial: PartitionOffsets | null = null;
  /** The end of a bounded or available-now read. */
  private fixedEnd: PartitionOffsets | null = null;
  private available: PartitionOffsets | null = null;
  private lastTriggerMs = 0;
  private readonly topicIds: TopicIds;
  /** The topics that are there, as of the last list. */
  private currentIds: IdsByTopic = new Map();

  constructor(
    private readonly options: KafkaSourceOptions,
    private readonly context: SourceContext,
    private readonly client: KafkaClient,
  ) {
    this.description = `KafkaV2[${describeSubscription(options.subscription)}]`;
    this.schema = context.schema;
    const level = options.settings.oneOf("isolation.level", ["read_committed", "read_uncommitted"]);
    this.isolation = level === "read_committed" ? isolationLevel.readCommitted : isolationLevel.readUncommitted;
    this.positions = new PositionResolver(client, this.isolation);
    this.topicIds = new TopicIds(context.log?.identities ?? null);
    this.defaultLimit = context.bounded ? {} : limitOf(options);
  }

  async latestOffset(start: Offset | null, limit: ReadLimit): Promise<Offset | null> {
    const from = start === null ? await this.initialOffsets() : parseOffsets(start);
    const ends = await this.endOffsets(from);
    const anew = await this.topicsMadeAnew(from);
    // Before anything is logged, so that the user can still choose.
    this.reportLosses(from, ends, anew);
    this.available = ends;
    // This batch only goes back to the beginning of a new topic; the next one reads it. So the offset log alone says what each batch reads.
    if (anew.size > 0) return new PartitionOffsets([...from].filter((entry) => ends.has(entry))).with(anew).toJson();
    const until = ends;
    if (this.isHeldBack(from, until, limit)) return start;
    const end = limit.maxRows === undefined ? until : await this.limited(limit.maxRows, from, until);
    return start !== null && end.equals(from) ? start : end.toJson();
  }

  async prepareForAvailableNow(): Promise<void> {
    const initial = await this.initialOffsets();
    if (this.context.bounded) return;
    this.fixedEnd = await this.positions.at(await this.assigned(initial), latest);
  }

  scan(request: ScanRequest): Scan {
    return {
      decode: null,
      residual: request.filters,
      partitions: (start, end) => this.partitions(start, end),
      open: async (partition) => {
        return new KafkaReader(this.client, rangeOf(partition), request.schema, {
          isolation: this.isolation,
          failOnDataLoss: this.options.failOnDataLoss,
          maxBytes: this.options.settings.integer("max.partition.fetch.bytes"),
          maxWaitMs: this.options.settings.integer("fetch.max.wait.ms"),
          clock: this.context.runtime.clock,
          warn: (message) => this.context.warn(message),
        });
      },
    };
  }

  async commit(): Promise<void> {
    // Kafka keeps records by its own rules; progress is in the checkpoint.
  }

  /** Positions may go back: a topic that was made anew begins at 0 again. */
  offsetProblem(_before: Offset | null, offset: Offset): string | null {
    try {
      parseOffsets(offset);
      return null;
    } catch (error) {
      if (error instanceof StreamingError) return error.message;
      throw error;
    }
  }

  sameOffset(a: Offset, b: Offset): boolean {
    return parseOffsets(a).equals(parseOffsets(b));
  }

  metrics(end: Offset | null): Readonly<Record<string, string>> {
    if (end === null || !this.available) return {};
    const consumed = parseOffsets(end);
    const behind = [...this.available].map((entry) => entry.offset - (consumed.get(entry) ?? 0));
    if (behind.length === 0) return {};
    const { failedAttempts } = this.client;
    const average = behind.reduce((sum, lag) => sum + lag, 0) / behind.length;
    return {
      avgOffsetsBehindLatest: Number.isInteger(average) ? average.toFixed(1) : String(average),
      maxOffsetsBehindLatest: String(Math.max(...behind)),
      minOffsetsBehindLatest: String(Math.min(...behind)),
      ...(failedAttempts > 0 && { failedConnectionAttempts: String(failedAttempts) }),
    };
  }

  stop(): Promise<void> {
    return this.client.close();
  }

  /** Where batch 0 starts: from the log, else from the options, and then into the log. */
  private async initialOffsets(): Promise<PartitionOffsets> {
    if (this.initial) return this.initial;
    const { log } = this.context;
    const stored = await log?.get(0);
    if (stored) return (this.initial = parseInitialOffsets(stored));
    const partitions = await this.assigned();
    const position: Position = this.options.starting ?? { kind: this.context.bounded ? "earliest" : "latest" };
    const resolved = await this.positions.resolve(position, partitions, "starting", this.options.onMissingTimestamp);
    const initial = position.kind === "offsets" ? await this.checkStart(resolved) : resolved;
    await this.topicIds.record(this.currentIds);
    if (log && !(await log.add(0, formatInitialOffsets(initial)))) {
      // Another run was quicker: what is logged counts.
      return (this.initial = parseInitialOffsets((await log.get(0))!));
    }
    return (this.initial = initial);
  }

  /** Offsets that the user named must still be there. */
  private async checkStart(start: PartitionOffsets): Promise<PartitionOffsets> {
    const first = await this.positions.at([...start], earliest);
    const checked = [...start].map((entry) => {
      const fetchedOffset = first.get(entry)!;
      if (entry.offset >= fetchedOffset) return entry;
      const parameters = { topicPartition: partitionName(entry), offset: String(entry.offset), fetchedOffset: String(fetchedOffset) };
      this.dataLoss("KAFKA_DATA_LOSS.START_OFFSET_RESET", parameters);
      return { ...entry, offset: fetchedOffset };
    });
    return new PartitionOffsets(checked);
  }

  /** How far reading could go now. */
  private async endOffsets(from: PartitionOffsets): Promise<PartitionOffsets> {
    if (this.context.bounded) this.fixedEnd ??= await this.boundedEnd(from);
    if (this.fixedEnd) return this.fixedEnd;
    return this.untilPlausible(from, () => this.currentEnds(from));
  }

  /** The ends of the topics that are there; null when a topic was made anew meanwhile: ends are asked for by name, and may belong to another topic than the listed id. */
  private async currentEnds(from: PartitionOffsets): Promise<PartitionOffsets | null> {
    const ends = await this.positions.at(await this.assigned(from), latest);
    if (ends.equals(from)) return ends;
    const before = this.currentIds;
    await this.assigned(from);
    return sameIds(before, this.currentIds) ? ends : null;
  }

  private async boundedEnd(from: PartitionOffsets): Promise<PartitionOffsets> {
    const position: Position = this.options.ending ?? { kind: "latest" };
    const end = await this.positions.resolve(position, [...from], "ending", "latest");
    for (const { topic, partition, offset } of end) {
      const startOffset = from.get({ topic, partition })!;
      if (offset >= startOffset) continue;
      const parameters = { topic, partition: String(partition), startOffset: String(startOffset), endOffset: String(offset) };
      throw new StreamingError("RESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET", parameters);
    }
    return end;
  }

  /**
   * Asks again while the answer would mean loss: after a change of leaders, metadata and ends may be stale for a moment. A topic may also vanish between
   * being listed and being asked for its end; the next list is without it.
   */
  private async untilPlausible(from: PartitionOffsets, ask: () => Promise<PartitionOffsets | null>): Promise<PartitionOffsets> {
    for (let attempt = 1; ; attempt++) {
      try {
        const ends = await ask();
        if (ends !== null) {
          const plausible = [...from].every((entry) => (ends.get(entry) ?? -1) >= entry.offset);
          if (plausible || attempt >= doubtAttempts) return ends;
        }
      } catch (error) {
        const vanished = error instanceof StreamingError && error.condition === "KAFKA_UNKNOWN_TOPIC_OR_PARTITION";
        if (!vanished || attempt >= doubtAttempts) throw error;
      }
      await this.context.runtime.clock.sleep(doubtDelayMs);
    }
  }

  /** The partitions to read now. `known` are those that were read before; without them, a missing topic is an error. */
  private async assigned(known: PartitionOffsets | null = null): Promise<TopicPartition[]> {
    const { subscription } = this.options;
    for (let attempt = 1; ; attempt++) {
      const names =
        subscription.kind === "subscribe"
          ? subscription.topics
          : subscription.kind === "assign"
            ? [...new Set(subscription.partitions.map((p) => p.topic))]
            : null;
      const topics = await this.client.topics(names);
      const partitions: TopicPartition[] = [];
      const ids = new Map<string, string>();
      for (const { topic, topicId, errorCode: code, internal, partitions: list } of topics) {
        if (code === errorCode.topicAuthorizationFailed) {
          throw new StreamingError("KAFKA_AUTHORIZATION_FAILED", { action: "Metadata", resource: topic });
        }
        if (subscription.kind === "subscribePattern" && (internal || !subscription.matches.test(topic))) continue;
        for (const { partition } of list) partitions.push({ topic, partition });
        if (topicId !== null && list.length > 0) ids.set(topic, topicId);
      }
      this.currentIds = ids;
      const missing = this.missing(partitions);
      if (missing === null) return this.wanted(partitions);
      if (known) {
        // What was read before and is gone is loss, and reported as such.
        this.context.warn(missing.message);
        return this.wanted(partitions);
      }
      if (attempt === doubtAttempts) throw missing;
      await this.context.runtime.clock.sleep(doubtDelayMs);
    }
  }

  private wanted(existing: TopicPartition[]): TopicPartition[] {
    const { subscription } = this.options;
    if (subscription.kind !== "assign") return existing;
    const names = new Set(existing.map(partitionName));
    return subscription.partitions.filter((p) => names.has(partitionName(p)));
  }

  /** What the subscription names but the cluster does not have; null when nothing is missing. */
  private missing(existing: readonly TopicPartition[]): StreamingError | null {
    const { subscription } = this.options;
    const brokers = this.client.servers;
    if (subscription.kind === "subscribePattern") {
      return existing.length > 0 ? null : new StreamingError("KAFKA_NO_MATCHING_TOPIC", { brokers, pattern: subscription.pattern });
    }
    const isTopic = subscription.kind === "subscribe";
    const names = isTopic ? subscription.topics : subscription.partitions.map(partitionName);
    const found = new Set(isTopic ? existing.map((p) => p.topic) : existing.map(partitionName));
    const topics = names.filter((name) => !found.has(name)).join(", ");
    return topics === "" ? null : new StreamingError("KAFKA_UNKNOWN_TOPIC_OR_PARTITION", { brokers, topics });
  }

  private isHeldBack(from: PartitionOffsets, until: PartitionOffsets, limit: ReadLimit): boolean {
    if (limit.minRows === undefined) return false;
    const nowMs = this.context.runtime.clock.nowMs();
    const waited = nowMs - this.lastTriggerMs >= (limit.maxDelayMs ?? this.options.maxTriggerDelayMs);
    const rows = [...until].reduce((sum, entry) => sum + entry.offset - (from.get(entry) ?? 0), 0);
    if (!waited && rows < limit.minRows) return true;
    this.lastTriggerMs = nowMs;
    return false;
  }

  private async limited(maxRows: number, from: PartitionOffsets, until: PartitionOffsets): Promise<PartitionOffsets> {
    const added = await this.positions.at(until.without(from), earliest);
    return limitOffsets(maxRows, (p) => from.get(p) ?? added.get(p), until);
  }

  /**
   * The topics of which the ids say that the offsets belong to others: where they begin, by partition. Empty when there are none, or when the offsets are at their
   * beginnings already: then their ids are recorded, before anything of them is read.
   */
  private async topicsMadeAnew(from: PartitionOffsets): Promise<PartitionOffsets> {
    const current = this.currentIds;
    const changed = await this.topicIds.changed(current);
    if (changed.length > 0) {
      const isChanged = ({ topic }: TopicPartition): boolean => changed.includes(topic);
      const firsts = await this.positions.at((await this.assigned(from)).filter(isChanged), earliest);
      const before = new PartitionOffsets([...from].filter(isChanged));
      const atBeginning = [...before].every((entry) => firsts.get(entry) === entry.offset);
      if (!atBeginning) {
        for (const topic of changed) await this.reportRecreated(topic, current.get(topic)!);
        return firsts;
      }
    }
    await this.topicIds.record(current);
    return new PartitionOffsets([]);
  }

  private async reportRecreated(topic: string, currentTopicId: string): Promise<void> {
    const topicId = (await this.topicIds.idOf(topic)) ?? "unknown";
    this.dataLoss("KAFKA_DATA_LOSS.TOPIC_RECREATED", { topic, topicId, currentTopicId });
  }

  /** One range a partition that has something to read, in the order of topic and partition number. */
  private async partitions(start: Offset | null, end: Offset): Promise<InputPartition[]> {
    const from = start === null ? await this.initialOffsets() : parseOffsets(start);
    const until = parseOffsets(end);
    this.reportLosses(from, until);
    const ids = new Map<string, string | null>();
    for (const { topic } of until) if (!ids.has(topic)) ids.set(topic, await this.topicIds.idOf(topic));
    const added = until.without(from);
    const firsts = await this.positions.at(added, earliest);
    for (const entry of firsts) {
      if (entry.offset === 0) continue;
      const parameters = { topicPartition: partitionName(entry), startOffset: String(entry.offset) };
      this.dataLoss("KAFKA_DATA_LOSS.ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO", parameters);
    }
    return [...until]
      .map(({ topic, partition, offset }) => ({
        topic,
        topicId: ids.get(topic) ?? null,
        partition,
        start: from.get({ topic, partition }) ?? firsts.get({ topic, partition })!,
        end: offset,
      }))
      .filter((range) => range.end > range.start);
  }

  /** `anew` are partitions of topics whose loss was reported already. */
  private reportLosses(from: PartitionOffsets, until: PartitionOffsets, anew: PartitionOffsets = new PartitionOffsets([])): void {
    const deleted = from.without(until).map(partitionName).join(", ");
    if (deleted !== "") this.dataLoss("KAFKA_DATA_LOSS.PARTITIONS_DELETED", { partitions: deleted });
    for (const entry of until) {
      const prevOffset = from.get(entry);
      if (prevOffset === undefined || prevOffset <= entry.offset || anew.has(entry)) continue;
      const parameters = { topicPartition: partitionName(entry), prevOffset: String(prevOffset), newOffset: String(entry.offset) };
      this.dataLoss("KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED", parameters);
    }
  }

  /** Throws, or warns when the user accepts loss. */
  private dataLoss(condition: ConditionName, parameters: ConditionParameters): void {
    const error = new StreamingError(condition, parameters);
    if (this.options.failOnDataLoss) throw error;
    this.context.warn(error.message);
  }
}

function limitOf(options: KafkaSourceOptions): ReadLimit {
  return {
    ...(options.maxOffsetsPerTrigger === undefined ? {} : { maxRows: options.maxOffsetsPerTrigger }),
    ...(options.minOffsetsPerTrigger === undefined ? {} : { minRows: options.minOffsetsPerTrigger, maxDelayMs: options.maxTriggerDelayMs }),
  };
}

/** Positions that make no sense for a stream or for a bounded read, as Spark refuses them. */
function checkPositions(options: KafkaSourceOptions, bounded: boolean): void {
  const { starting, ending } = options;
  if (!bounded) {
    if (!ending) return;
    const parameters = { option: "endingOffsets", reason: "a stream has no end", instead: "Leave it out, or read the topic bounded." };
    throw new StreamingError("KAFKA_OPTION_NOT_SUPPORTED", parameters);
  }
  if (starting?.kind === "latest" || has(starting, latest))
    throw options.invalid("startingOffsets", "earliest or offsets in a bounded read, not latest");
  if (ending?.kind === "earliest" || has(ending, earliest)) throw options.invalid("endingOffsets", "latest or offsets, not earliest");
}

function has(position: Position | null, special: number): boolean {
  return position?.kind === "offsets" && [...position.offsets].some(({ offset }) => offset === special);
}
