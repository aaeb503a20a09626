import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Value } from "../../../engine/arrow/value.js";
import { count, expr } from "../../../dataframe/functions.js";
import { QueryWorld, type Frame } from "./queryWorld.js";

const minute = (m: number): string => `2024-01-01T00:${String(m).padStart(2, "0")}:00Z`;
const rows = [1, 3, 12, 14, 22].map((m, i) => ({ ts: minute(m), k: i % 2 === 0 ? "a" : "b", v: i }));

/** Starts of windows as minutes. */
const starts = (found: readonly (readonly Value[])[]): number[] =>
  found.map(([start]) => Number((start as bigint) / 60_000_000n) % 60).toSorted((a, b) => a - b);

const counted =
  (window: string, condition: string) =>
  (input: Frame): Frame =>
    input
      .withWatermark("ts", "30 minutes")
      .groupBy(expr(`${window} AS w`), "k")
      .agg(count("*").as("n"))
      .where(condition)
      .select("w.start", "k", "n");

describe("conditions on windows", () => {
  let machine: QueryWorld;
  beforeEach(() => {
    machine = new QueryWorld();
  });
  afterEach(() => machine.close());

  it.each(["window(ts, '10 minutes')", "window(ts, '10 minutes', '5 minutes')"])(
    "hold of groups that were there before the condition was: %s",
    async (window) => {
      await machine.file("0.json", rows);
      await machine.run({ build: counted(window, "true") });
      expect(machine.rows()).toEqual([]);
      await machine.file("1.json", [{ ts: minute(59), k: "z", v: 9 }]);
      await machine.run({ build: counted(window, `w.start >= timestamp'${minute(10)}'`) });
      const found = machine.rows();
      expect(found.length).toBeGreaterThan(0);
      expect(starts(found).filter((m) => m < 10)).toEqual([]);
    },
  );

  it.each(["10 minutes", "5 minutes"])("hold where nothing is aggregated: %s", async (slide) => {
    await machine.file("0.json", rows);
    await machine.run({
      build: (input) =>
        input
          .select(expr(`window(ts, '10 minutes', '${slide}') AS w`), "k")
          .where("minute(w.start) IN (0, 10)")
          .select("w.start", "k"),
    });
    expect(starts(machine.rows())).toEqual([0, 0, 10, 10]);
  });
});
