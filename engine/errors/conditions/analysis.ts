import type { ConditionTable } from "../condition.js";
import { intervalConditions, parseConditions } from "./parsing.js";

const outputMode = "Invalid streaming output mode: <outputMode>. ";
const selectStream = "Sort in what reads the output, or aggregate in complete mode.";

/** Names, types and shapes that do not fit. */
const resolutionConditions = {
  "UNRESOLVED_COLUMN.WITH_SUGGESTION": {
    sqlState: "42703",
    message: "A column, variable, or function parameter with name <objectName> cannot be resolved.",
    advice: "Did you mean one of the following? [<proposal>].",
  },
  "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION": {
    sqlState: "42703",
    message: "A column, variable, or function parameter with name <objectName> cannot be resolved.",
    advice: "There are no columns to choose from here.",
  },
  UNRESOLVED_COLUMN_AMONG_FIELD_NAMES: {
    sqlState: "42703",
    message: 'Cannot resolve column name "<colName>" among (<fieldNames>).',
    advice: "Use one of these names.",
  },
  UNRESOLVED_USING_COLUMN_FOR_JOIN: {
    sqlState: "42703",
    message: "USING column <colName> cannot be resolved on the <side> side of the join. The <side>-side columns: [<suggestion>].",
    advice: "Join on columns that both sides have, or give a condition.",
  },
  AMBIGUOUS_REFERENCE: {
    sqlState: "42704",
    message: "Reference <name> is ambiguous, could be: <referenceNames>.",
    advice: 'Give the sides aliases (`df.alias("l")`) and write the one that is meant.',
  },
  CANNOT_RESOLVE_STAR_EXPAND: {
    sqlState: "42704",
    message: "Cannot resolve <targetString>.* given input columns <columns>.",
    advice: "Check that the table or struct is there, and its spelling.",
  },
  INVALID_USAGE_OF_STAR_OR_REGEX: {
    sqlState: "42000",
    message: "Invalid usage of <elem> in <prettyName>.",
    advice: "A star stands for several columns: use it alone in a select, or in a function that takes several.",
  },
  INVALID_WHERE_CONDITION: {
    sqlState: "42903",
    message: "The WHERE condition <condition> contains invalid expressions: <expressionList>.",
    advice: "Rewrite the query to avoid window functions, aggregate functions, and generator functions in the WHERE clause.",
  },
  "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN": {
    sqlState: "42K09",
    message: "Cannot resolve <sqlExpr> due to data type mismatch: Filter expression <filter> of type <type> is not a boolean.",
    advice: "Compare it with something, or cast it to boolean.",
  },
  JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE: {
    sqlState: "42K0E",
    message: 'The join condition <joinCondition> has the invalid type <conditionType>, expected "BOOLEAN".',
    advice: "Compare columns of the two sides.",
  },
  MISSING_AGGREGATION: {
    sqlState: "42803",
    message: "The non-aggregating expression <expression> is based on columns which are not participating in the GROUP BY clause.",
    advice:
      "Add the columns or the expression to the GROUP BY, aggregate the expression, or use <expressionAnyValue> if you do not care which of the values within a group is returned.",
  },
  MISSING_GROUP_BY: {
    sqlState: "42803",
    message: "The query does not include a GROUP BY clause: <expression> stands beside an aggregate function.",
    advice: "Add GROUP BY, or aggregate the expression too.",
  },
  NESTED_AGGREGATE_FUNCTION: {
    sqlState: "42607",
    message: "It is not allowed to use an aggregate function in the argument of another aggregate function.",
    advice: "Please use the inner aggregate function in a sub-query.",
  },
  GROUP_BY_AGGREGATE: {
    sqlState: "42903",
    message: "Aggregate functions are not allowed in GROUP BY, but found <sqlExpr>.",
    advice: "Aggregate first, then group the result by that column.",
  },
  "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE": {
    sqlState: "0A000",
    message:
      "The feature is not supported: Cannot have MAP type columns in DataFrame which calls set operations (INTERSECT, EXCEPT, etc.), but the type of column <colName> is <dataType>.",
    advice: "Leave the column out, or compare an array of the map's sorted entries instead.",
  },
  AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION: {
    sqlState: "42845",
    message: "Non-deterministic expression <sqlExpr> should not appear in the arguments of an aggregate function.",
    advice: "Compute it in a column first.",
  },
  COLUMN_ALREADY_EXISTS: {
    sqlState: "42711",
    message: "The column <columnName> already exists.",
    advice: "Choose another name or rename the existing column.",
  },
  NUM_COLUMNS_MISMATCH: {
    sqlState: "42826",
    message:
      "<operator> can only be performed on inputs with the same number of columns, but the first input has <firstNumColumns> columns and the <invalidOrdinalNum> input has <invalidNumColumns> columns.",
    advice: "Select the same columns on both sides.",
  },
  INCOMPATIBLE_COLUMN_TYPE: {
    sqlState: "42825",
    message:
      "<operator> can only be performed on tables with compatible column types. The <columnOrdinalNumber> column of the <tableOrdinalNumber> table is <dataType1> type which is not compatible with <dataType2> at the same column of the first table.<hint>",
    advice: "Cast the column on one side.",
  },
  "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS": {
    sqlState: "42K0E",
    message: "The generator is not supported: nested in expressions <expression>.",
    advice: "Select the generator by itself and compute with its columns in the next select.",
  },
  "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT": {
    sqlState: "42K0E",
    message: "The generator is not supported: outside the SELECT clause, found: <plan>.",
    advice: "Select the generator first, and use its columns in the next verb.",
  },
  MULTI_ALIAS_WITHOUT_GENERATOR: {
    sqlState: "42K0E",
    message: "Multi part aliasing (<names>) is not supported with <expr> as it is not a generator function.",
    advice: "Give it one name.",
  },
  UDTF_ALIAS_NUMBER_MISMATCH: {
    sqlState: "42802",
    message:
      "The number of names does not match the number of columns that the generator gives: expected <aliasesSize>, but got <aliasesNames>.",
    advice: "Give one name for each column.",
  },
  REQUIRED_PARAMETER_NOT_FOUND: {
    sqlState: "4274K",
    message: "Cannot invoke routine <routineName> because the parameter named <parameterName> is required, at index <index>.",
    advice: "Give it a value.",
  },
  NAMED_PARAMETERS_NOT_SUPPORTED: {
    sqlState: "4274K",
    message: "Named parameters are not supported for the function <functionName>.",
    advice: "Give its arguments by their places.",
  },
  UNEXPECTED_POSITIONAL_ARGUMENT: {
    sqlState: "4274K",
    message: "Cannot invoke routine <routineName>: an argument without a name stands behind the one that is named <parameterName>.",
    advice: "Put those without names first.",
  },
  UNRECOGNIZED_PARAMETER_NAME: {
    sqlState: "4274K",
    message: "Cannot invoke routine <routineName>: it has no parameter <argumentName>.",
    advice: "Did you mean one of the following? [<proposal>].",
  },
  "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED": {
    sqlState: "4274K",
    message: "The call to routine <routineName> gives the parameter <parameterName> twice, by its place and by its name.",
    advice: "Leave out one of the two.",
  },
  "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE": {
    sqlState: "4274K",
    message: "The call to routine <routineName> gives the parameter <parameterName> twice by its name.",
    advice: "Leave out one of the two.",
  },
  "DATATYPE_MISMATCH.NON_STRING_TYPE": {
    sqlState: "42K09",
    message: "Cannot resolve <sqlExpr> due to data type mismatch: all arguments of the function <funcName> must be strings.",
    advice: "Cast them to string.",
  },
  "DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: The data type of the column (<columnIndex>) do not have the same type: <leftType> (<leftParamIndex>) <> <rightType> (<rightParamIndex>).",
    advice: "Cast the values of a column to one type.",
  },
} satisfies ConditionTable;

