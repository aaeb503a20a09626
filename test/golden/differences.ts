/** Queries that we refuse on purpose though Spark runs them, and the condition. Each has its reason in DECISIONS.md. */
export const differences: Readonly<Record<string, string>> = {
  "reject-duplicate-columns-json": "COLUMN_ALREADY_EXISTS",
};
