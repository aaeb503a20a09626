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
  "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE": {
    sqlState: "42809",
    message: "The table <tableName> does not support <operation>.",
    advice: "Name a view.",
  },
  REQUIRES_SINGLE_PART_NAMESPACE: {
    sqlState: "42K05",
    message: "<sessionCatalog> requires a single-part namespace, but got identifier <namespace>.",
    advice: "There is one catalog, `spark_catalog`: write `database.table`.",
  },
} satisfies ConditionTable;
