import { expect, test } from "vitest";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types, windowType, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { TimeWindowOperator } from "../../../engine/physical/stateless/timeWindow.js";
import { UnionOperator } from "../../../engine/physical/stateless/union.js";
import { WatermarkOperator } from "../../../engine/physical/stateless/watermark.js";
import { handling } from "../../runtime/testRuntime.js";
import { runOperator } from "./runOperator.js";

const schema: Schema = types.struct([field("ts", types.timestamp), field("k", types.string)]);
const second = 1_000_000n;

test("a time window gives each row once for each of its windows, before the epoch too, and drops rows without a time", () => {
  const output: Schema = types.struct([...schema.fields, field("window", windowType)]);
  const windows = { durationUs: 10e6, slideUs: 4e6, startUs: 1e6 };
  const input = batchFromRows(schema, [
    [9n * second, "edge"],
    [null, "none"],
    [-1n, "before"],
  ]);
  const rows = runOperator(new TimeWindowOperator(0, windows, output, handling().chunks), [input]);
  const expected = (at: bigint, k: string, start: bigint): Value[] => [at, k, [start * second, (start + 10n) * second]];
  expect(rows).toEqual([
    expected(9n * second, "edge", 9n),
    expected(9n * second, "edge", 5n),
    expected(9n * second, "edge", 1n),
    expected(-1n, "before", -3n),
    expected(-1n, "before", -7n),
  ]);
});

test("times beyond 2^53 µs fall into their windows of whole seconds exactly", () => {
  const output: Schema = types.struct([...schema.fields, field("window", windowType)]);
  const operator = new TimeWindowOperator(0, { durationUs: 10e6, slideUs: 10e6, startUs: 0 }, output, handling().chunks);
  const year9999 = 253_402_300_799_999_999n;
  const rows = runOperator(operator, [batchFromRows(schema, [[year9999, "last"]])]);
  expect(rows[0]![2]).toEqual([253_402_300_790_000_000n, 253_402_300_800_000_000n]);
});

test("times beyond 2^53 µs fall into windows of fractions of a second, as far as a double reaches on their grid", () => {
  const output: Schema = types.struct([...schema.fields, field("window", windowType)]);
  const windowOf = (durationUs: number, timeUs: bigint): Value => {
    const operator = new TimeWindowOperator(0, { durationUs, slideUs: durationUs, startUs: 0 }, output, handling().chunks);
    return runOperator(operator, [
      batchFromRows(schema, [
        [null, "none"],
        [timeUs, "last"],
      ]),
    ])[0]![2]!;
  };
  const [halfSecond, millisecond] = [500_000n, 1_000n];
  for (const [width, timeUs] of [
    [halfSecond, 253_402_300_799_999_999n],
    [halfSecond, 253_402_300_799_499_999n],
    [millisecond, 70_000_000_000_000_001n],
    [millisecond, -70_000_000_000_000_001n],
  ] as const) {
    const start = timeUs - (((timeUs % width) + width) % width);
    expect(windowOf(Number(width), timeUs)).toEqual([start, start + width]);
  }
  expect(() => windowOf(1_000, 253_402_300_799_999_999n)).toThrow(expect.objectContaining({ condition: "DATETIME_OVERFLOW" }));
  expect(() => windowOf(1, 2n ** 53n + 1n)).toThrow(expect.objectContaining({ condition: "DATETIME_OVERFLOW" }));
});

test("a watermark is exact to the millisecond in the year 9999", () => {
  const operator = new WatermarkOperator(7, 0);
  for (const time of [253_402_300_799_999_999n, 253_402_300_799_001_000n, -62_135_596_800_000_001n, 253_402_300_798_999_999n]) {
    operator.begin();
    runOperator(operator, [batchFromRows(schema, [[time, "a"]])]);
    const milliseconds = time / 1000n - (time % 1000n < 0n ? 1n : 0n);
    expect(Math.floor(operator.stats().maxUs / 1000)).toBe(Number(milliseconds));
  }
});

test("a watermark operator passes rows on and notes the event times of the batch, nulls aside", () => {
  const operator = new WatermarkOperator(7, 0);
  operator.begin();
  const first = batchFromRows(schema, [
    [5n, "a"],
    [null, "b"],
    [-3n, "c"],
  ]);
  const rows = runOperator(operator, [first, batchFromRows(schema, [[11n, "d"]])]);
  expect(operator.stats()).toEqual({ count: 3, minUs: -3, maxUs: 11, sumUs: 13 });
  expect(rows).toHaveLength(4);
  operator.begin();
  expect(operator.stats().count).toBe(0);
});

test("a union passes every input on under its own schema", () => {
  const named: Schema = types.struct([field("at", types.timestamp), field("key", types.string)]);
  const [emitted] = new UnionOperator(named).process(batchFromRows(schema, [[5n, "a"]]));
  expect(emitted?.batch).toMatchObject({ schema: named, length: 1 });
});
