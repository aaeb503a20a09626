import type { ConditionTable } from "../condition.js";

export const cliConditions = {
  INVALID_FLAG: {
    sqlState: "22023",
    message: "`<value>` is no value for --<flag>.",
    advice: "It takes <expected>.",
  },
  BATCH_FAILS_REPEATEDLY: {
    sqlState: "XXKST",
    message: "Batch <batchId> has failed <times> times in the same way, so the query is not started again. It reads <ranges>.",
    advice: "The cause below says what fails. Mend the input or the job and start it: nothing of the batch was committed.",
  },
  REPLAY_NEEDS_CHECKPOINT: {
    sqlState: "42K0G",
    message: "The query <name> has no checkpoint, so nothing says what its batches read.",
    advice: "Give it a checkpointLocation, or name one with --checkpoint.",
  },
  PLAN_NEEDS_CHECKPOINT: {
    sqlState: "42K0G",
    message: "The query <name> has no checkpoint that a start could be compared with.",
    advice: "Give it a checkpointLocation, or name one with --against.",
  },
  RESTART_LIMIT_REACHED: {
    sqlState: "XXKST",
    message: "The query was started again <limit> times without a batch that was committed, and is not started again.",
    advice: "The cause below says what fails. --restart-limit sets how often it is tried.",
  },
  INVALID_COMMAND_LINE: {
    sqlState: "22023",
    message: "<mistake>",
    advice: "Try: <help>",
  },
  UNKNOWN_SETTING: {
    sqlState: "42K0G",
    message: "The job sets no option `<option>`, and no configuration has that name.",
    advice: "<suggestion>",
  },
  AMBIGUOUS_SETTING: {
    sqlState: "42K0G",
    message: "The job sets `<option>` in several places, to <values>: one value would make them the same.",
    advice: "Say read.<option>=… or write.<option>=… for all sources or all sinks.",
  },
  JOB_NOT_FOUND: {
    sqlState: "42K03",
    message: "There is no job file <path>.",
    advice: "<suggestion>",
  },
  JOB_NOT_LOADABLE: {
    sqlState: "42K0G",
    message: "The job file <path> does not load: <reason>",
    advice: "Mend the file; it is loaded as an ES module, types stripped and not checked.",
  },
  JOB_WITHOUT_DEFAULT_EXPORT: {
    sqlState: "42K0G",
    message: "The job file <path> has no default export that makes a query.",
    advice:
      "Export a function of the session that gives one or several writers: export default (session: Session) => session.readStream….writeStream…",
  },
  JOB_FAILED: {
    sqlState: "38000",
    message: "The job file threw at <path>: <reason>",
    advice: "Mend the job: it failed while it made its queries, before any of them ran.",
  },
  JOB_GIVES_NO_WRITER: {
    sqlState: "42K0G",
    message: "The default export of <path> gave <given>, not a writer.",
    advice: "Return df.writeStream… (not yet started), or a list of them.",
  },
  JOB_INSERTS_NO_STREAM: {
    sqlState: "42K0G",
    message: "The statements of <path> start no query.",
    advice:
      "Write INSERT INTO t OPTIONS ('checkpointLocation' = '…', 'queryName' = '…') SELECT … FROM STREAM …; tidemark sql runs statements over tables.",
  },
  JOB_STARTS_QUERY: {
    sqlState: "55000",
    message: "The job file <path> starts a query itself.",
    advice: "Return df.writeStream… without .start(): `tidemark run` and `tidemark backfill` start it, each in its way. Nothing has run.",
  },
  BACKFILL_TARGET_NOT_EMPTY: {
    sqlState: "42K04",
    message: "The target <path> of the backfill is not empty.",
    advice: "Choose another --output, or add --overwrite to replace what is there.",
  },
  BACKFILL_TOPIC_NOT_EMPTY: {
    sqlState: "42K04",
    message: "The topic <topic>, the target of the backfill, has records (<records>).",
    advice: "Choose an empty or new topic; --overwrite replaces folders, but no producer can empty a topic.",
  },
  BACKFILL_OUTPUT_IS_LIVE: {
    sqlState: "42K04",
    message: "<output> is, holds or lies in a place that the job itself reads or writes.",
    advice: "Choose another --output: a backfill never touches the job's input, checkpoint or live output.",
  },
  BACKFILL_NEEDS_OUTPUT: {
    sqlState: "42K0G",
    message: "A backfill never writes to the job's own sink, so it needs a place of its own.",
    advice: "Add --output PATH (or TOPIC), or --dry-run to see counts and the first rows only.",
  },
  BACKFILL_SIDE_OUTPUT: {
    sqlState: "0A000",
    message:
      "The query sends malformed records to an output of their own, which a backfill has not: it writes the result only, and would lose them.",
    advice:
      'Build the query with onMalformed("drop") to leave them out of the backfill, with "null" to keep their rows, or with "fail" to end at the first.',
  },
  BACKFILL_STOPPED: {
    sqlState: "57014",
    message: "The backfill was stopped before all was written; nothing of it is visible in <output>.",
    advice: "Start it again: it begins anew.",
  },
  BACKFILL_EVENT_TIME_UNKNOWN: {
    sqlState: "42K0G",
    message: "--event-from and --event-to need to know the event time: <problem>.",
    advice: "<suggestion>",
  },
  BACKFILL_BOUND_INVALID: {
    sqlState: "22023",
    message: "`<value>` is no bound for --<flag>: <reason>.",
    advice: 'Give an ISO time such as 2026-01-01T00:00:00Z, or Kafka offsets such as {"topic":{"0":100}}.',
  },
} satisfies ConditionTable;