/** Windows and watermarks. */
const eventTimeConditions = {
  EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE: {
    sqlState: "42K09",
    message: 'The event time <eventName> has the invalid type <eventType>, but expected "TIMESTAMP".',
    advice: "Cast it to timestamp (`to_timestamp`) in a select before withWatermark.",
  },
  EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN: {
    sqlState: "42K09",
    message: "The event time in withWatermark must be a top-level column, but '<eventExpr>' is a nested field.",
    advice: "Alias it to a top-level column in a select before withWatermark.",
  },
  NEGATIVE_WATERMARK_DELAY: {
    sqlState: "22023",
    message: "The delay threshold (<delay>) should not be negative.",
    advice: "Give how far events may come behind the latest one, for example `10 seconds`.",
  },
  WATERMARK_REDEFINED: {
    sqlState: "42K0E",
    message: "Redefining watermark is disallowed: a watermark is defined over one that is there already.",
    advice: "Keep one withWatermark on the way from each source.",
  },
  NEGATIVE_TRIGGER_INTERVAL: {
    sqlState: "22023",
    message: "The interval of the trigger (<interval>) should not be negative.",
    advice: "Give a positive time, or `0 seconds` for batches one right after the other.",
  },
  "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: The <leftExprName>(<leftExprValue>) must be <constraint> the <rightExprName>(<rightExprValue>).",
    advice: "Change the one or the other.",
  },
  "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: The <exprName> must be between <valueRange> (current value = <currentValue>).",
    advice: "Give a value in that range.",
  },
  WINDOW_INTERVAL_HAS_MONTHS: {
    sqlState: "42K09",
    message: "Intervals greater than a month is not supported (<interval>).",
    advice: "Use weeks, days or smaller units: months differ in length.",
  },
  WINDOW_PARAMETER_NOT_CONSTANT: {
    sqlState: "42K09",
    message: "The duration and time inputs to window must be an integer, long or string literal, not <expression>.",
    advice: "Write them as constants, for example `window(ts, '10 minutes')`.",
  },
  SESSION_GAP_TYPE: {
    sqlState: "42K09",
    message: "The gap of a session window is a text or a calendar interval, not <type>.",
    advice: "Write it as a text (`session_window(ts, '5 minutes')`), or make it with make_interval.",
  },
  MULTIPLE_TIME_WINDOWS: {
    sqlState: "42K0E",
    message:
      "Multiple time/session window expressions would result in a cartesian product of rows, therefore they are currently not supported.",
    advice: "Use one window in one step; windows over windows take two.",
  },
  WINDOW_COLUMN_EXPECTED: {
    sqlState: "42K09",
    message: "The input is not a correct window column: <expression>.",
    advice: "Give it the column that `window(…)` made.",
  },
  NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING: {
    sqlState: "42KDE",
    message:
      "Window function is not supported in <windowFunc> (as column <columnName>) on streaming DataFrames/Datasets. Structured Streaming only supports time-window aggregation using the WINDOW function. (window specification: <windowSpec>)",
    advice: "Group by `window(…)`, or use foreachBatch, where each batch is a table.",
  },
} satisfies ConditionTable;

