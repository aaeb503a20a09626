import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { batchFromRows } from "../../../../engine/arrow/columns.js";
import { field, types, type DataType } from "../../../../engine/arrow/types.js";
import type { Value } from "../../../../engine/arrow/value.js";
import type { OutputMode } from "../../../../engine/contract/sink.js";
import { Driver, literal, type Aggregate } from "../aggregateFixture.js";

// The operator alone against what Spark did: the argument columns that a projection would compute are computed here.

interface GoldenRow {
  readonly [column: string]: number | string | boolean | null | readonly (number | string)[];
}

interface GoldenCase {
  readonly inputs: { readonly t: { readonly batches: readonly (readonly GoldenRow[])[] } };
  readonly outputMode: OutputMode;
  readonly outputSchema: readonly { readonly name: string }[];
  readonly batches?: readonly {
    readonly rows: readonly GoldenRow[];
    readonly stateOperators: readonly { readonly numRowsUpdated: number; readonly numRowsTotal: number }[];
  }[];
  readonly error?: { readonly condition: string; readonly parameters: Record<string, string> } | null;
}

function golden(name: string): GoldenCase {
  const text = readFileSync(new URL(`../../../golden/cases/${name}.json`, import.meta.url), "utf8");
  // Integers beyond 2^53 become strings, so that no digit is lost.
  return JSON.parse(text.replace(/([:[,]\s*)(-?\d{16,})(?=\s*[,}\]])/g, '$1"$2"')) as GoldenCase;
}

const long = (x: unknown): bigint | null => (x === null || x === undefined ? null : BigInt(x as string));
const double = (x: unknown): number | null => (x === null || x === undefined ? null : Number(x));

/** A value as golden prints it. */
function print(value: Value): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return Array.isArray(value) ? value.map(print) : value;
}

interface Setup {
  readonly name: string;
  readonly columns: readonly (readonly [DataType, (row: GoldenRow) => Value])[];
  readonly aggregates: readonly Aggregate[];
}

const k = [types.string, (row: GoldenRow) => (row["k"] ?? null) as Value] as const;
const v = [types.long, (row: GoldenRow) => long(row["v"])] as const;
const compare = (test_: (v: bigint) => boolean) =>
  [types.boolean, (row: GoldenRow) => (row["v"] === null ? null : test_(long(row["v"])!))] as const;
const times = (f: (v: number) => number) => [types.double, (row: GoldenRow) => (row["v"] === null ? null : f(Number(row["v"])))] as const;
const yes = literal(true, types.boolean);

const setups: readonly Setup[] = [
  {
    name: "agg-basic-update",
    columns: [k, v],
    aggregates: [{ name: "count", columns: [] }, ...["count", "sum", "avg", "min", "max"].map((name) => ({ name, columns: [1] }))],
  },
  { name: "agg-sum-overflow", columns: [k, v], aggregates: [{ name: "sum", columns: [1] }] },
  { name: "agg-sum-overflow-within-partial", columns: [k, v], aggregates: [{ name: "sum", columns: [1] }] },
  {
    name: "agg-sum-overflow-nonansi",
    columns: [k, v],
    aggregates: [
      { name: "sum", columns: [1], evalMode: "legacy" },
      { name: "try_sum", columns: [1] },
    ],
  },
  {
    name: "agg-try-sum",
    columns: [k, v],
    aggregates: [
      { name: "try_sum", columns: [1] },
      { name: "try_avg", columns: [1] },
    ],
  },
  {
    name: "agg-double-values",
    columns: [k, [types.double, (row) => double(row["x"])]],
    aggregates: ["sum", "avg", "min", "max", "count"].map((name) => ({ name, columns: [1] })),
  },
  {
    name: "agg-double-keys",
    columns: [[types.double, (row) => double(row["x"])], v],
    aggregates: [
      { name: "count", columns: [] },
      { name: "sum", columns: [1] },
    ],
  },
  {
    name: "agg-first-last-update",
    columns: [k, v],
    aggregates: [
      { name: "first", columns: [1] },
      { name: "first", columns: [1], constants: [yes] },
      { name: "last", columns: [1] },
      { name: "last", columns: [1], constants: [yes] },
      { name: "any_value", columns: [1] },
    ],
  },
  {
    name: "agg-filter-clause",
    columns: [
      k,
      v,
      compare((x) => x > 1n),
      [types.boolean, (row) => row["v"] === null],
      compare((x) => x > 0n),
      compare((x) => x > 2n),
      times(Math.abs),
      [types.int, (row) => Number(row["v"] !== null && Number(row["v"]) > 0)],
    ],
    aggregates: [
      { name: "sum", columns: [1], filter: 2 },
      { name: "count", columns: [], filter: 3 },
      { name: "max", columns: [6] },
      { name: "sum", columns: [7] },
      { name: "bool_and", columns: [4] },
      { name: "bool_or", columns: [5] },
      { name: "every", columns: [4] },
      { name: "some", columns: [5] },
    ],
  },
  {
    name: "agg-variance-update",
    columns: [k, v, times((x) => x * 2), times((x) => x * x), times((x) => x)],
    aggregates: [
      ...["stddev", "stddev_pop", "variance", "var_pop", "skewness", "kurtosis"].map((name) => ({ name, columns: [1] })),
      { name: "corr", columns: [4, 2] },
      { name: "covar_samp", columns: [4, 3] },
      { name: "covar_pop", columns: [4, 3] },
    ],
  },
  { name: "agg-files-availablenow", columns: [k, v], aggregates: [{ name: "sum", columns: [1] }] },
  { name: "agg-update-only-changed", columns: [k, v], aggregates: [{ name: "sum", columns: [1] }] },
];

function approximately(expected: unknown): unknown {
  return typeof expected === "number" && !Number.isInteger(expected) ? expect.closeTo(expected, 9) : expected;
}

describe("the aggregation operator does what Spark did", () => {
  test.each(setups)("$name", ({ name, columns, aggregates }) => {
    const { inputs, outputMode, outputSchema, batches = [], error } = golden(name);
    const input = columns.map(([type], i) => field(`c${i}`, type));
    const driver = new Driver({ input, keys: 1, aggregates, outputMode });
    inputs.t.batches.forEach((rows, b) => {
      const batch = batchFromRows(
        types.struct(input),
        rows.map((row) => columns.map(([, value]) => value(row))),
      );
      const expected = batches[b];
      if (expected === undefined) {
        expect(error).toBeTruthy();
        expect(() => driver.runBatches([batch], null)).toThrow(
          expect.objectContaining({ condition: error!.condition, parameters: error!.parameters }),
        );
        return;
      }
      const ran = driver.runBatches([batch], null);
      const printed = ran.rows.map((row) => Object.fromEntries(row.map((value, c) => [outputSchema[c]!.name, print(value)])));
      const sorted = printed.toSorted((a, b2) => (JSON.stringify(a) < JSON.stringify(b2) ? -1 : 1));
      const wanted = expected.rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, x]) => [key, approximately(x)])));
      for (const row of wanted) expect(sorted).toContainEqual(row);
      expect(sorted).toHaveLength(wanted.length);
      expect({ numRowsUpdated: ran.updated, numRowsTotal: ran.total }).toMatchObject({
        numRowsUpdated: expected.stateOperators[0]!.numRowsUpdated,
        numRowsTotal: expected.stateOperators[0]!.numRowsTotal,
      });
      driver.restart(b % 2 === 0 ? "deltas" : "snapshot");
    });
  });
});
