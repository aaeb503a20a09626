import type { GoldenRow, GoldenValue } from "./case.js";

/** What is different, in a few words; null when nothing is. Numbers may differ by 1e-9 of their size: sums of doubles depend on order. */
export function difference(expected: GoldenValue | undefined, actual: GoldenValue | undefined, path = ""): string | null {
  if (typeof expected === "number" && typeof actual === "number")
    return sameNumber(expected, actual) ? null : mismatch(path, expected, actual);
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) return `${path || "rows"}: expected ${text(expected)}, got ${text(actual)}`;
    return first(
      expected.map((_, i) => i),
      (i) => difference(expected[i] as GoldenValue, actual[i] as GoldenValue, `${path}[${i}]`),
    );
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return first(keys, (key) => difference(expected[key], actual[key], `${path}.${key}`));
  }
  return Object.is(expected, actual) ? null : mismatch(path, expected, actual);
}

/** Rows compared as a multiset when Spark's order means nothing. */
export function rowsDifference(expected: readonly GoldenRow[], actual: readonly GoldenRow[], ordered: boolean): string | null {
  return ordered ? difference(expected, actual) : difference(sortRows(expected), sortRows(actual));
}

/** In the order of their texts, doubles rounded so that the last digits do not move a row. */
function sortRows(rows: readonly GoldenRow[]): GoldenRow[] {
  const keyed = rows.map((row) => ({ row, key: JSON.stringify(row, roundDoubles) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}

function roundDoubles(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value;
}

function sameNumber(a: number, b: number): boolean {
  if (Object.is(a, b)) return true;
  if (a === 0 && b === 0) return false;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

function isObject(value: unknown): value is { readonly [key: string]: GoldenValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function first<T>(items: readonly T[], check: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = check(item);
    if (found !== null) return found;
  }
  return null;
}

function mismatch(path: string, expected: unknown, actual: unknown): string {
  return `${path}: expected ${text(expected)}, got ${text(actual)}`;
}

function text(value: unknown): string {
  const json = JSON.stringify(value, (_key, v: unknown) => (typeof v === "bigint" ? String(v) : v)) ?? "nothing";
  return json.length > 400 ? `${json.slice(0, 400)}…` : json;
}
