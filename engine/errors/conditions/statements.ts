import type { ConditionTable } from "../condition.js";

/** What is wrong with a statement about tables and views. */
export const statementConditions = {
  CREATE_TEMP_VIEW_WITH_IF_NOT_EXISTS: {
    sqlState: "42601",
    message: "It is not allowed to define a TEMPORARY view with IF NOT EXISTS.",
    advice: "Write CREATE OR REPLACE TEMP VIEW.",
  },
  CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE: {
    sqlState: "42601",
    message: "CREATE VIEW <viewName> with both IF NOT EXISTS and REPLACE is not allowed.",
    advice: "Write one of the two.",
  },
  "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS": {
    sqlState: "21S01",
    message:
      "Cannot create view <viewName>, the reason is not enough data columns: View columns: <viewColumns>. Data columns: <dataColumns>.",
    advice: "Name as many columns as the query has.",
  },
  "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS": {
    sqlState: "21S01",
    message:
      "Cannot create view <viewName>, the reason is too many data columns: View columns: <viewColumns>. Data columns: <dataColumns>.",
    advice: "Name as many columns as the query has.",
  },
  INVALID_TEMP_OBJ_QUALIFIER: {
    sqlState: "42602",
    message: "Temporary <objectType> <objectName> cannot be qualified with <qualifier>.",
    advice: "A temporary view belongs to its session, not to a database: leave the database out.",
  },
  "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE": {
    sqlState: "42809",
    message: "'<operation>' expects a table but <viewName> is a view.",
    advice: "Name the table below the view.",
  },
  "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE": {
    sqlState: "42809",
    message: "The table <tableName> does not support <operation>.",
    advice: "Name a view.",
  },
  CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE: {
    sqlState: "42710",
    message: 'CREATE TABLE column <columnName> specifies descriptor "<optionName>" more than once, which is invalid.',
    advice: "Write it once.",
  },
  CREATE_EXTERNAL_TABLE_WITHOUT_LOCATION: {
    sqlState: "42601",
    message: "CREATE EXTERNAL TABLE must be accompanied by LOCATION.",
    advice: "Say where its files are: LOCATION '…'.",
  },
  CREATE_TABLE_AS_SELECT_WITH_COLUMNS: {
    sqlState: "42601",
    message: "Schema may not be specified in a Create Table As Select (CTAS) statement.",
    advice: "Leave the columns out: they are those of the query.",
  },
  UNSUPPORTED_PARTITION_TRANSFORM: {
    sqlState: "0A000",
    message: "Unsupported partition transform: <transform>.",
    advice: "Partition by columns.",
  },
  COLUMN_NOT_DEFINED_IN_TABLE: {
    sqlState: "42703",
    message: "<colType> column <colName> is not defined in table <tableName>, defined table columns are: <tableCols>.",
    advice: "Name a column of the table.",
  },
  "UNSUPPORTED_FEATURE.TABLE_OPERATION": {
    sqlState: "0A000",
    message: "The feature is not supported: Table <tableName> does not support <operation>.",
    advice:
      "A table is a folder of files, which keep what was written. Write a new table with CREATE TABLE … AS SELECT …, or INSERT OVERWRITE.",
  },
  "INVALID_DEFAULT_VALUE.DATA_TYPE": {
    sqlState: "42623",
    message:
      "Failed to execute <statement> command because the destination column or variable <colName> has a DEFAULT value <defaultValue>, which requires <expectedType> type, but the statement provided a value of incompatible <actualType> type.",
    advice: "Cast the value.",
  },
  "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION": {
    sqlState: "42623",
    message:
      "Failed to execute <statement> command because the destination column or variable <colName> has a DEFAULT value <defaultValue>, which contains subquery expressions.",
    advice: "Write a constant.",
  },
  "INVALID_DEFAULT_VALUE.NOT_CONSTANT": {
    sqlState: "42623",
    message:
      "Failed to execute <statement> command because the destination column or variable <colName> has a DEFAULT value <defaultValue>, which is not a constant expression whose equivalent value is known at query planning time.",
    advice: "Write a constant.",
  },
  "INVALID_DEFAULT_VALUE.NON_DETERMINISTIC": {
    sqlState: "42623",
    message:
      "Failed to execute <statement> command because the destination column or variable <colName> has a DEFAULT value <defaultValue>, which contains a non-deterministic expression.",
    advice: "Write a constant.",
  },
  DEFAULT_PLACEMENT_INVALID: {
    sqlState: "42608",
    message:
      "A DEFAULT keyword in a MERGE, INSERT, UPDATE, or SET VARIABLE command could not be directly assigned to a target column because it was part of an expression.",
    advice: "DEFAULT stands alone: VALUES (DEFAULT, 1).",
  },
  CAST_OVERFLOW_IN_TABLE_INSERT: {
    sqlState: "22003",
    message: "Fail to assign a value of <sourceType> type to the <targetType> type column or variable <columnName> due to an overflow.",
    advice: "Use `try_cast` on the input value to tolerate overflow and return NULL instead.",
  },
  "INCOMPATIBLE_DATA_FOR_TABLE.STRUCT_MISSING_FIELDS": {
    sqlState: "KD000",
    message: "Cannot write incompatible data for the table <tableName>: Struct <colName> missing fields: <missingFields>.",
    advice: "Give a value for each field.",
  },
  "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS": {
    sqlState: "KD000",
    message: "Cannot write incompatible data for the table <tableName>: Cannot write extra fields <extraFields> to the struct <colName>.",
    advice: "Leave them out.",
  },
  "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA": {
    sqlState: "KD000",
    message: "Cannot write incompatible data for the table <tableName>: Cannot find data for the output column <colName>.",
    advice: "Give it a value.",
  },
  "INCOMPATIBLE_DATA_FOR_TABLE.AMBIGUOUS_COLUMN_NAME": {
    sqlState: "KD000",
    message: "Cannot write incompatible data for the table <tableName>: Ambiguous column name in the input data <colName>.",
    advice: "Give each column a name of its own.",
  },
  "EXPECT_TABLE_NOT_VIEW.USE_ALTER_VIEW": {
    sqlState: "42809",
    message: "'<operation>' expects a table but <viewName> is a view.",
    advice: "Use ALTER VIEW instead.",
  },
  "EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE": {
    sqlState: "42809",
    message: "The table <tableName> does not support <operation>.",
    advice: "Use ALTER TABLE instead.",
  },
  EXPECT_PERMANENT_VIEW_NOT_TEMP: {
    sqlState: "42809",
    message: "'<operation>' expects a permanent view but <viewName> is a temp view.",
    advice: "Name a table, or a view that CREATE VIEW made.",
  },
  ADD_COLUMN_NOT_NULL: {
    sqlState: "0A000",
    message: "ADD COLUMN cannot specify NOT NULL: the rows of <tableName> that are there have no value of the column.",
    advice: "Leave NOT NULL out.",
  },
  NOT_SUPPORTED_CHANGE_COLUMN: {
    sqlState: "0A000",
    message:
      "ALTER TABLE ALTER/CHANGE COLUMN is not supported for changing <table>'s column <originName> with type <originType> to <newName> with type <newType>.",
    advice: "Write a new table with CREATE TABLE … AS SELECT CAST(…) ….",
  },
  RENAME_BY_CHANGE_COLUMN: {
    sqlState: "42601",
    message: "Renaming column is not supported in Hive-style ALTER COLUMN.",
    advice: "Write the name of the column twice.",
  },
  RENAME_TABLE_BETWEEN_SCHEMAS: {
    sqlState: "0A000",
    message: "Cannot rename <source> to <target>: they are in different databases.",
    advice: "Write CREATE TABLE … AS SELECT, then DROP TABLE.",
  },
  COLUMN_NOT_FOUND: {
    sqlState: "42703",
    message: "The column <colName> cannot be found.",
    advice: "Verify the spelling of the column name.",
  },
  "INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY": {
    sqlState: "42601",
    message: "The partition command is invalid. Table <name> is not partitioned.",
    advice: "Name a table that was made with PARTITIONED BY.",
  },
  "UNSUPPORTED_SHOW_CREATE_TABLE.ON_DATA_SOURCE_TABLE_WITH_AS_SERDE": {
    sqlState: "0A000",
    message: "Unsupported a SHOW CREATE TABLE command. The table is a Spark data source table.",
    advice: "Use SHOW CREATE TABLE without AS SERDE instead.",
  },
  SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE: {
    sqlState: "42K05",
    message: "SHOW COLUMNS with conflicting namespaces: <namespaceA> != <namespaceB>.",
    advice: "Name the database once.",
  },
  INVALID_STATEMENT_OR_CLAUSE: {
    sqlState: "42601",
    message: "The statement or clause: <operation> is not valid.",
    advice: "Spark's grammar has it only to refuse it.",
  },
  INVALID_SET_SYNTAX: {
    sqlState: "42000",
    message: "Expected format is 'SET', 'SET key', or 'SET key=value'.",
    advice: "Put back quotes around a key with special characters: SET `key`=`value`.",
  },
  CANNOT_MODIFY_STATIC_CONFIG: {
    sqlState: "46110",
    message: "Cannot modify the value of the static Spark config: <key>.",
    advice: "Give it when the session is made: `Session.create({ conf })`, or `tidemark sql --set`.",
  },
  "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE": {
    sqlState: "22006",
    message: "Error parsing '<input>' to interval. The interval value must be in the range of [-18, +18] hours with second precision.",
    advice: "Write a number of hours and minutes within that range, or the name of a zone.",
  },
  "UNSUPPORTED_FEATURE.DROP_DATABASE": {
    sqlState: "0A000",
    message: "The feature is not supported: Drop the default database <database>.",
    advice: "Drop the tables in it.",
  },
  "UNSUPPORTED_FEATURE.ANALYZE_VIEW": {
    sqlState: "0A000",
    message: "The feature is not supported: The ANALYZE TABLE command does not support views.",
    advice: "Name a table.",
  },
  PARTITIONS_NOT_FOUND: {
    sqlState: "428FT",
    message: "The partition(s) <partitionList> cannot be found in table <tableName>.",
    advice: "Name columns that the table is partitioned by.",
  },
  DUPLICATE_KEY: {
    sqlState: "23505",
    message: "Found duplicate keys <keyColumn>.",
    advice: "Name each column once.",
  },
  PARTITION_ORDER: {
    sqlState: "42601",
    message:
      "The ordering of partition columns is [<partColumns>]. All partition columns having constant values need to appear before other partition columns that do not have an assigned constant value.",
    advice: "Give values to the first of the partition columns, or to all of them.",
  },
  PARTITION_SPEC_INCOMPLETE: {
    sqlState: "42601",
    message:
      "Requested partitioning does not match the table <tableName>: Requested partitions: <requested>. Table partitions: <partitions>.",
    advice: "Name all partition columns.",
  },
  REQUIRES_SINGLE_PART_NAMESPACE: {
    sqlState: "42K05",
    message: "<sessionCatalog> requires a single-part namespace, but got identifier <namespace>.",
    advice: "There is one catalog, `spark_catalog`: write `database.table`.",
  },
} satisfies ConditionTable;
