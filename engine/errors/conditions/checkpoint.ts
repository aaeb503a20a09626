import type { ConditionTable } from "../condition.js";

/** Conditions of checkpoints: who owns one, what is in it, and the disk below it. */
export const checkpointConditions = {
  CHECKPOINT_IN_USE: {
    sqlState: "55006",
    message:
      "The checkpoint <location> is in use: process <pid> on <host> has owned it since <since> (run <runId>) and is alive, or has shown life while this start watched it. Two runs on one checkpoint would write every row twice.",
    advice: "Stop that process first, or give this query a checkpoint of its own.",
  },
  CHECKPOINT_OWNER_UNKNOWN: {
    sqlState: "55006",
    message:
      "The checkpoint <location> was last owned by process <pid> on <host> since <since> (run <runId>). It did not let go, and from here nobody can tell whether it still lives.",
    advice:
      "When you know that it is dead, start once with the configuration spark.tidemark.checkpoint.takeOver=true. Runs with a spark.tidemark.checkpoint.leaseTimeout are taken over by themselves when they show no life for that time.",
  },
  CHECKPOINT_TAKEN_OVER: {
    sqlState: "40000",
    message:
      "The checkpoint <location> was taken over by process <pid> on <host> at <since> (run <runId>); this run (<ownRunId>) has lost it and stopped before it wrote anything more.",
    advice: "Nothing is lost: the new owner goes on from the last commit. Stop one of the two if both were meant to run.",
  },
  CHECKPOINT_LOST: {
    sqlState: "58030",
    message: "The checkpoint <location> is gone while the query runs: <path> is not there any more.",
    advice:
      "Somebody removed or replaced the folder. Bring it back and start again; a new folder would start the query from the beginning.",
  },
  CHECKPOINT_CORRUPT: {
    sqlState: "XX001",
    message: "The file <path> of the checkpoint cannot be used: <reason>.",
    advice:
      "Restore it from a copy of the checkpoint. Removing single files of a checkpoint loses or repeats data; a new checkpoint starts the query from the beginning.",
  },
  STDS_COMMITTED_BATCH_UNAVAILABLE: {
    sqlState: "KD006",
    message: "No batch was committed yet in the checkpoint <checkpointLocation>, so there is no state to show.",
    advice: "Let the query commit a batch first.",
  },
  STDS_OFFSET_LOG_UNAVAILABLE: {
    sqlState: "KD006",
    message: "The checkpoint <checkpointLocation> has no batch <batchId>: it was never planned, or is older than what is kept.",
    advice: 'Ask session.read.format("state-metadata") which batches there are.',
  },
  STDS_FAILED_TO_READ_STATE_SCHEMA: {
    sqlState: "42K03",
    message: "The query of <sourceOptions> keeps no state.",
    advice: "Only queries with aggregations, deduplication, joins of streams, limits or user state have some.",
  },
  STDS_CONFLICT_OPTIONS: {
    sqlState: "42613",
    message: "The options <options> say different things of what to read.",
    advice: "Give one of them.",
  },
  STDS_REQUIRED_OPTION_UNSPECIFIED: {
    sqlState: "42601",
    message: "The option '<optionName>' is missing.",
    advice: "Say where the changes begin.",
  },
  "STDS_INVALID_OPTION_VALUE.IS_NEGATIVE": {
    sqlState: "42616",
    message: "Invalid value for source option '<optionName>': it is negative.",
    advice: "Batches count from 0.",
  },
  "STDS_INVALID_OPTION_VALUE.WITH_MESSAGE": {
    sqlState: "42616",
    message: "Invalid value for source option '<optionName>': <message>",
    advice: 'What there is, session.read.format("state-metadata") says.',
  },
  CHECKPOINT_STATE_UNREADABLE: {
    sqlState: "0A000",
    message: "The state of operator <operatorId> cannot be shown: <reason>.",
    advice: "Checkpoints that this version has begun can be shown. The query itself goes on, whichever version wrote it.",
  },
  CHECKPOINT_COPY_TARGET: {
    sqlState: "42K04",
    message: "<location> is not empty, so no checkpoint is copied there.",
    advice: "Name a folder that is not there yet.",
  },
  CHECKPOINT_BATCH_UNKNOWN: {
    sqlState: "42K03",
    message: "The checkpoint <location> has not all that batch <batchId> began with; it has that of <kept>.",
    advice: "Name one of those batches. spark.sql.streaming.minBatchesToRetain says how many are kept.",
  },
  CHECKPOINT_RESET_UNKNOWN: {
    sqlState: "42K03",
    message: "The checkpoint <location> knows no committed <wanted> to go back to; it has batches <kept>.",
    advice: "Name one of those. spark.sql.streaming.minBatchesToRetain says how many are kept; a new checkpoint begins at the beginning.",
  },
  CHECKPOINT_NOT_FOUND: {
    sqlState: "42K03",
    message: "There is no checkpoint at <location>: no query has planned a batch there.",
    advice: "Give the `checkpointLocation` of the query.",
  },
  CHECKPOINT_FILE_MISSING: {
    sqlState: "XX001",
    message: "The file <path> of the checkpoint is missing: <reason>.",
    advice: "Restore it from a copy of the checkpoint; a new checkpoint starts the query from the beginning.",
  },
  CHECKPOINT_INVARIANT_VIOLATED: {
    sqlState: "XX000",
    message: "<path> was not written, because <invariant> does not hold: <problem>.",
    advice:
      "Nothing was made worse. Somebody changed the checkpoint while the query ran, or this is a mistake of Tidemark: start again, which checks what is there; when it comes again, report it with this message.",
  },
  CHECKPOINT_FORMAT_UNKNOWN: {
    sqlState: "KD002",
    message: "The file <path> of the checkpoint has format version <version>; this Tidemark reads up to version <maxVersion>.",
    advice: "It was written by a newer Tidemark: start the query with that version or a later one.",
  },
  CHECKPOINT_STATE_NOT_OURS: {
    sqlState: "0A000",
    message:
      "The checkpoint <location> has committed batch <batchId> without a state file of Tidemark: Spark wrote it, or the query kept no state then.",
    advice:
      "Offsets of Spark's checkpoints can be taken over, its state stores cannot: give this query a new checkpoint, so that its state is built from the input.",
  },
  STATE_SCHEMA_CHANGED: {
    sqlState: "42K06",
    message: "The state in <location> does not fit the query any more: <change>.",
    advice:
      "Go on with the query as it was, give the changed one a new checkpoint, so that its state is built anew from the input, or say by writeStream.migrateState what becomes of it.",
  },
  STATE_MIGRATION_FAILED: {
    sqlState: "42K06",
    message: "The state of the stateful operator <operatorId> could not be made anew: <reason>",
    advice:
      "Nothing was written. Mend the function of migrateState and start again; npx tidemark state show has the rows that it is given.",
  },
  MALFORMED_LOG_FILE: {
    sqlState: "KD002",
    message: "The log file <path> was malformed: failed to read correct log version from <text>.",
    advice: "Restore the file from a copy of the checkpoint; a new checkpoint starts the query from the beginning.",
  },
  "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION": {
    sqlState: "KD002",
    message: "Unsupported log version in <path>. The maximum supported log version is v<maxVersion>, but encountered v<version>.",
    advice: "The log file was produced by a newer version and cannot be read by this one. Please upgrade.",
  },
  "CHECKPOINT_WRITE_FAILED.DISK_FULL": {
    sqlState: "53100",
    message: "The checkpoint could not write <path>: the disk is full, or the quota is used up (<code>).",
    advice: "Free some space and start the query again; it goes on from the last commit.",
  },
  "CHECKPOINT_WRITE_FAILED.PERMISSION_DENIED": {
    sqlState: "42501",
    message: "The checkpoint could not write <path>: this user may not (<code>).",
    advice: "Give the user of this process the right to write there, or choose another checkpointLocation.",
  },
  "CHECKPOINT_WRITE_FAILED.NOT_A_FOLDER": {
    sqlState: "58030",
    message: "The checkpoint could not write <path>: something on that path is not a folder (<code>).",
    advice: "Choose another checkpointLocation, or move away the file that stands there.",
  },
  "CHECKPOINT_WRITE_FAILED.IO": {
    sqlState: "58030",
    message: "The checkpoint could not write <path>: <code>.",
    advice: "Look after the disk; then start the query again, it goes on from the last commit.",
  },
  "CHECKPOINT_READ_FAILED.PERMISSION_DENIED": {
    sqlState: "42501",
    message: "The checkpoint could not read <path>: this user may not (<code>).",
    advice: "Give the user of this process the right to read there.",
  },
  "CHECKPOINT_READ_FAILED.IO": {
    sqlState: "58030",
    message: "The checkpoint could not read <path>: <code>.",
    advice: "Look after the disk; then start the query again, it goes on from the last commit.",
  },
} satisfies ConditionTable;
