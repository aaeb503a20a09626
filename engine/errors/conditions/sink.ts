import type { ConditionTable } from "../condition.js";

export const sinkConditions = {
  LONG_BEYOND_SAFE_INTEGER: {
    sqlState: "22003",
    message: "The value <value> of the column `<column>` is no safe integer: a JavaScript number would lose digits.",
    advice: "Declare the column as t.bigint, or cast it to a string or decimal.",
  },
  "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE": {
    sqlState: "42KDE",
    message: "Invalid streaming output mode: <outputMode>. This output mode is not supported in Data Source <className>.",
    advice:
      "Files only take new rows: use append mode, which a query with aggregations has with a watermark; or a sink that can replace rows.",
  },
  PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA: {
    sqlState: "42000",
    message: "The partition column <column> is not among the columns: <schema>.",
    advice: "Name a column of the result in partitionBy.",
  },
  ALL_PARTITION_COLUMNS_NOT_ALLOWED: {
    sqlState: "KD005",
    message: "Not every column can be a partition column: the files would hold nothing.",
    advice: "Leave a column out of partitionBy.",
  },
  INVALID_PARTITION_COLUMN_DATA_TYPE: {
    sqlState: "0A000",
    message: "A column of the type <type> cannot name folders.",
    advice: "Cast it to a simple type, or leave it out of partitionBy.",
  },
  UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE: {
    sqlState: "0A000",
    message: "The <format> datasource doesn't support the column <columnName> of the type <columnType>.",
    advice: "Cast the column or leave it out.",
  },
  EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE: {
    sqlState: "0A000",
    message: "The <format> datasource does not support writing empty or nested empty schemas.",
    advice: "Please make sure the data schema has at least one or more column(s).",
  },
  "SINK_WRITE_FAILED.DISK_FULL": {
    sqlState: "53100",
    message: "The sink could not write <path>: the disk is full, or the quota is used up (<code>).",
    advice: "Free some space and start the query again; nothing of the batch became visible.",
  },
  "SINK_WRITE_FAILED.PERMISSION_DENIED": {
    sqlState: "42501",
    message: "The sink could not write <path>: this user may not (<code>).",
    advice: "Give the user of this process the right to write there, or choose another path.",
  },
  "SINK_WRITE_FAILED.IO": {
    sqlState: "58030",
    message: "The sink could not write <path>: <code>.",
    advice: "Look after the disk; then start the query again, nothing of the batch became visible.",
  },
  SINK_BELONGS_TO_ANOTHER_QUERY: {
    sqlState: "55000",
    message: "<sink> holds what <owner> wrote; this is query <queryId>.",
    advice: "Write to an empty place, or start the query from the checkpoint that this output belongs to.",
  },
  OUTPUT_IS_INPUT: {
    sqlState: "42P16",
    message: "The query reads <input> and writes to <output>, where it would read again what it wrote.",
    advice: "Write to another folder.",
  },
  "UNSUPPORTED_OVERWRITE.PATH": {
    sqlState: "42902",
    message: "Can't overwrite the target that is also being read from. The target path is <path>.",
    advice: "Write to another folder, and put it in the place of this one afterwards.",
  },
  SINK_AHEAD_OF_QUERY: {
    sqlState: "55000",
    message:
      "<sink> already holds batch <newest> of this query, which is about to write batch <batchId>: the checkpoint is older than the output.",
    advice: "Restore the newer checkpoint, or write to an empty place.",
  },
  SINK_BEHIND_QUERY: {
    sqlState: "55000",
    message:
      "<sink> has the batches of this query up to batch <newest>, and the query is about to write batch <batchId>: those between are not there.",
    advice:
      "Restore the database that has them, or let the query go back to batch <newest> with a copy of its checkpoint; to go on without them, store the number of the batch before this one there.",
  },
} satisfies ConditionTable;
