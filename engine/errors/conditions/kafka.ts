import type { ConditionTable } from "../condition.js";

const dataLossAdvice =
  "The data was aged out by Kafka, or the topic was deleted before it was read. To go on with what is left, set the option failOnDataLoss to false.";

/** The Kafka source and sink. Names and parameters are Spark's where its Kafka connector has the condition. */
export const kafkaConditions = {
  KAFKA_BROKER_UNREACHABLE: {
    sqlState: "08001",
    message: "No Kafka broker of <brokers> can be reached: <reason>.",
    advice: "Check kafka.bootstrap.servers, that the broker runs, and kafka.security.protocol.",
  },
  KAFKA_AUTHENTICATION_FAILED: {
    sqlState: "28000",
    message: "The Kafka brokers <brokers> refuse the login: <reason>.",
    advice: "Check kafka.sasl.mechanism and kafka.sasl.jaas.config.",
  },
  KAFKA_AUTHORIZATION_FAILED: {
    sqlState: "42501",
    message: "Kafka does not allow <action> on <resource>.",
    advice: "Grant this user the access (Kafka ACLs).",
  },
  KAFKA_REQUEST_FAILED: {
    sqlState: "58030",
    message: "Kafka answered the request <request> with <error> (code <code>).",
    advice: "The batch was not committed; start the query again once the cluster is well.",
  },
  KAFKA_UNKNOWN_TOPIC_OR_PARTITION: {
    sqlState: "42P01",
    message: "Kafka (<brokers>) has no topic or partition <topics>.",
    advice: "Check the name, or create the topic first.",
  },
  KAFKA_NO_MATCHING_TOPIC: {
    sqlState: "42P01",
    message: "No topic of Kafka (<brokers>) matches the subscribePattern `<pattern>`.",
    advice: "Check the pattern (it must match the whole name), or create a topic first.",
  },
  KAFKA_SUBSCRIPTION_INVALID: {
    sqlState: "42K0G",
    message: "The kafka source needs exactly one of the options assign, subscribe and subscribePattern; <given> given.",
    advice: 'Say what to read, for example .option("subscribe", "topic1,topic2").',
  },
  KAFKA_OPTION_NOT_SUPPORTED: {
    sqlState: "42K0G",
    message: "The option `<option>` is not supported: <reason>.",
    advice: "<instead>",
  },
  KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED: {
    sqlState: "22023",
    message:
      "The partitions of the Kafka start offsets are not those that are read. Specified: <specifiedPartitions>. Assigned: <assignedPartitions>.",
    advice: "Name every partition; use -1 for latest, -2 for earliest.",
  },
  KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED: {
    sqlState: "22023",
    message:
      "The partitions of the Kafka <position> offsets by timestamp are not those that are read. Specified: <specifiedPartitions>. Assigned: <assignedPartitions>.",
    advice: "Name every partition.",
  },
  KAFKA_NO_OFFSET_FOR_TIMESTAMP: {
    sqlState: "22023",
    message: "No record of <topicPartition> is as late as the starting timestamp <timestamp>.",
    advice: "Take an earlier time, or set startingOffsetsByTimestampStrategy to latest.",
  },
  RESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET: {
    sqlState: "22023",
    message: "The start offset <startOffset> of topic <topic>, partition <partition>, is greater than its end offset <endOffset>.",
    advice: "Check startingOffsets and endingOffsets; the topic may also have been created anew.",
  },
  KAFKA_INVALID_OFFSET: {
    sqlState: "22023",
    message: "`<text>` is no Kafka offset: <reason>.",
    advice: 'Offsets read {"topic":{"0":123,"1":-2}}.',
  },
  "KAFKA_DATA_LOSS.ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO": {
    sqlState: "22000",
    message: "Some data may have been lost: the added partition <topicPartition> starts from <startOffset> instead of 0.",
    advice: dataLossAdvice,
  },
  "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE": {
    sqlState: "22000",
    message: "Some data may have been lost: the records at offsets [<startOffset>, <endOffset>) of <topicPartition> cannot be read.",
    advice: dataLossAdvice,
  },
  "KAFKA_DATA_LOSS.INITIAL_OFFSET_NOT_FOUND_FOR_PARTITIONS": {
    sqlState: "22000",
    message: "Some data may have been lost: no initial offsets of the partitions <partitions> are found. They may have been deleted.",
    advice: dataLossAdvice,
  },
  "KAFKA_DATA_LOSS.PARTITIONS_DELETED": {
    sqlState: "22000",
    message: "Some data may have been lost: the partitions <partitions> have been deleted.",
    advice: dataLossAdvice,
  },
  "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED": {
    sqlState: "22000",
    message:
      "Some data may have been lost: the end of <topicPartition> went back from <prevOffset> to <newOffset>; was the topic deleted and created anew?",
    advice: dataLossAdvice,
  },
  "KAFKA_DATA_LOSS.TOPIC_RECREATED": {
    sqlState: "22000",
    message:
      "Some data may have been lost: the topic <topic> was deleted and created anew. The offsets of the query belong to the one with the id <topicId>; the one that is there has the id <currentTopicId>.",
    advice:
      "What the old topic still held is gone. To go on with the new topic from its beginning, set the option failOnDataLoss to false.",
  },
  "KAFKA_DATA_LOSS.START_OFFSET_RESET": {
    sqlState: "22000",
    message:
      "Some data may have been lost: the starting offset of <topicPartition> was <offset>, but the records begin at <fetchedOffset>.",
    advice: dataLossAdvice,
  },
  KAFKA_MALFORMED_RECORDS: {
    sqlState: "22000",
    message: "The records of <topicPartition> from offset <offset> cannot be decoded: <reason>.",
    advice: "The data of the broker or of its network is damaged, or was written by a broken producer.",
  },
  KAFKA_TIMESTAMP_OUT_OF_RANGE: {
    sqlState: "22008",
    message: "The record at offset <offset> of <topicPartition> has a timestamp that does not fit into a TIMESTAMP.",
    advice: "Do not select the timestamp column, or start after that record.",
  },
  KAFKA_SINK_TOPIC_REQUIRED: {
    sqlState: "42K0G",
    message: "The kafka sink needs the option topic when the rows have no topic column.",
    advice: 'Add .option("topic", …) or a column named topic.',
  },
  KAFKA_SINK_VALUE_REQUIRED: {
    sqlState: "42703",
    message: "The kafka sink needs a column named value; the rows have <columns>.",
    advice: 'Make one, for example by to_json(struct("*")).alias("value").',
  },
  KAFKA_SINK_COLUMN_TYPE: {
    sqlState: "42K09",
    message: "The column <column> of the kafka sink is of type <type>; it must be <expected>.",
    advice: "Cast it.",
  },
  KAFKA_SINK_KEY_REQUIRED: {
    sqlState: "0A000",
    message: "The kafka sink writes changes by the key of a record, and rows are known by other columns: <columns>.",
    advice:
      "Make a column key of all of these and of nothing else: CAST(… AS STRING) AS key, or to_json(struct(…)) AS key; or write every change as a record, with what it is in a header: option changes = rows.",
  },
  KAFKA_NULL_IN_UPSERT: {
    sqlState: "22004",
    message: "A row for the kafka sink has a null in the column <column>. Where changes are written by key such a record <meaning>.",
    advice: "Write keys that cannot be null as to_json(struct(…)), and the same for values; or filter such rows out.",
  },
  KAFKA_NULL_TOPIC_IN_DATA: {
    sqlState: "22004",
    message: "A row for the kafka sink has a null topic.",
    advice: "Use the option topic to set a default topic.",
  },
  KAFKA_NULL_HEADER_KEY: {
    sqlState: "22004",
    message: "A row for the kafka sink has a header without a key.",
    advice: "Filter such headers out.",
  },
  KAFKA_PARTITION_OUT_OF_RANGE: {
    sqlState: "22003",
    message: "A row for the kafka sink names partition <partition> of topic <topic>, which has <partitions> partitions.",
    advice: "Leave the partition column out, or write only partitions that exist.",
  },
  KAFKA_RECORD_TOO_LARGE: {
    sqlState: "54000",
    message: "A record for topic <topic> is too large: <size> bytes, the limit is <limit>.",
    advice: "Raise kafka.max.request.size here and message.max.bytes at the broker (max.message.bytes of the topic).",
  },
  KAFKA_PRODUCER_FENCED: {
    sqlState: "55006",
    message:
      "Another run of this query has taken over its Kafka transactions (<transactionalId>), or a transaction was open for longer than its timeout of <timeoutMs> ms.",
    advice:
      "Let only one run write. If no other run exists, raise kafka.transaction.timeout.ms (and transaction.max.timeout.ms at the broker). Nothing of this batch is visible.",
  },
  KAFKA_MARKER_LOST: {
    sqlState: "55000",
    message:
      "Batch <batchId> is to be written to Kafka, but the marker of batch <previousBatchId> is not in the group <group> (found: <found>). Kafka forgets markers after offsets.retention.minutes without a commit, when their topic is deleted, and on another cluster; a query whose sink was something else before has none.",
    advice:
      "Look whether batch <batchId> is in the topic. Then start once with the sink option onMarkerLost=write (write it: right unless it is there already) or onMarkerLost=skip (take it as written: right if it is there).",
  },
  KAFKA_TARGET_RECREATED: {
    sqlState: "55000",
    message:
      "The topic <topic> that the query writes to was deleted and created anew while it ran (its id was <topicId> and is <currentTopicId>): the batches before are not in it.",
    advice: "To go on into the new topic, start the query once with the sink option onMarkerLost=write.",
  },
  KAFKA_MARKER_NEWER: {
    sqlState: "55000",
    message: "Batch <batchId> is to be written to Kafka, but batch <found> of the same query was already committed there (group <group>).",
    advice: "The checkpoint is older than the output: use the newest checkpoint, or a new query with an output topic of its own.",
  },
  KAFKA_MARKER_FOREIGN: {
    sqlState: "55000",
    message: "The group <group> holds a marker that is not of this query's output: <found>.",
    advice: "Set the sink option transactionalIdPrefix to one that nothing else uses.",
  },
} satisfies ConditionTable;
