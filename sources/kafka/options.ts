import { earliest, latest } from "../../connectors/kafka/client.js";
import { KafkaSettings } from "../../connectors/kafka/configuration.js";
import type { TopicPartition } from "../../connectors/kafka/requests.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { parseOffsets, type PartitionOffsets } from "./offset.js";

/** What is read: Spark's three strategies. */
export type Subscription =
  | { readonly kind: "subscribe"; readonly topics: readonly string[] }
  | { readonly kind: "subscribePattern"; readonly pattern: string; readonly matches: RegExp }
  | { readonly kind: "assign"; readonly partitions: readonly TopicPartition[] };

/** Where reading starts or ends. Offsets may hold -1 (latest) and -2 (earliest); times are ms. */
export type Position =
  | { readonly kind: "earliest" | "latest" }
  | { readonly kind: "offsets"; readonly offsets: PartitionOffsets }
  | { readonly kind: "timestamp"; readonly timestampMs: number }
  | { readonly kind: "timestamps"; readonly timestampsMs: PartitionOffsets };

/** The options of the source, checked. */
export interface KafkaSourceOptions {
  readonly subscription: Subscription;
  readonly settings: KafkaSettings;
  /** Null: the default of the kind of read. */
  readonly starting: Position | null;
  readonly ending: Position | null;
  readonly onMissingTimestamp: "error" | "latest";
  readonly maxOffsetsPerTrigger: number | undefined;
  readonly minOffsetsPerTrigger: number | undefined;
  readonly maxTriggerDelayMs: number;
  readonly failOnDataLoss: boolean;
  readonly includeHeaders: boolean;
  /** Options of Spark that mean nothing here. */
  readonly meaningless: readonly string[];
  /** The refusal of a position option. */
  invalid(option: string, expected: string): StreamingError;
}

/** Options of Spark that are about its executors and its Java client. */
const meaningless: readonly OptionSpec[] = [
  { name: "minPartitions", doc: "Ignored.", kind: "integer" },
  { name: "maxRecordsPerPartition", doc: "Ignored.", kind: "integer" },
  { name: "groupIdPrefix", doc: "Ignored: no consumer group is used.", kind: "text" },
  { name: "kafkaConsumer.pollTimeoutMs", doc: "Ignored.", kind: "integer" },
  { name: "fetchOffset.numRetries", doc: "Ignored: see kafka.default.api.timeout.ms.", kind: "integer" },
  { name: "fetchOffset.retryIntervalMs", doc: "Ignored.", kind: "integer" },
];

export const kafkaSourceSpecs: readonly OptionSpec[] = [
  { name: "subscribe", doc: "The topics to read, separated by commas.", kind: "text" },
  { name: "subscribePattern", doc: "A regular expression of topic names.", kind: "text" },
  { name: "assign", doc: 'Single partitions: {"topic":[0,1]}.', kind: "text" },
  { name: "startingOffsets", doc: "earliest, latest or JSON; streams default to latest, bounded reads to earliest.", kind: "text" },
  { name: "endingOffsets", doc: "latest or JSON; bounded reads only.", kind: "text" },
  { name: "startingTimestamp", doc: "Start at the first record of this time (ms) or later.", kind: "integer" },
  { name: "endingTimestamp", doc: "End before the first record of this time (ms) or later.", kind: "integer" },
  { name: "startingOffsetsByTimestamp", doc: 'Times by partition: {"topic":{"0":1700000000000}}.', kind: "text" },
  { name: "endingOffsetsByTimestamp", doc: "Times by partition.", kind: "text" },
  {
    name: "startingOffsetsByTimestampStrategy",
    doc: "What to do when no record is as late as the starting time.",
    kind: ["error", "latest"],
    default: "error",
  },
  { name: "maxOffsetsPerTrigger", doc: "How many offsets a batch takes at most, shared out over the partitions.", kind: "integer" },
  { name: "minOffsetsPerTrigger", doc: "How many offsets a batch waits for.", kind: "integer" },
  { name: "maxTriggerDelay", doc: "How long minOffsetsPerTrigger waits at most.", kind: "duration", default: "15m" },
  { name: "failOnDataLoss", doc: "Whether the query fails when data may have been lost.", kind: "boolean", default: "true" },
  { name: "includeHeaders", doc: "Whether to add the column headers.", kind: "boolean", default: "false" },
  ...meaningless,
];

/**
 * Checks the options of a kafka source.
 *
 * @throws UNKNOWN_OPTION, INVALID_OPTION_VALUE, MISSING_OPTION, KAFKA_SUBSCRIPTION_INVALID …
 */
