import fc from "fast-check";
import { expect, test } from "vitest";
import { field, types } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { literal } from "../../engine/expression/expression.js";
import { Driver, show, type Aggregate, type Shape } from "../unit/physical/aggregateFixture.js";
import { partitionCounts, restarts } from "../unit/physical/savedState.js";
import { runs } from "./runs.js";

// Every aggregate: one batch over all rows, the same rows over random cuts, and over cuts with restarts in between.

const decimal = types.decimal(12, 2);
const wide = types.decimal(30, 4);
const pair = types.struct([field("a", types.int), field("b", types.string)]);
const input = [
  field("k", types.int),
  field("v", types.long),
  field("x", types.double),
  field("s", types.string),
  field("d", decimal),
  field("w", wide),
  field("c", types.boolean),
  field("t", types.timestamp),
  field("p", pair),
  field("f", types.float),
  field("i", types.int),
];
const ignoringNulls = literal(true, types.boolean);
const onAll = ["count", "min", "max", "first", "last", "any_value", "collect_list", "collect_set"];
const aggregates: readonly Aggregate[] = [
  { name: "count", columns: [] },
  { name: "count", columns: [1, 3] },
  ...onAll.flatMap((name) => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((column): Aggregate => ({ name, columns: [column] }))),
  ...["first", "last"].map((name): Aggregate => ({ name, columns: [3], constants: [ignoringNulls] })),
  ...["sum", "avg", "try_sum", "try_avg"].flatMap((name) =>
    [1, 2, 4, 5, 9, 10].map((column): Aggregate => ({ name, columns: [column], evalMode: "legacy" })),
  ),
  ...["bit_and", "bit_or", "bit_xor"].flatMap((name) => [1, 10].map((column): Aggregate => ({ name, columns: [column] }))),
  ...["min_by", "max_by"].flatMap((name) => [
    { name, columns: [3, 1] },
    { name, columns: [1, 3] },
    { name, columns: [8, 2] },
  ]),
  { name: "bool_and", columns: [6] },
  { name: "bool_or", columns: [6] },
  { name: "count_if", columns: [6] },
  ...["stddev", "stddev_pop", "variance", "var_pop", "skewness", "kurtosis"].map((name): Aggregate => ({ name, columns: [2] })),
  { name: "covar_pop", columns: [2, 2] },
  { name: "covar_samp", columns: [2, 2] },
  { name: "sum", columns: [1], filter: 6, evalMode: "legacy" },
  { name: "collect_list", columns: [3], filter: 6 },
];

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 6 });
const row = fc.tuple(
  fc.integer({ min: 0, max: 2 }),
  optional(fc.oneof(fc.bigInt({ min: -9n, max: 9n }), fc.constantFrom(2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)))),
  optional(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constantFrom(NaN, -0))),
  optional(fc.constantFrom("", "a", "ab", "é", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")),
  optional(fc.bigInt({ min: -99n, max: 99n })),
  optional(fc.constantFrom(0n, 10n ** 29n, -(10n ** 29n), 12345678901234567890n)),
  optional(fc.boolean()),
  optional(fc.constantFrom(0n, -1n, 1_700_000_000_000_000n)),
  optional(fc.tuple(optional(fc.integer({ min: 0, max: 3 })), optional(fc.constantFrom("x", "y")))),
  optional(fc.constantFrom(0.5, -0.25, Infinity)),
  optional(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
) as fc.Arbitrary<readonly Value[]>;
const pieces = fc.array(
  fc.record({
    rows: fc.array(row, { maxLength: 6 }),
    restart: restarts,
  }),
  { maxLength: 6 },
);

const shape: Shape = { input, keys: 1, aggregates, outputMode: "complete" };

test("every aggregate over any cut and any restart is the aggregate over one batch", () => {
  fc.assert(
    fc.property(pieces, partitionCounts, (steps, partitions) => {
      const whole = new Driver(shape).run([steps.flatMap(({ rows }) => rows)]);
      const driver = new Driver({ ...shape, partitions });
      let last = driver.run([]);
      for (const { rows, restart } of steps) {
        if (restart !== null) driver.restart(restart.from, restart.partitions);
        last = driver.run([rows]);
      }
      expect(last.rows.map(show)).toEqual(whole.rows.map(show));
      expect(last.total).toBe(whole.total);
    }),
    { numRuns: runs(50) },
  );
});

const numbers = fc.array(
  fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n })),
  { maxLength: 30 },
);

test("a sum of longs is exact, and says so where it leaves the range of a long", () => {
  fc.assert(
    fc.property(numbers, fc.boolean(), (values, small) => {
      const rows = values.map((x) => [0, small ? BigInt.asIntN(53, x) : x]);
      let total: bigint | null = null;
      let overflowed = false;
      for (const [, x] of rows) {
        total = (total ?? 0n) + (x as bigint);
        overflowed ||= total !== BigInt.asIntN(64, total);
      }
      const sums = ["ansi", "legacy", "try"].map((evalMode) => {
        const sum: Aggregate = {
          name: evalMode === "try" ? "try_sum" : "sum",
          columns: [1],
          evalMode: evalMode === "ansi" ? "ansi" : "legacy",
        };
        const driver = new Driver({
          input: [field("k", types.int), field("v", types.long)],
          keys: 0,
          aggregates: [sum],
          outputMode: "complete",
        });
        return () => driver.run(rows.map((r) => [r])).rows[0]![0]!;
      });
      if (overflowed) expect(sums[0]).toThrow(expect.objectContaining({ condition: "ARITHMETIC_OVERFLOW" }));
      else expect(sums[0]!()).toBe(total);
      expect(sums[1]!()).toBe(total === null ? null : BigInt.asIntN(64, total));
      expect(sums[2]!()).toBe(overflowed ? null : total);
    }),
    { numRuns: runs(300) },
  );
});

function sumOf(values: readonly bigint[]): Value {
  const driver = new Driver({
    input: [field("v", types.long)],
    keys: 0,
    aggregates: [{ name: "sum", columns: [0] }],
    outputMode: "complete",
  });
  return driver.run(values.map((x) => [[x]])).rows[0]![0]!;
}

test("sums meet both ends of the range of a long exactly", () => {
  const overflow = expect.objectContaining({ condition: "ARITHMETIC_OVERFLOW" });
  const steps = Array.from({ length: 1024 }, () => 2n ** 53n - 1n);
  const negative = steps.map((x) => -x);
  expect(sumOf([...steps, 1023n])).toBe(2n ** 63n - 1n);
  expect(() => sumOf([...steps, 1024n])).toThrow(overflow);
  expect(sumOf([...negative, -1024n])).toBe(-(2n ** 63n));
  expect(() => sumOf([...negative, -1025n])).toThrow(overflow);
  expect(sumOf([...steps, 1023n, -5n, 5n])).toBe(2n ** 63n - 1n);
});
