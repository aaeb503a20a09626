import { checkNamesDiffer, namesOf } from "../../engine/arrow/columnNames.js";
import { KafkaSettings } from "../../connectors/kafka/configuration.js";
import { sameType, typeName, types, field, type DataType, type Schema } from "../../engine/arrow/types.js";
import { changesOption } from "../../engine/contract/changeForm.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import type { OutputMode } from "../../engine/contract/sink.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** What to do with a batch when its predecessor's marker is gone (KAFKA_MARKER_LOST). */
export type OnMarkerLost = (typeof onMarkerLostChoices)[number];

const onMarkerLostChoices = ["fail", "write", "skip"] as const;

/** The options of the sink, checked. */
export interface KafkaSinkOptions {
  readonly settings: KafkaSettings;
  /** The topic of every row; null: each row names its own. */
  readonly topic: string | null;
  readonly transactionalIdPrefix: string;
  readonly onMarkerLost: OnMarkerLost;
}

export const kafkaSinkSpecs: readonly OptionSpec[] = [
  changesOption("upserts"),
  { name: "topic", doc: "The topic of every row; goes before a column named topic.", kind: "text" },
  { name: "transactionalIdPrefix", doc: "What the transactional id and the marker group begin with.", kind: "text", default: "tidemark-" },
  {
    name: "onMarkerLost",
    doc: "What to do when Kafka has forgotten the marker of the last batch: fail, write the next batch, or skip it.",
    kind: onMarkerLostChoices,
    default: "fail",
  },
  { name: "includeHeaders", doc: "Accepted for Spark's sake: a headers column is always written.", kind: "boolean" },
];

/** @throws UNKNOWN_OPTION, INVALID_OPTION_VALUE, MISSING_OPTION, KAFKA_OPTION_NOT_SUPPORTED */
export function parseSinkOptions(given: Readonly<Record<string, string>>): KafkaSinkOptions {
  const options = new Options("the kafka sink", kafkaSinkSpecs, given, ["kafka."]);
  const settings = new KafkaSettings(options);
  if (!["all", "-1"].includes(settings.get("acks")!)) {
    throw new StreamingError("KAFKA_OPTION_NOT_SUPPORTED", {
      option: "kafka.acks",
      reason: "transactions need acks=all",
      instead: "Leave it out.",
    });
  }
  const topic = options.get("topic") ?? null;
  if (topic?.trim() === "") throw options.invalid("topic", "the name of a topic");
  return {
    settings,
    topic,
    transactionalIdPrefix: options.get("transactionalIdPrefix")!,
    onMarkerLost: onMarkerLostChoices.find((choice) => choice === options.get("onMarkerLost")?.toLowerCase())!,
  };
}

/** Positions of the columns that make a record; -1 where there is none. */
export interface RecordFields {
  readonly key: number;
  readonly value: number;
  readonly topic: number;
  readonly partition: number;
  readonly headers: number;
  /** What the row is, in output mode changes. */
  readonly changeType: number;
}

const headersType = types.array(types.struct([field("key", types.string), field("value", types.binary)]));

/**
 * Finds the columns of a record, as Spark does: by name and case.
 *
 * @throws COLUMN_ALREADY_EXISTS, KAFKA_SINK_TOPIC_REQUIRED, KAFKA_SINK_VALUE_REQUIRED, KAFKA_SINK_COLUMN_TYPE
 */
export function recordFields(schema: Schema, topicOption: string | null, outputMode: OutputMode = "append"): RecordFields {
  const find = (name: string, ...accepted: readonly DataType[]): number => {
    const index = schema.fields.findIndex((candidate) => candidate.name === name);
    if (index < 0) return -1;
    const { type } = schema.fields[index]!;
    checkNamesDiffer(
      namesOf(schema).filter((candidate) => candidate === name),
      { ignoreCase: false },
    );
    if (type.kind === "null" || accepted.some((one) => sameType(one, type))) return index;
    const expected = accepted.map(typeName).join(" or ");
    throw new StreamingError("KAFKA_SINK_COLUMN_TYPE", { column: name, type: typeName(type), expected });
  };
  const topic = topicOption === null ? find("topic", types.string) : -1;
  if (topicOption === null && topic < 0) throw new StreamingError("KAFKA_SINK_TOPIC_REQUIRED");
  const key = find("key", types.string, types.binary);
  const value = find("value", types.string, types.binary);
  if (value < 0) {
    throw new StreamingError("KAFKA_SINK_VALUE_REQUIRED", { columns: schema.fields.map((f) => f.name).join(", ") || "no columns" });
  }
  const changeType = outputMode === "changes" ? find("_change_type", types.string) : -1;
  return { key, value, topic, headers: find("headers", headersType), partition: find("partition", types.int), changeType };
}

/**
 * Refuses changes by key where records would be known by something else than their key (and their topic).
 *
 * @throws KAFKA_SINK_KEY_REQUIRED
 */
export function checkRecordKey(changeKeys: readonly string[]): void {
  if (changeKeys.includes("key") && changeKeys.every((name) => name === "key" || name === "topic")) return;
  throw new StreamingError("KAFKA_SINK_KEY_REQUIRED", { columns: changeKeys.join(", ") || "none, since there is one row" });
}
