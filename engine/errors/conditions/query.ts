import type { ConditionTable } from "../condition.js";

export const queryConditions = {
  INVALID_TRIGGER: {
    sqlState: "22023",
    message: "<trigger> is no trigger.",
    advice:
      'Use one of { processingTime: "5 seconds" } (zero or more), { once: true } and { availableNow: true }, which may have finalWatermark: true beside it.',
  },
  QUERY_WAITS_FOR_ITSELF: {
    sqlState: "55000",
    message:
      "<method> was called in a function that the query <name> itself waits for (foreachBatch, foreach or a listener): neither would ever end.",
    advice: "Call it elsewhere; stop() may be called there, and ends the query behind the batch.",
  },
  STREAM_FAILED: {
    sqlState: "XXKST",
    message: "Query <name> (run <runId>) failed in batch <batchId>: <message>",
    advice: "Nothing of that batch was committed; started again, the query goes on with the same batch.",
  },
  OPERATION_CANCELED: {
    sqlState: "HY008",
    message: "It was stopped before its end.",
    advice: "Run it again; LIMIT shows the first rows of a large table without reading it to its end.",
  },
  QUERY_NAME_IN_USE: {
    sqlState: "42710",
    message: "A query of the name <name> is running already in this session (run <runId>).",
    advice: "Stop that one first, or give this one another name.",
  },
  CONCURRENT_QUERY: {
    sqlState: "0A000",
    message: "Batch <batchId> was planned by somebody else: <location> already has an entry for it.",
    advice: "Another run of this query uses the same checkpoint. Stop it, or give each query a checkpoint of its own.",
  },
  CHECKPOINT_SHARED: {
    sqlState: "55006",
    message: "Two queries would have the checkpoint <location>: <first> and <second>.",
    advice: "Give each query a checkpoint of its own.",
  },
  OPERATOR_ID_INVALID: {
    sqlState: "42602",
    message: "<id> is no id of an operator.",
    advice: "Take letters, digits, _, . and -, up to 64, a letter first: the state in checkpoints is known by it.",
  },
  OPERATOR_ID_NAMES_NOTHING: {
    sqlState: "42K0E",
    message: "There is no stateful operator that id(<id>) could name: the rows come from none, or from one that has an id already.",
    advice: "Call id directly behind the aggregation, dropDuplicates, join of streams, limit or function with state that it names.",
  },
  OPERATOR_ID_TWICE: {
    sqlState: "42711",
    message: "Two stateful operators of the query have the id <id>: their state in the checkpoint could not be told apart.",
    advice:
      "Give each an id of its own. A DataFrame that is used twice in a query, with itself in a join or a union, has its operators twice: build it twice.",
  },
  QUERY_CHANGED: {
    sqlState: "42K03",
    message: "The checkpoint <location> belongs to another query: <change>.",
    advice:
      "Start the changed query with a new checkpointLocation, change it back, or, for a stateful operator, say by writeStream.migrateState what becomes of its state; npx tidemark plan JOB --against CHECKPOINT lists all of it.",
  },
  FOREACH_BATCH_USER_FUNCTION_ERROR: {
    sqlState: "39000",
    message: "The function of foreachBatch failed: <reason>",
    advice: "The batch was not committed and runs again at the next start; mend the function.",
  },
  CHECKPOINT_INCONSISTENT: {
    sqlState: "XXKST",
    message: "The logs of the checkpoint <location> contradict each other: <problem>.",
    advice: "Somebody has changed or removed files of it. Restore them from a copy, or start with a new checkpointLocation.",
  },
  CHECKPOINT_LOCATION_REQUIRED: {
    sqlState: "42K0G",
    message: "A query that writes to <format> needs a place for its checkpoint: without one, a restart would write everything again.",
    advice: 'Add .option("checkpointLocation", "checkpoints/…"), or set spark.sql.streaming.checkpointLocation and give the query a name.',
  },
  PATH_ALREADY_EXISTS: {
    sqlState: "42K04",
    message: "There is something at <path> already.",
    advice: 'Set mode("overwrite") to replace it, mode("append") to add to it, or choose another path.',
  },
  MEMORY_BUDGET_EXCEEDED: {
    sqlState: "53200",
    message: "<what> take <bytes>, and all that the query holds in memory is more than <limit>.",
    advice:
      "Give it more (spark.tidemark.stateMemoryBudget), or let it hold less: a watermark or stateTtl for state, the smaller table on the joined side, fewer values collected in a group.",
  },
  SPILL_FAILED: {
    sqlState: "58030",
    message: "What the query does not hold in memory could not be written to <folder>: <reason>.",
    advice: "Make room there, set TMPDIR to a folder with room, or raise spark.tidemark.stateMemoryBudget.",
  },
} satisfies ConditionTable;
