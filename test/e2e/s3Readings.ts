/** The schema of the lines below. */
export const readingDdl = "id BIGINT, at TIMESTAMP, name STRING";

export function range(to: number): number[] {
  return Array.from({ length: to }, (_, i) => i);
}

/** Rows `from` to `to`, one a second, as lines of JSON. */
export function jsonLines(from: number, to: number): string {
  return range(to - from)
    .map((i) => {
      const id = from + i;
      return `${JSON.stringify({ id, at: new Date(Date.UTC(2026, 0, 1) + id * 1000).toISOString(), name: `n${id % 3}` })}\n`;
    })
    .join("");
}
