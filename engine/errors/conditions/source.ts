import type { ConditionTable } from "../condition.js";

export const sourceConditions = {
  ARROW_TYPE_MISMATCH: {
    sqlState: "42K09",
    message: "An Arrow column of type <actual> cannot be read as <expected>.",
    advice: "Give the column's own type in the schema and cast it afterwards.",
  },
  VALUE_NOT_OF_TYPE: {
    sqlState: "42K09",
    message: "`<value>` (<valueType>) is no value for the column `<column>` of type <type>.",
    advice: "Give a value of that type, or another type in the schema.",
  },
  UNKNOWN_FIELD: {
    sqlState: "42703",
    message: "A row has a field `<field>` that the schema does not have.",
    advice: "<suggestion>",
  },
  SOURCE_HAS_OWN_SCHEMA: {
    sqlState: "42K03",
    message: "The <source> source has a schema of its own and takes no other.",
    advice: "Leave .schema(…) out.",
  },
  UNBOUNDED_SOURCE: {
    sqlState: "0A000",
    message: "The <source> source has no end, so it cannot be read as a bounded table.",
    advice: "Read it with readStream.",
  },
  SOURCE_IS_BOUNDED: {
    sqlState: "0A000",
    message: "The <source> source shows what is there when it is read, so it is no stream.",
    advice: "Read it with session.read and without a schema: the checkpoint says it.",
  },
  CONCURRENT_STREAM_LOG_UPDATE: {
    sqlState: "40000",
    message: "Concurrent update to the log. Multiple streaming jobs detected for <batchId>.",
    advice: "Please make sure only one streaming job runs on a specific checkpoint location at a time.",
  },
  PATH_NOT_FOUND: {
    sqlState: "42K03",
    message: "Path does not exist: <path>.",
    advice:
      "Correct the path, or make the folder before the query starts. A relative path counts from the working directory, which `tidemark run --cwd DIR` sets.",
  },
  MANIFEST_CORRUPT: {
    sqlState: "XX001",
    message: "The manifest's entry <path> cannot be used: <reason>.",
    advice:
      "It says which files of the folder count. Restore it from a copy; without it nobody can tell which files belong to committed batches.",
  },
  MANIFEST_BEHIND_QUERY: {
    sqlState: "XX001",
    message: "The manifest <path> ends with batch <latest>, but the query has committed batch <batchId> into it.",
    advice:
      "The output folder, or its _spark_metadata, was removed or replaced by an older copy. Bring it back, or start over with a new checkpoint and a new output folder.",
  },
  OUTPUT_FILE_CHANGED: {
    sqlState: "XX001",
    message: "The file <path> has <found> bytes; batch <batchId> was committed with <size>.",
    advice: "It was cut, or written over, after its batch was committed. Restore it from a copy.",
  },
  MANIFEST_INCOMPLETE: {
    sqlState: "KD002",
    message: "The manifest <path> has no entry for batch <batchId>, though it has later ones.",
    advice: "Restore the entry; without it nobody can tell which files of that batch count.",
  },
  STREAMING_SOURCE_NEEDS_SCHEMA: {
    sqlState: "42K03",
    message: "A stream of <format> files needs a schema: its files come later.",
    advice: 'Add .schema(…); (await session.read.format("<format>").load(path)).schema shows what the files have now.',
  },
  CANNOT_MERGE_SCHEMAS: {
    sqlState: "42KD9",
    message: "The schemas of the files cannot be merged: <left> of those before, and <right> of <path>.",
    advice: "Give a schema, leave mergeSchema out, or read the files apart.",
  },
  CONFLICTING_DIRECTORY_STRUCTURES: {
    sqlState: "KD009",
    message: "The folders of <path> and those of other files here do not name the same columns: <column> is in one, and not in the other.",
    advice: "Read folders of one kind by themselves; a query that started before there were such folders sees them after a new start.",
  },
  INVALID_PARTITION_VALUE: {
    sqlState: "42846",
    message: "Failed to cast value <value> to data type <dataType> for partition column <columnName>.",
    advice: "Give the column the type that the names of the folders have; a string takes them all.",
  },
  UNABLE_TO_INFER_SCHEMA: {
    sqlState: "42KD9",
    message: "Unable to infer schema for <format>: there are no files with rows in <path>.",
    advice: "Specify it with .schema(…), or by CREATE TABLE t (…) USING ….",
  },
  MALFORMED_RECORD_IN_SCHEMA_INFERENCE: {
    sqlState: "22023",
    message: "A record is malformed, so that no schema can be inferred in FAILFAST mode: <record>",
    advice: "Repair it, give a schema, or choose the mode PERMISSIVE or DROPMALFORMED.",
  },
  PARQUET_TYPE_ILLEGAL: {
    sqlState: "42846",
    message:
      "Illegal Parquet type: <parquetType> of the column <column>. There are no times of day without a date here, nor in Spark by default.",
    advice: "Give a schema that leaves the column out, or that reads it as BIGINT: the time since midnight in the unit of the file.",
  },
  INVALID_TEXT_SCHEMA: {
    sqlState: "42K09",
    message: "Text files have one column of type STRING, not <schema>.",
    advice: 'Leave the schema out, or give "value STRING".',
  },
  "FAILED_READ_FILE.FILE_NOT_EXIST": {
    sqlState: "KD001",
    message: "Encountered error while reading file <path>. File does not exist.",
    advice: "Files that a stream has taken must stay until their batch is committed: put it back, or start from a new checkpoint.",
  },
  "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER": {
    sqlState: "KD001",
    message: "Encountered error while reading file <path>. Could not read footer: <reason>.",
    advice: "Please ensure that the file is in Parquet format, and whole.",
  },
  "FAILED_READ_FILE.FILE_SHRANK": {
    sqlState: "KD001",
    message: "Encountered error while reading file <path>. It had <size> bytes when it was opened, and now ends after <read>.",
    advice: "What is read must not change: write a file under another name, and rename it when it is whole.",
  },
  "FAILED_READ_FILE.NO_HINT": {
    sqlState: "KD001",
    message: "Encountered error while reading file <path>. <reason>.",
    advice: "Repair or remove the file.",
  },
  "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH": {
    sqlState: "KD001",
    message:
      "Encountered error while reading file <path>. Data type mismatches when reading Parquet column <column>. Expected Spark type <expectedType>, actual Parquet type <actualType>.",
    advice: "Give the column the type that the file has, and cast it in the query.",
  },
} satisfies ConditionTable;