/** What batch queries can do and streams cannot. Where Spark has only a legacy template the names are ours. */
const streamingConditions = {
  "STREAMING_OUTPUT_MODE.INVALID": {
    sqlState: "42KDE",
    message: `${outputMode}Accepted output modes are 'Append', 'Complete', 'Update', and 'Changes'.`,
    advice: "Choose one of them.",
  },
  "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION": {
    sqlState: "42KDE",
    message: `${outputMode}This output mode is not supported for <operation> on streaming DataFrames/DataSets.`,
    advice:
      "Choose another output mode; append needs a watermark on an event time that is among the grouping columns, complete needs an aggregation.",
  },
  CALL_ON_STREAMING_DATASET_UNSUPPORTED: {
    sqlState: "42KDE",
    message: "The method <methodName> can not be called on streaming Dataset/DataFrame.",
    advice: "Use `writeStream … start()`.",
  },
  STREAMING_QUERY_NEEDS_START: {
    sqlState: "42KDE",
    message: "Queries with streaming sources must be executed with writeStream.start().",
    advice: "Start it; to look at a stream's rows use the console or the memory sink, or read the source with `session.read`.",
  },
  STREAMING_QUERY_WITHOUT_STREAM: {
    sqlState: "42KDE",
    message: "Queries without streaming sources cannot be executed with writeStream.start().",
    advice: "Read the source with `session.readStream`, or write the table with `df.write`.",
  },
  STREAMING_DISTINCT_AGGREGATION: {
    sqlState: "0A000",
    message: "Distinct aggregations are not supported on streaming DataFrames/Datasets.",
    advice: "Consider using approx_count_distinct() instead.",
  },
  STREAMING_SORT: {
    sqlState: "0A000",
    message:
      "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode.",
    advice: selectStream,
  },
  STREAMING_LIMIT_IN_UPDATE_MODE: {
    sqlState: "0A000",
    message: "Limits are not supported on streaming DataFrames/Datasets in Update output mode.",
    advice: "Use append or complete mode.",
  },
  STREAMING_OFFSET: { sqlState: "0A000", message: "Offset is not supported on streaming DataFrames/Datasets.", advice: "Leave it out." },
  STREAMING_SAMPLE: {
    sqlState: "0A000",
    message: "Sampling is not supported on streaming DataFrames/Datasets.",
    advice: "Filter on a hash of a key, for example `pmod(hash(id), 100) < 5`.",
  },
  INVALID_SAMPLE_FRACTION: {
    sqlState: "22023",
    message: "The sampling fraction <fraction> is not in the interval [0, 1].",
    advice: "Give the part of the rows that is wanted: 0.1 of `sample`, 10 PERCENT of TABLESAMPLE.",
  },
  STREAMING_EXPRESSION: {
    sqlState: "0A000",
    message: "Expression(s): <expressions> is not supported with streaming DataFrames/Datasets.",
    advice: "Use a key of the data, or uuid().",
  },
  STREAMING_BATCH_UNION: {
    sqlState: "0A000",
    message: "Union between streaming and batch DataFrames/Datasets is not supported.",
    advice: "Read the table as a stream too.",
  },
  STREAMING_EXCEPT: {
    sqlState: "0A000",
    message: "Except on a streaming DataFrame/Dataset on the right is not supported.",
    advice: "Use a join with a static table, or foreachBatch.",
  },
  STREAMING_INTERSECT: {
    sqlState: "0A000",
    message: "Intersect of streaming DataFrames/Datasets is not supported.",
    advice: "Use a left semi join with a static table, or a join of the two streams.",
  },
  UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK: {
    sqlState: "0A000",
    message: "<outputMode> output mode not supported for <statefulOperator> on streaming DataFrames/DataSets without watermark.",
    advice: "Define a watermark (`withWatermark`) below it, or use another output mode.",
  },
  DEDUPLICATE_WITHIN_WATERMARK_NEEDS_WATERMARK: {
    sqlState: "0A000",
    message: "dropDuplicatesWithinWatermark is not supported on streaming DataFrames/DataSets without watermark.",
    advice: "Call withWatermark on the event time before it.",
  },
  STATEFUL_OPERATOR_AFTER_UPDATES: {
    sqlState: "0A000",
    message:
      "Detected pattern of possible 'correctness' issue due to global watermark. The query contains stateful operation which can emit rows older than the current watermark plus allowed late record delay, which are \"late rows\" in downstream stateful operations and these rows can be discarded.",
    advice: "Use append mode with a watermark, or split it into two queries with a table between them.",
  },
  STREAM_STREAM_JOIN_OUTPUT_MODE: {
    sqlState: "0A000",
    message: "<joinType> join between two streaming DataFrames/Datasets is not supported in <outputMode> output mode, only in <allowed>.",
    advice: "Use append mode.",
  },
  STREAM_STREAM_JOIN_NEEDS_WATERMARK: {
    sqlState: "0A000",
    message:
      "Stream-stream <joinType> join between two streaming DataFrame/Datasets is not supported without a watermark in the join keys, or a watermark on the nullable side and an appropriate range condition.",
    advice:
      "Define a watermark on the side that may lack a partner, and bound its event time in the condition (`r.ts BETWEEN l.ts AND l.ts + INTERVAL 1 HOUR`).",
  },
  STREAM_STREAM_JOIN_WITHOUT_EQUALITY: {
    sqlState: "0A000",
    message: "Stream-stream join without equality predicate is not supported.",
    advice: "Join on a key too, or on a window of the event time.",
  },
  "UNSUPPORTED_FEATURE.STORE_BACKEND_NOT_SUPPORTED_FOR_TWS": {
    sqlState: "0A000",
    message: "The feature is not supported: Store backend <stateStoreProvider> is not supported by TransformWithState operator.",
    advice: "Leave spark.sql.streaming.stateStore.providerClass unset: the store here can do it.",
  },
  STREAM_STREAM_JOIN_STATE_FORMAT: {
    sqlState: "0A000",
    message: "The query is using stream-stream <joinType> join with state format version 1.",
    advice: "Leave spark.sql.streaming.join.stateFormatVersion at 2.",
  },
  MULTIPLE_EVENT_TIME_COLUMNS: {
    sqlState: "42K09",
    message:
      "More than one event time columns are available. Please ensure there is at most one event time column per stream. event time columns: <eventTimeCols>.",
    advice: "Select only one of them below the join; behind an expression (`ts + INTERVAL 0 SECONDS`) a column is no event time any more.",
  },
  STREAM_STATIC_JOIN_SIDE: {
    sqlState: "0A000",
    message:
      "<joinType> join with a streaming DataFrame/Dataset on the <streamSide> and a static DataFrame/Dataset on the <staticSide> is not supported.",
    advice: "Only the stream's rows may be kept without a partner: swap the sides or use an inner join.",
  },
  STREAMING_LEFT_ANTI_JOIN: {
    sqlState: "0A000",
    message: "LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported.",
    advice: "Use a left outer join and keep the rows whose right side is null.",
  },
  SESSION_WINDOW_WITHOUT_KEY: {
    sqlState: "0A000",
    message: "Global aggregation with session window in streaming query is not supported.",
    advice: "Group by a key beside session_window(…), if need be by a constant column.",
  },
} satisfies ConditionTable;

export const analysisConditions = {
  ...parseConditions,
  ...intervalConditions,
  ...resolutionConditions,
  ...eventTimeConditions,
  ...streamingConditions,
} satisfies ConditionTable;