export function parseSourceOptions(given: Readonly<Record<string, string>>): KafkaSourceOptions {
  const options = new Options("the kafka source", kafkaSourceSpecs, given, ["kafka."]);
  const settings = new KafkaSettings(options);
  for (const name of ["maxOffsetsPerTrigger", "minOffsetsPerTrigger"]) {
    if ((options.integer(name) ?? 1) <= 0) throw options.invalid(name, "a whole number above 0");
  }
  const [min, max] = [options.integer("minOffsetsPerTrigger"), options.integer("maxOffsetsPerTrigger")];
  if (min !== undefined && max !== undefined && min > max) {
    throw options.invalid("minOffsetsPerTrigger", `at most maxOffsetsPerTrigger, ${max}`);
  }
  return {
    subscription: subscriptionOf(options),
    settings,
    starting: positionOf(options, "starting"),
    ending: positionOf(options, "ending"),
    onMissingTimestamp: options.get("startingOffsetsByTimestampStrategy")!.toLowerCase() === "latest" ? "latest" : "error",
    maxOffsetsPerTrigger: max,
    minOffsetsPerTrigger: min,
    maxTriggerDelayMs: options.durationMs("maxTriggerDelay")!,
    failOnDataLoss: options.boolean("failOnDataLoss"),
    includeHeaders: options.boolean("includeHeaders"),
    meaningless: meaningless.map((spec) => spec.name).filter((name) => options.get(name) !== undefined),
    invalid: (option, expected) => options.invalid(option, expected),
  };
}

/** As Spark prints it in the progress. */
export function describeSubscription(subscription: Subscription): string {
  switch (subscription.kind) {
    case "subscribe":
      return `Subscribe[${subscription.topics.join(", ")}]`;
    case "subscribePattern":
      return `SubscribePattern[${subscription.pattern}]`;
    default:
      return `Assign[${subscription.partitions.map((p) => `${p.topic}-${p.partition}`).join(", ")}]`;
  }
}

function subscriptionOf(options: Options): Subscription {
  const given = ["assign", "subscribe", "subscribePattern"].filter((name) => options.get(name) !== undefined);
  if (given.length !== 1) {
    throw new StreamingError("KAFKA_SUBSCRIPTION_INVALID", { given: given.length === 0 ? "none is" : `${given.join(", ")} are` });
  }
  const text = options.get(given[0]!)!;
  switch (given[0]) {
    case "subscribe": {
      const topics = text.split(",").map((topic) => topic.trim());
      if (topics.some((topic) => topic === "")) throw options.invalid("subscribe", "topic names separated by commas");
      return { kind: "subscribe", topics: [...new Set(topics)] };
    }
    case "subscribePattern":
      return { kind: "subscribePattern", pattern: text, matches: patternOf(options, text) };
    default:
      return { kind: "assign", partitions: assignedPartitions(options, text) };
  }
}

function patternOf(options: Options, text: string): RegExp {
  try {
    if (text.trim() === "") throw new SyntaxError("empty");
    return new RegExp(`^(?:${text})$`, "s");
  } catch {
    throw options.invalid("subscribePattern", "a regular expression");
  }
}

function assignedPartitions(options: Options, text: string): TopicPartition[] {
  const refuse = (): StreamingError => options.invalid("assign", 'JSON such as {"topic1":[0,1],"topic2":[2]}');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw refuse();
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw refuse();
  const partitions = Object.entries(parsed).flatMap(([topic, numbers]: [string, unknown]) => {
    if (!Array.isArray(numbers)) throw refuse();
    return numbers.map((partition: unknown) => {
      if (typeof partition !== "number" || !Number.isInteger(partition) || partition < 0) throw refuse();
      return { topic, partition };
    });
  });
  if (partitions.length === 0) throw refuse();
  return partitions;
}

/** A time for all partitions goes before times by partition, which go before offsets: Spark's order. */
function positionOf(options: Options, side: "starting" | "ending"): Position | null {
  const timestampMs = options.integer(`${side}Timestamp`);
  if (timestampMs !== undefined) {
    if (timestampMs < 0) throw options.invalid(`${side}Timestamp`, "milliseconds since 1970");
    return { kind: "timestamp", timestampMs };
  }
  const byTimestamp = options.get(`${side}OffsetsByTimestamp`);
  if (byTimestamp !== undefined) return { kind: "timestamps", timestampsMs: parseOffsets(byTimestamp) };
  const text = options.get(`${side}Offsets`);
  if (text === undefined) return null;
  const word = text.trim().toLowerCase();
  if (word === "earliest" || word === "latest") return { kind: word };
  if (!word.startsWith("{")) throw options.invalid(`${side}Offsets`, 'earliest, latest or JSON such as {"topic":{"0":123,"1":-2}}');
  const offsets = parseOffsets(text);
  for (const { offset } of offsets) {
    if (offset < 0 && offset !== latest && offset !== earliest) {
      throw options.invalid(`${side}Offsets`, "offsets from 0, -1 for latest or -2 for earliest");
    }
  }
  return { kind: "offsets", offsets };
}
