import type { ConditionTable } from "../condition.js";

/** Late and malformed rows that go to outputs of their own, or end the query. */
export const sideOutputConditions = {
  LATE_ROW: {
    sqlState: "22008",
    message: "A row came too late for the operator <operatorId>: its <column> is <eventTime>, the watermark had reached <watermark>.",
    advice: 'Give withWatermark a longer delay, or say onLate("drop") or onLate("sideOutput") in place of onLate("fail").',
  },
  LATE_ROWS_DIFFER: {
    sqlState: "42K0E",
    message:
      "Late rows of several operators go to one output, but the column <column> is <type> in one of them and <otherType> before <operatorId>.",
    advice: "Rename one of the columns before the operator.",
  },
  SIDE_OUTPUT_UNKNOWN: {
    sqlState: "42K0E",
    message: "There is no side output <output>.",
    advice: 'Use "late" or "malformed".',
  },
  SIDE_OUTPUT_WITHOUT_SINK: {
    sqlState: "42K0E",
    message: 'The query sends rows to the side output <output>, and nobody says where that is (on<policy>("sideOutput")).',
    advice: 'Add .sideOutput("<output>", (rows) => rows.writeStream.format("json").option("path", "out/<output>")).',
  },
  SIDE_OUTPUT_UNUSED: {
    sqlState: "42K0E",
    message: "The query has a side output <output>, and nothing goes there.",
    advice: 'Add .on<policy>("sideOutput"), or leave the side output out.',
  },
  SIDE_OUTPUT_WITHOUT_ROWS: {
    sqlState: "42K0E",
    message: "No row of this query can be <output>: <reason>.",
    advice: "Leave out what it says of such rows.",
  },
  SIDE_OUTPUT_OPERATION: {
    sqlState: "0A000",
    message: "The side output <output> cannot have <operation>: its rows are written as they come.",
    advice: "Filter, select and write them; aggregate, deduplicate and join what was written.",
  },
  SIDE_OUTPUT_WRITER: {
    sqlState: "42K0E",
    message: "The function of the side output <output> gives no writer of the rows that it is given.",
    advice: 'Write (rows) => rows.writeStream.format("json").option("path", "out/<output>").',
  },
  SIDE_OUTPUT_SETTING: {
    sqlState: "42K0E",
    message: "The side output <output> has a <setting> of its own, but it is committed with the batches of its query.",
    advice: "Set it of the query's own writer.",
  },
  MALFORMED_RECORDS_NOT_TOLD_APART: {
    sqlState: "0A000",
    message: "<expression> is asked for in a place where no row can be taken out for it (a lambda function, or a random choice).",
    advice: 'Put it into a column of its own (withColumn) first, or say onMalformed("null") or onMalformed("fail").',
  },
} satisfies ConditionTable;
