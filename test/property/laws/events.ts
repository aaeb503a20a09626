import fc from "fast-check";
import type { Value } from "../../../engine/arrow/value.js";
import type { DataFrame } from "../../../dataframe/dataFrame.js";
import type { Session } from "../../../dataframe/session.js";
import type { OutputMode } from "../../../engine/contract/sink.js";

export type Frame = DataFrame<Record<string, unknown>>;

/** A row of an input. */
export interface Event {
  readonly atMs: number | null;
  readonly k: string | null;
  readonly v: number | null;
}

export const inputSchema = "ts TIMESTAMP, k STRING, v BIGINT";
export const delayMs = 10_000;
const startMs = Date.UTC(2026, 5, 1);
const stepMs = 1_700;
/** Later than all others by far: with rows of this time, whatever can close does. */
const flushMs = startMs + 86_400_000;
const flushFiles = 3;

const cells = fc.record({
  jitterMs: fc.option(fc.integer({ min: 0, max: delayMs - 1 }), { freq: 14 }),
  k: fc.option(fc.constantFrom("a", "b", "c", "é😀"), { freq: 8 }),
  v: fc.option(fc.integer({ min: -3, max: 9 }), { freq: 10 }),
});

/** Rows come in any order within the delay, so that none of them is late. */
export const events: fc.Arbitrary<readonly Event[]> = fc
  .array(cells, { maxLength: 24 })
  .map((rows) => rows.map(({ jitterMs, k, v }, i) => ({ atMs: jitterMs === null ? null : startMs + i * stepMs + jitterMs, k, v })));

/** The rows that close everything, a file each. */
export const flushes: readonly Event[] = Array.from({ length: flushFiles }, (_, i) => ({ atMs: flushMs + i * 1000, k: "flush", v: 1 }));

export function lineOf({ atMs, k, v }: Event): string {
  return `${JSON.stringify({ ts: atMs === null ? null : new Date(atMs).toISOString(), k, v })}\n`;
}

/** Whether a row came of those that close everything: of what is still open nothing is said. */
export function isOfFlush(value: Value): boolean {
  if (typeof value === "bigint") return value >= BigInt(flushMs) * 1000n;
  if (Array.isArray(value)) return (value as readonly Value[]).some(isOfFlush);
  return typeof value === "string" && value.includes("flush");
}

/** An operator, and what it does in plain code over all rows at once. */
export interface OperatorLaw {
  readonly name: string;
  readonly inputs: 1 | 2;
  readonly outputMode: OutputMode;
  /** How many columns identify a row: of several with one key the last holds, in update mode. */
  readonly keys?: number;
  /** Whether a table gives something else: functions over groups are called otherwise there. */
  readonly streamOnly?: boolean;
  /** Whether nothing is kept of rows that the watermark has passed. */
  readonly forgets?: boolean;
  build(inputs: readonly Frame[], session: Session): Frame;
  model(one: readonly Event[], two: readonly Event[]): Value[][];
}

export const watermarked = (input: Frame): Frame => input.withWatermark("ts", `${delayMs} milliseconds`);

export const us = (ms: number | null): Value => (ms === null ? null : BigInt(ms) * 1000n);
export const long = (n: number | null): Value => (n === null ? null : BigInt(n));
export const cellsOf = ({ atMs, k, v }: Event): Value[] => [us(atMs), k, long(v)];

/** Rows by a key of text, in the order of first appearance. */
export function groupedBy<T>(rows: readonly T[], keyOf: (row: T) => unknown): (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = JSON.stringify(keyOf(row));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** SQL's sum: null of nothing. */
export function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}
