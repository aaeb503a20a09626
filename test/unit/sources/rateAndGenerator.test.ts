import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rowsOf } from "../../../engine/arrow/columns.js";
import type { Value } from "../../../engine/arrow/value.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { generatorOptions } from "../../../sources/generator/options.js";
import { generateRows, sensorNames } from "../../../sources/generator/rows.js";
import { generatorProvider } from "../../../sources/generator/source.js";
import { memoryLog } from "../../../sources/files/seenFilesLog.js";
import { rateProvider, valueAtSecond } from "../../../sources/rate/source.js";
import { readRange } from "../../contracts/sourceContract.js";

describe("the rate source", () => {
  test("has as many rows by each second as Spark's", () => {
    expect([0, 1, 2, 3].map((second) => valueAtSecond(second, 5, 2))).toEqual([0, 1, 3, 8]);
    expect([0, 1, 2].map((second) => valueAtSecond(second, 10, 0))).toEqual([0, 10, 20]);
  });

  test("goes on from the time of its first start, with even times within a second", async () => {
    let ms = 1_700_000_000_123;
    const clock = { nowMs: () => ms, monotonicMs: () => ms, sleep: async () => {} };
    const log = memoryLog();
    const options = { rowsPerSecond: "2" };
    const open = () =>
      rateProvider.create({
        runtime: systemRuntime({ clock }),
        options,
        schema: rateProvider.schema(options, null),
        log,
        bounded: false,
        conf: {},
        warn: () => {},
      });
    await open();
    expect(await log.get(0)).toBe("v1\n1700000000123");
    ms += 2999;
    const source = await open();
    expect(await source.latestOffset(null, {})).toBe("2");
    expect(await readRange(source, "1", "2")).toEqual(['["1700000001123000n","2n"]', '["1700000001623000n","3n"]']);
    ms -= 2000;
    expect(await source.latestOffset("2", {})).toBe("2");
  });

  test("refuses bad options, schemas and bounded reads", async () => {
    expect(() => rateProvider.schema({ rowsPerSecond: "0" }, null)).toThrow(expect.objectContaining({ condition: "INVALID_OPTION_VALUE" }));
    expect(() => rateProvider.schema({}, { kind: "struct", fields: [] })).toThrow(
      expect.objectContaining({ condition: "SOURCE_HAS_OWN_SCHEMA" }),
    );
    const context = {
      runtime: systemRuntime(),
      options: {},
      schema: rateProvider.schema({}, null),
      log: null,
      bounded: true,
      conf: {},
      warn: () => {},
    };
    await expect(rateProvider.create(context)).rejects.toMatchObject({ condition: "UNBOUNDED_SOURCE" });
  });
});

const generated = (given: Record<string, string>, first: number, length: number): Value[][] => {
  const options = generatorOptions(given);
  return rowsOf(generateRows(options, sensorNames(options), first, length));
};

const disorder = (at: number[]): number => at.filter((time, i) => i > 0 && time < at[i - 1]!).length;

describe("the generator", () => {
  test("gives row i the same values in whatever batch it comes", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.nat(50), fc.integer(), (first, skip, seed) => {
        const given = { seed: String(seed) };
        expect(generated(given, first + skip, 10)).toEqual(generated(given, first, skip + 10).slice(skip));
      }),
    );
    expect(generated({ seed: "1" }, 0, 50)).not.toEqual(generated({ seed: "2" }, 0, 50));
  });

  test("comes out of order and late, as much as is asked for", () => {
    const times = (given: Record<string, string>): number[] =>
      generated({ rowsPerSecond: "100", ...given }, 0, 2000).map((row) => Number(row[1]));
    expect(disorder(times({ latePercent: "0", maxDisorder: "0s" }))).toBe(0);
    expect(disorder(times({ latePercent: "0" }))).toBeGreaterThan(500);
    const start = Date.UTC(2026, 0, 1) * 1000;
    const late = times({ latePercent: "5", maxDisorder: "0s" }).filter((time, i) => time < start + i * 10_000 - 59_000_000).length;
    expect(late).toBeGreaterThan(60);
    expect(late).toBeLessThan(140);
    const sensors = new Set(generated({ sensors: "3" }, 0, 200).map((row) => row[0] as string));
    expect([...sensors].toSorted()).toEqual(["sensor-1", "sensor-2", "sensor-3"]);
  });

  test("needs an end for bounded reads, and keeps to limits", async () => {
    const context = {
      runtime: systemRuntime(),
      schema: generatorProvider.schema({}, null),
      log: null,
      bounded: true,
      conf: {},
      warn: () => {},
    };
    await expect(generatorProvider.create({ ...context, options: {} })).rejects.toMatchObject({
      condition: "MISSING_OPTION",
      parameters: { option: "rows" },
    });
    const source = await generatorProvider.create({ ...context, options: { rows: "25", maxRowsPerTrigger: "10" } });
    const ends: (string | null)[] = [null];
    for (let i = 0; i < 4; i++) ends.push(await source.latestOffset(ends.at(-1)!, source.defaultLimit));
    expect(ends).toEqual([null, '{"row":10}', '{"row":20}', '{"row":25}', '{"row":25}']);
  });
});
