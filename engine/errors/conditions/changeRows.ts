import type { ConditionTable } from "../condition.js";

/** The output mode `changes`. */
export const changeRowsConditions = {
  CHANGES_UNSUPPORTED_OPERATION: {
    sqlState: "0A000",
    message: "<operation> takes no rows back, as the output mode changes asks for where what is below gives rows that change.",
    advice: "<suggestion>",
  },
  CHANGES_COLUMN_TAKEN: {
    sqlState: "42711",
    message: "The result has a column <column> already, where the output mode changes puts the kind of each change.",
    advice: "Give the column another name.",
  },
  CHANGES_KEY_REQUIRED: {
    sqlState: "0A000",
    message: "The sink <sink> gets changes by key, and <reason>.",
    advice: "<suggestion>",
  },
  EMIT_EVERY_NEEDS_CHANGES: {
    sqlState: "0A000",
    message: "emitEvery says when changes of windows are told before these close, and the output mode <mode> tells no changes.",
    advice: "Use the output mode changes; or leave emitEvery out.",
  },
  EMIT_EVERY_WITHOUT_WINDOWS: {
    sqlState: "0A000",
    message: "emitEvery holds back changes of windows until they are due or the window closes, and the query has no windows that close.",
    advice:
      "Group by a window, a session or an event time with a watermark (withWatermark); or leave emitEvery out, and let the trigger say how often batches run.",
  },
  SINK_TAKES_NO_UPSERTS: {
    sqlState: "0A000",
    message:
      "The sink <sink> takes no changes by key: its files are never written again, and nothing says which of two rows of a key is the later one.",
    advice:
      "Write every change as a row (leave out the option changes): what is there now are the rows that came (insert, update_postimage) less those that went (update_preimage, delete).",
  },
} satisfies ConditionTable;
