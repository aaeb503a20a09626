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
    advice: "Files only take new rows: use append mode, which a query with aggregations has with a watermark; or a sink that can replace rows.",
  },
  SINK_BELONGS_TO_ANOTHER_QUERY: {
    sqlState: "55000",
    message: "<sink> holds what <owner> wrote; this is query <queryId>.",
    advice: "Write to an empty place, or start the query from the checkpoint that this output belongs to.",
  },
  SINK_AHEAD_OF_QUERY: {
    sqlState: "55000",
    message: "<sink> already holds batch <newest> of this query, which is about to write batch <batchId>: the checkpoint is older than the output.",
    advice: "Restore the newer checkpoint, or write to an empty place.",
  },
} satisfies ConditionTable;
