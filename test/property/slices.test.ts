import fc from "fast-check";
import { expect, test } from "vitest";
import { field, types } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { OutputMode } from "../../engine/contract/sink.js";
import { Driver, show, type Aggregate, type Shape } from "../unit/physical/aggregateFixture.js";
import { partitionCounts, restarts } from "../unit/physical/savedState.js";
import { runs } from "./runs.js";

// Hopping windows kept by slice are those kept by window: of every aggregate that the planner lets be sliced, with its running values beside each other.

const input = [
  field("ts", types.timestamp),
  field("k", types.int),
  field("v", types.long),
  field("x", types.double),
  field("s", types.string),
  field("d", types.decimal(12, 2)),
  field("c", types.boolean),
  field("t", types.timestamp),
  field("f", types.float),
  field("i", types.int),
  field("w", types.decimal(30, 4)),
];
const numbers = [2, 3, 5, 8, 9, 10];
const aggregates: readonly Aggregate[] = [
  { name: "count", columns: [] },
  { name: "count", columns: [4, 2] },
  { name: "count_if", columns: [6] },
  ...["min", "max"].flatMap((name) => [2, 3, 4, 5, 6, 7, 8, 9, 10].map((column): Aggregate => ({ name, columns: [column] }))),
  ...["sum", "avg"].flatMap((name) => numbers.map((column): Aggregate => ({ name, columns: [column], evalMode: "legacy" }))),
  ...["bit_and", "bit_or", "bit_xor"].flatMap((name) => [2, 9].map((column): Aggregate => ({ name, columns: [column] }))),
  { name: "bool_and", columns: [6] },
  { name: "bool_or", columns: [6] },
  ...["stddev", "stddev_pop", "variance", "var_pop", "skewness", "kurtosis"].map((name): Aggregate => ({ name, columns: [3] })),
  { name: "covar_pop", columns: [3, 3] },
  { name: "corr", columns: [3, 3] },
  { name: "sum", columns: [2], filter: 6, evalMode: "legacy" },
];

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 6 });
const row = fc.tuple(
  optional(fc.integer({ min: 0, max: 40_000 }).map((ms) => BigInt(ms) * 1000n)),
  fc.integer({ min: 0, max: 3 }),
  optional(fc.oneof(fc.bigInt({ min: -9n, max: 9n }), fc.constantFrom(2n ** 50n, -(2n ** 50n)))),
  optional(fc.integer({ min: -50, max: 50 }).map((n) => n / 4 + 0)),
  optional(fc.constantFrom("", "a", "ab", "é", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")),
  optional(fc.bigInt({ min: -99n, max: 99n })),
  optional(fc.boolean()),
  optional(fc.constantFrom(0n, -1n, 1_700_000_000_000_000n, 2n ** 60n)),
  optional(fc.constantFrom(0.5, -0.25, 8)),
  optional(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  optional(fc.constantFrom(0n, 10n ** 29n, -(10n ** 29n), 12345678901234567890n)),
) as fc.Arbitrary<readonly Value[]>;

const steps = fc.array(fc.record({ rows: fc.array(row, { maxLength: 15 }), restart: restarts }), { maxLength: 6 });
const shapes = fc.record({
  slideUs: fc.constantFrom(1e6, 2_500_000, 4e6, 7_001_000),
  outputMode: fc.constantFrom<OutputMode>("append", "update", "complete"),
});

/** Sums of powers are rounded in the order in which they are added: a number that is all but the expected one stands for it. */
function near(rows: readonly Value[][], expected: readonly Value[][]): Value[][] {
  return rows.map((values, r) => values.map((value, c) => (isNear(value, expected[r]?.[c]) ? expected[r]![c]! : value)));
}

function isNear(a: Value, b: Value | undefined): boolean {
  return typeof a === "number" && typeof b === "number" && Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
}

test("every aggregate over slices is the aggregate over windows, with the same counters and order", () => {
  fc.assert(
    fc.property(shapes, steps, partitionCounts, ({ slideUs, outputMode }, batches, partitions) => {
      const window = { index: 0, durationUs: 10e6, slideUs, startUs: 500_000 };
      const shape: Shape = { input, keys: 2, window, aggregates, outputMode, partitions };
      const byWindow = new Driver(shape);
      const bySlice = new Driver({ ...shape, window: { ...window, sliced: true } });
      let [lateMs, evictMs, largestMs] = [0, 0, 0];
      for (const { rows, restart } of batches) {
        if (restart !== null) bySlice.restart(restart.from, restart.partitions);
        const expected = byWindow.run([rows], { lateMs, evictMs });
        const ran = bySlice.run([rows], { lateMs, evictMs });
        expect({ ...ran, rows: near(ran.rows, expected.rows).map(show) }).toEqual({ ...expected, rows: expected.rows.map(show) });
        for (const [at] of rows) if (typeof at === "bigint") largestMs = Math.max(largestMs, Number(at / 1000n));
        lateMs = evictMs;
        evictMs = Math.max(evictMs, largestMs - 5000);
      }
    }),
    { numRuns: runs(60), endOnFailure: true },
  );
});

test("few keys of windows of many are merged from their own slices", () => {
  const window = { index: 0, durationUs: 8e6, slideUs: 1e6, startUs: 0 };
  const shape: Shape = { input: input.slice(0, 3), keys: 2, window, aggregates: [{ name: "sum", columns: [2] }], outputMode: "update" };
  const drivers = [new Driver(shape), new Driver({ ...shape, window: { ...window, sliced: true } })];
  const all = Array.from({ length: 3000 }, (_, n) => [BigInt(n % 20) * 1_000_000n, n % 150, BigInt(n)]);
  const batches = [
    all,
    [[5_500_000n, 7, 1n]],
    [
      [19_000_000n, 7, 2n],
      [1_000_000n, 8, 3n],
    ],
  ];
  for (const rows of batches) {
    const [expected, ran] = drivers.map((driver) => driver.run([rows]));
    expect(ran).toEqual(expected);
  }
});

test("a row is folded and written once, however many windows are around it", () => {
  const window = { index: 0, durationUs: 10e6, slideUs: 1e6, startUs: 0, sliced: true };
  const driver = new Driver({
    input: input.slice(0, 3),
    keys: 2,
    window,
    aggregates: [{ name: "count", columns: [] }],
    outputMode: "append",
  });
  const rows = Array.from({ length: 300 }, (_, n) => [20_000_000n + BigInt(n), n % 100, 0n]);
  expect(driver.run([rows])).toEqual({ rows: [], updated: 1000, removed: 0, total: 1000, dropped: 0 });
  expect(driver.operator.stateRows).toBe(100);
  const written = [...driver.operator.changes()].reduce((sum, { upserts }) => sum + (upserts?.length ?? 0), 0);
  expect(written).toBe(100);
});
