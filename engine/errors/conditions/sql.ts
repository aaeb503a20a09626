import type { ConditionTable } from "../condition.js";

/** What is wrong with a query or a statement of SQL, beside its syntax. */
export const sqlConditions = {
  TABLE_OR_VIEW_NOT_FOUND: {
    sqlState: "42P01",
    message: "The table or view <relationName> cannot be found.<suggestion>",
    advice: "Check the spelling, or make it: `df.createOrReplaceTempView(name)`, CREATE TEMP VIEW or CREATE TABLE.",
  },
  TABLE_OR_VIEW_ALREADY_EXISTS: {
    sqlState: "42P07",
    message: "Cannot create table or view <relationName> because it already exists.",
    advice: "Choose a different name, drop the existing object, or add IF NOT EXISTS or OR REPLACE.",
  },
  TEMP_TABLE_OR_VIEW_ALREADY_EXISTS: {
    sqlState: "42P07",
    message: "Cannot create the temporary view <relationName> because it already exists.",
    advice: "Choose a different name, drop the existing view, or add OR REPLACE.",
  },
  TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS: {
    sqlState: "428EK",
    message: "CREATE TEMPORARY VIEW or the corresponding Dataset APIs only accept single-part view names, but got: <actualName>.",
    advice: "A temporary view belongs to the session, to no database: give it one word, or put the whole name between back-quotes.",
  },
  CATALOG_NOT_FOUND: {
    sqlState: "42P08",
    message: "The catalog <catalogName> not found.",
    advice: "There is one, `spark_catalog`.",
  },
  PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO: {
    sqlState: "42601",
    message: "partitionBy() cannot be used with insertInto() for table <tableName>.",
    advice: "The table says by what it is partitioned: leave it out.",
  },
  INVALID_VIEW_NAME: {
    sqlState: "42602",
    message: "Invalid view name: <viewName>.",
    advice: "Give it letters, digits and underscores, or put the name between back-quotes.",
  },
  DATA_SOURCE_NOT_FOUND: {
    sqlState: "42K02",
    message: "Failed to find the data source: <provider>.<suggestion>",
    advice: "Name one of <known>.",
  },
  INSERT_STREAM_NEEDS_NAME: {
    sqlState: "42601",
    message: "INSERT of a stream starts a query, which needs a name and a checkpoint of its own.",
    advice: "Write INSERT INTO t OPTIONS ('checkpointLocation' = '…', 'queryName' = '…') SELECT … FROM STREAM ….",
  },
  INSERT_READS_NO_STREAM: {
    sqlState: "42601",
    message: "The option <option> is of the query that INSERT of a stream starts, and this SELECT reads no stream.",
    advice: "Write FROM STREAM where the rows come from, or leave the option out.",
  },
  INSERT_STREAM_OVERWRITES: {
    sqlState: "0A000",
    message: "INSERT OVERWRITE cannot write a stream.",
    advice: "Write INSERT INTO, or overwrite the table with a bounded query.",
  },
  TABLE_FILE_DAMAGED: {
    sqlState: "58030",
    message: "The file of a table, <path>, cannot be understood: <reason>.",
    advice: "Restore the file, or remove the table's folder and make the table again.",
  },
  INVALID_EMPTY_LOCATION: {
    sqlState: "42K05",
    message: "The location name cannot be empty string, but `<location>` was given.",
    advice: "Name a folder.",
  },
  INVALID_TEMP_OBJ_REFERENCE: {
    sqlState: "42K0F",
    message:
      "Cannot create the persistent object <objName> of the type <obj> because it references to the temporary object <tempObjName> of the type <tempObj>.",
    advice: "Make the temporary object persistent, or make the persistent object temporary.",
  },
  SCHEMA_NOT_FOUND: {
    sqlState: "42704",
    message: "The schema <schemaName> cannot be found.",
    advice: "Check the spelling, or make it: CREATE DATABASE.",
  },
  SCHEMA_ALREADY_EXISTS: {
    sqlState: "42P06",
    message: "Cannot create schema <schemaName> because it already exists.",
    advice: "Choose a different name, drop the existing schema, or add IF NOT EXISTS.",
  },
  SCHEMA_NOT_EMPTY: {
    sqlState: "2BP01",
    message: "Cannot drop a schema <schemaName> because it contains objects.",
    advice: "Add CASCADE to drop the schema and all its objects.",
  },
  WRONG_COMMAND_FOR_OBJECT_TYPE: {
    sqlState: "42809",
    message: "The operation <operation> requires a <requiredType>. But <objectName> is a <foundType>.",
    advice: "Use <alternative> instead.",
  },
  "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS": {
    sqlState: "21S01",
    message:
      "Cannot write to <tableName>, the reason is not enough data columns: Table columns: <tableColumns>. Data columns: <dataColumns>.",
    advice: "Give a value for each of the columns, or list those that are given.",
  },
  "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS": {
    sqlState: "21S01",
    message:
      "Cannot write to <tableName>, the reason is too many data columns: Table columns: <tableColumns>. Data columns: <dataColumns>.",
    advice: "Give as many values as there are columns.",
  },
  "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST": {
    sqlState: "KD000",
    message: "Cannot write incompatible data for the table <tableName>: Cannot safely cast <colName> <srcType> to <targetType>.",
    advice: "Cast the value, or set spark.sql.storeAssignmentPolicy to LEGACY.",
  },
  "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS": {
    sqlState: "KD000",
    message: "Cannot write incompatible data for the table <tableName>: Cannot write extra columns <extraColumns>.",
    advice: "Leave them out, or give them names of the table's columns.",
  },
  "UNSUPPORTED_OVERWRITE.TABLE": {
    sqlState: "42902",
    message: "Can't overwrite the target that is also being read from. The table <table> is read.",
    advice: "Write to another table first.",
  },
  "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH": {
    sqlState: "42000",
    message: "Invalid inline table. Inline table expected <expectedNumCols> columns but found <actualNumCols> columns in row <rowIndex>.",
    advice: "Give every row the same number of values.",
  },
  "INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE": {
    sqlState: "42000",
    message: "Invalid inline table. Cannot evaluate the expression <expr> in inline table definition.",
    advice: "Use constants in VALUES, or a SELECT.",
  },
  "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE": {
    sqlState: "42000",
    message: "Invalid inline table. Found incompatible types in the column <colName> for inline table.",
    advice: "Cast the values of that column to one type.",
  },
  "ASSIGNMENT_ARITY_MISMATCH.SUBQUERY_ALIASES": {
    sqlState: "42802",
    message:
      "The number of columns or variables assigned or aliased: <numTarget> does not match the number of source expressions: <numExpr>.",
    advice: "Name every column of the query, or none.",
  },
  UNSUPPORTED_HAVING_WITHOUT_GROUPS: {
    sqlState: "42803",
    message: "HAVING needs groups: there is no GROUP BY and no aggregate function.",
    advice: "Use WHERE, or group the rows.",
  },
  MISSING_WINDOW_SPECIFICATION: {
    sqlState: "42P20",
    message: "Window specification is not defined in the WINDOW clause for <windowName>.",
    advice: "Add it: WINDOW <windowName> AS (PARTITION BY … ORDER BY …).",
  },
  GROUP_BY_POS_OUT_OF_RANGE: {
    sqlState: "42805",
    message: "GROUP BY position <index> is not in select list (valid range is [1, <size>]).",
    advice: "Use a position of the select list, or an expression.",
  },
  ORDER_BY_POS_OUT_OF_RANGE: {
    sqlState: "42805",
    message: "ORDER BY position <index> is not in select list (valid range is [1, <size>]).",
    advice: "Use a position of the select list, or an expression.",
  },
  GROUP_BY_POS_AGGREGATE: {
    sqlState: "42903",
    message:
      "GROUP BY <index> refers to an expression <aggExpr> that contains an aggregate function. Aggregate functions are not allowed in GROUP BY.",
    advice: "Group by something that is known of a single row.",
  },
  UNRESOLVED_ALL_IN_GROUP_BY: {
    sqlState: "42803",
    message: "Cannot infer grouping columns for GROUP BY ALL based on the select clause.",
    advice: "Explicitly specify the grouping columns.",
  },
  "INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE": {
    sqlState: "42K0E",
    message: "The limit like expression <expr> is invalid. The <name> expression must evaluate to a constant value.",
    advice: "Write a whole number.",
  },
  "INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL": {
    sqlState: "42K0E",
    message: "The limit like expression <expr> is invalid. The evaluated <name> expression must not be null.",
    advice: "Write a whole number.",
  },
  "INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE": {
    sqlState: "42K0E",
    message: "The limit like expression <expr> is invalid. The <name> expression must be integer type, but got <dataType>.",
    advice: "Write a whole number.",
  },
  "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE": {
    sqlState: "42K0E",
    message: "The limit like expression <expr> is invalid. The <name> expression must be equal to or greater than 0, but got <v>.",
    advice: "Write a whole number that is not negative.",
  },
  UNRESOLVABLE_TABLE_VALUED_FUNCTION: {
    sqlState: "42883",
    message: "Could not resolve <name> to a table-valued function.",
    advice: "There are range, explode, explode_outer, posexplode, posexplode_outer, inline, inline_outer, stack and json_tuple.",
  },
  NOT_A_TABLE_FUNCTION: {
    sqlState: "42887",
    message: "<functionName> appears as a table function here, but the function was defined as a scalar function.",
    advice: "Call it in an expression: SELECT <functionName>(…).",
  },
  NUM_TABLE_VALUE_ALIASES_MISMATCH: {
    sqlState: "42826",
    message:
      "Number of given aliases does not match number of output columns. Function name: <funcName>; number of aliases: <aliasesNum>; number of output columns: <outColsNum>.",
    advice: "Name every column of the function, or none.",
  },
  UNBOUND_SQL_PARAMETER: {
    sqlState: "42P02",
    message: "Found the unbound parameter: <name>.",
    advice: "Give its value as the second argument of `session.sql`: an object for `:name`, a list for `?`.",
  },
  VIEW_IS_NO_STREAM: {
    sqlState: "42K03",
    message: "<viewName> is a view of what is no stream.",
    advice:
      "Leave STREAM out to read it as it is now; as a stream read a table, files (FROM STREAM json.`path`), or a temporary view of a query with FROM STREAM.",
  },
} satisfies ConditionTable;
