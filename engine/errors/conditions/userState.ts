import type { ConditionTable } from "../condition.js";

/** Users' functions over groups, and the state that they keep. */
export const userStateConditions = {
  GROUP_STATE_OUTPUT_MODE: {
    sqlState: "0A000",
    message: "<verb> in <outputMode> mode is not supported with <mode> output mode on a streaming DataFrame/Dataset.",
    advice: "Start the query in the mode that the function was given.",
  },
  GROUP_STATE_MODE: {
    sqlState: "42K0E",
    message: "The output mode of function should be append or update.",
    advice: "Pass `append` or `update`.",
  },
  GROUPING_NOT_PLAIN: {
    sqlState: "0A000",
    message: "<verb> wants groups of plain keys, not those of <grouping>.",
    advice:
      "Group by the columns with groupBy and no pivot; call it for each set of columns, and bring the results together with unionByName.",
  },
  GROUP_STATE_NOT_THERE: {
    sqlState: "42K0E",
    message: "The key has no state.",
    advice: "Look at `exists` first, or use `getOption()`.",
  },
  STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE: {
    sqlState: "42802",
    message: "Failed to perform stateful processor operation=<operationType> with invalid handle state=<handleState>.",
    advice: "Ask for all state in `init`, so that the checkpoint knows it before the first batch; set timers where a key is worked on.",
  },
  STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_TIME_MODE: {
    sqlState: "42802",
    message: "Failed to perform stateful processor operation=<operationType> with invalid timeMode=<timeMode>",
    advice: 'Pass `timeMode: "eventTime"` or `timeMode: "processingTime"` to transformWithState.',
  },
  STATEFUL_PROCESSOR_DUPLICATE_STATE_VARIABLE_DEFINED: {
    sqlState: "42802",
    message: "State variable with name <stateVarName> has already been defined in the StatefulProcessor.",
    advice: "Give each state a name of its own.",
  },
  STATEFUL_PROCESSOR_INCORRECT_TIME_MODE_TO_ASSIGN_TTL: {
    sqlState: "42802",
    message: "Cannot use TTL for state=<stateName> in timeMode=<timeMode>, use TimeMode.ProcessingTime() instead.",
    advice: 'Pass `timeMode: "processingTime"` to transformWithState: state lives by the clock.',
  },
  STATEFUL_PROCESSOR_TTL_DURATION_MUST_BE_POSITIVE: {
    sqlState: "42802",
    message: "TTL duration must be greater than zero for State store operation=<operationType> on state=<stateName>.",
    advice: "Leave `ttlMs` out for state that lives for ever.",
  },
  STATE_STORE_CANNOT_CREATE_COLUMN_FAMILY_WITH_RESERVED_CHARS: {
    sqlState: "42802",
    message: "Failed to create column family with unsupported starting character and name=<colFamilyName>.",
    advice: "Names of state begin with a letter or a digit; empty names and those that begin with $ or _ are taken.",
  },
  STATE_OUTSIDE_OF_CALL: {
    sqlState: "42K0E",
    message: "State or timers were used where no key is being worked on.",
    advice: "Use them in handleInputRows and handleExpiredTimer only.",
  },
  GROUP_STATE_INITIAL_STREAM: {
    sqlState: "0A000",
    message: "The initial state of <verb> is a stream.",
    advice:
      "Read it with `session.read`: it is there before the first batch. Rows that come later are rows of the stream: union them with it.",
  },
  GROUP_STATE_INITIAL_KEYS: {
    sqlState: "42K0E",
    message: "The initial state of <verb> is grouped by <found>, the rows are by <expected>.",
    advice: "Group the initial state by the same number of columns, of the same types.",
  },
  GROUP_STATE_NEEDS_WATERMARK: {
    sqlState: "0A000",
    message: "Watermark must be specified in the query using withWatermark() for using event-time timeout in <verb>.",
    advice: "Call withWatermark on the event time before it, or use processing time.",
  },
  CANNOT_ASSIGN_EVENT_TIME_COLUMN_WITHOUT_WATERMARK: {
    sqlState: "42611",
    message: "Watermark needs to be defined to reassign event time column. Failed to find watermark definition in the input of <verb>.",
    advice: "Call withWatermark on the event time of the rows before it.",
  },
  EMITTING_ROWS_OLDER_THAN_WATERMARK_NOT_ALLOWED: {
    sqlState: "42815",
    message:
      "<verb> emitted a row with eventTime=<emittedRowEventTime> which is older than current_watermark_value=<currentWatermark>. Operators above it would lose the row.",
    advice: "Give rows times that the watermark has not passed (`timerValues.getCurrentWatermarkInMs()`), or no `eventTimeColumnName`.",
  },
  "ILLEGAL_STATE_STORE_VALUE.EMPTY_LIST_VALUE": {
    sqlState: "42601",
    message: "Cannot write empty list values to State store for StateName <stateName>.",
    advice: "Call `clear()` for a list without values.",
  },
  INVALID_TIMEOUT: {
    sqlState: "22023",
    message: "<what>.",
    advice: "Timeouts lie in the future, and are set only where the function was given such a timeout.",
  },
} satisfies ConditionTable;
