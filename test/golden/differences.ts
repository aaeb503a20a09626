/** Queries that we refuse on purpose though Spark runs them, and the condition. Each has its reason in DECISIONS.md. */
export const differences: Readonly<Record<string, string>> = {
  "reject-duplicate-columns-json": "COLUMN_ALREADY_EXISTS",
};

/** Spark reads no further once a limit has its rows, and counts what it has read; here a chunk is read to its end, and all of it counted. */
export function countsMoreInput(plan: unknown): boolean {
  return JSON.stringify(plan ?? null).includes('"op":"limit"');
}
