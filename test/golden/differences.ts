/** Queries that we refuse on purpose though Spark runs them, and the condition. Each has its reason in DECISIONS.md. */
export const differences: Readonly<Record<string, string>> = {
  "reject-duplicate-columns-json": "COLUMN_ALREADY_EXISTS",
  // Behind WITH Spark's check does not see that what is joined gives its groups again and again.
  "refusal-sql-48-update": "STATEFUL_OPERATOR_AFTER_UPDATES",
};

/** What Spark takes, and ends at the first batch that has a watermark: we refuse it at the start, whatever the input is. */
export const refusedAtOnce = "WATERMARK_REDEFINED";

/** Spark reads no further once a limit has its rows, and counts what it has read; here a chunk is read to its end, and all of it counted. */
export function countsMoreInput(plan: unknown): boolean {
  return JSON.stringify(plan ?? null).includes('"op":"limit"');
}
