import fc from "fast-check";
import { expr } from "../../dataframe/functions.js";
import type { OutputMode } from "../../engine/contract/sink.js";
import type { Frame } from "../unit/query/queryWorld.js";

/** A row of the input as a line of JSON: longs with every digit, doubles that are no JSON numbers as Spark reads them. */
export type Line = string;

/** How the input reaches the stream. */
export interface Cut {
  /** Lines a file. */
  readonly sizes: readonly number[];
  /** After which files the query is stopped, and started again in a new process. */
  readonly restarts: readonly boolean[];
  readonly maxFilesPerTrigger: number;
}

export interface StreamingCase {
  readonly lines: readonly Line[];
  readonly cut: Cut;
  readonly filter: string | null;
  /** Grouping columns; null for a query without aggregation. */
  readonly grouping: readonly string[] | null;
  readonly window: string | null;
  readonly aggregates: readonly string[];
  readonly mode: OutputMode;
  readonly noData: boolean;
}

export const inputSchema = "ts TIMESTAMP, k STRING, b BIGINT, d DOUBLE";
export const delayMs = 10_000;
const startMs = Date.UTC(2026, 5, 1);
const stepMs = 1_500;

interface Cells {
  readonly jitterMs: number | null;
  readonly k: string | null;
  readonly b: bigint | null;
  readonly d: string | null;
}

const cells: fc.Arbitrary<Cells> = fc.record({
  jitterMs: fc.option(fc.integer({ min: 0, max: delayMs - 1 }), { freq: 12 }),
  k: fc.option(fc.constantFrom("a", "b", "", "é", "日本", "😀", "a\u0000b", "a long text that no small buffer holds"), { freq: 8 }),
  b: fc.option(
    fc.oneof(fc.bigInt(-3n, 3n), fc.bigInt(-(2n ** 57n), 2n ** 57n), fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n)),
    { freq: 8 },
  ),
  d: fc.option(
    fc.oneof(
      fc.constantFrom("0.0", "-0.0", '"NaN"', "1e300", "-1.5"),
      fc.integer({ min: -7000, max: 7000 }).map((n) => String(n / 7)),
    ),
    { freq: 8 },
  ),
});

/** Rows come in any order within the delay, so that none of them is late. */
function lineOf({ jitterMs, k, b, d }: Cells, i: number): Line {
  const ts = jitterMs === null ? "null" : JSON.stringify(new Date(startMs + i * stepMs + jitterMs).toISOString());
  return `{"ts":${ts},"k":${JSON.stringify(k)},"b":${b ?? "null"},"d":${d ?? "null"}}`;
}

/** A row later than all others, which no filter drops: with it, every window of theirs closes. */
export function flushLine(count: number): Line {
  return lineOf({ jitterMs: 86_400_000, k: "flush", b: 2n, d: "1.0" }, count);
}

export const windows = [
  "window(ts, '10 seconds')",
  "window(ts, '7 seconds', '7 seconds', '2 seconds')",
  "window(ts, '10 seconds', '5 seconds')",
  "window(ts, '9 seconds', '4 seconds', '1 second')",
];

const aggregates = [
  "count(*)",
  "count(b)",
  "sum(b)",
  "min(b)",
  "max(b)",
  "avg(b)",
  "sum(d)",
  "avg(d)",
  "min(d)",
  "max(d)",
  "min(k)",
  "max(k)",
  "max(ts)",
  "count(*) FILTER (WHERE b > 0)",
];

const filters = ["b % 2 = 0", "k IS NOT NULL AND k <> 'b'", "ts IS NOT NULL", "d > 0 OR b < 0"];

const grouped = fc.constantFrom<readonly string[]>([], ["k"], ["b"], ["d"], ["k", "b"], ["k", "d"]);

export const streamingCases: fc.Arbitrary<StreamingCase> = fc
  .record({
    rows: fc.array(cells, { maxLength: 40 }),
    sizes: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }),
    restarts: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    maxFilesPerTrigger: fc.integer({ min: 1, max: 3 }),
    filter: fc.option(fc.constantFrom(...filters)),
    grouping: fc.option(grouped, { freq: 9 }),
    window: fc.constantFrom(...windows),
    windowed: fc.boolean(),
    aggregates: fc.uniqueArray(fc.constantFrom(...aggregates), { minLength: 1, maxLength: 4 }),
    mode: fc.constantFrom<OutputMode>("append", "update", "complete"),
    noData: fc.boolean(),
  })
  .map(({ rows, sizes, restarts, maxFilesPerTrigger, windowed, ...rest }) => {
    const isPlain = rest.grouping === null;
    return {
      ...rest,
      lines: rows.map(lineOf),
      cut: { sizes, restarts, maxFilesPerTrigger },
      mode: isPlain ? "append" : rest.mode,
      // Append mode needs something that closes.
      window: !isPlain && (windowed || rest.mode === "append") ? rest.window : null,
    };
  });

/** The query, over a stream or a table. */
export function build({ filter, grouping, window, aggregates: functions }: StreamingCase, input: Frame): Frame {
  const watched = input.withWatermark("ts", `${delayMs} milliseconds`);
  const filtered = filter === null ? watched : watched.where(filter);
  if (grouping === null) return filtered.selectExpr("k", "b + 1 AS next", "d", "ts", "coalesce(k, 'none') AS name");
  const keys = [...(window === null ? [] : [expr(window).as("w")]), ...grouping.map((name) => expr(name).as(name))];
  return filtered.groupBy(...keys).agg(...functions.map((text, i) => expr(text).as(`a${i}`)));
}

/** How many of the output's columns identify a row; null when no column does. */
export function keyCount({ grouping, window }: StreamingCase): number | null {
  return grouping === null ? null : grouping.length + (window === null ? 0 : 1);
}
