import { describe, expect, it } from "vitest";
import { expr, rand, sum, window } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";

const session = Session.create({ print: () => {} });
const readings = session.range(0, 6).selectExpr("id", "timestamp_seconds(id) AS ts", "id % 2 AS k");

describe("explain", () => {
  it("prints the operators that run", () => {
    const text = readings.where("id > 1").groupBy(window("ts", "10 seconds").as("w"), "k").agg(sum("id").as("s")).explain();
    expect(text.split("\n").map((line) => line.replace(/^[ +|-]*/, "").split(" ")[0])).toEqual([
      "==",
      "HashAggregate",
      "Project",
      "Project",
      "LocalTableScan",
    ]);
    expect(text).toMatch(
      /^== Physical Plan ==\nHashAggregate \(batch-aggregate-0, complete\) keys \[w, k\], functions \[sum\(id\)\], 4 partitions\n/,
    );
  });

  it("prints the logical plans too when it is extended, under either word", () => {
    const text = readings.select("id", rand().as("r")).explain(true);
    expect(text.match(/^== .* ==$/gm)).toEqual(["== Analyzed Logical Plan ==", "== Optimized Logical Plan ==", "== Physical Plan =="]);
    expect(readings.explain("extended")).toBe(readings.explain(true));
    expect(readings.explain("simple")).toBe(readings.explain());
  });

  it("shows joins, orders and limits", () => {
    const text = readings.join(readings.selectExpr("id", "k AS other"), "id", "left").orderBy(expr("k + 1")).limit(3).explain();
    for (const operator of ["Limit 3", "Sort [", "HashJoin left [id = id]"]) expect(text).toContain(operator);
  });

  it("says what cannot run yet", () => {
    expect(readings.selectExpr("CAST('1 month 2 days' AS INTERVAL) AS d").explain()).toContain("NOT_YET_SUPPORTED");
  });

  it("refuses a mode that it does not know, and names those it does", () => {
    expect(() => readings.explain("fancy" as "simple")).toThrow(/INVALID_OPTION_VALUE.*fancy.*simple, extended, codegen, cost, formatted/s);
    expect(() => readings.explain(null as never)).toThrow(/INVALID_OPTION_VALUE/);
  });

  it("explains a running query in every mode, as its frame", async () => {
    const frame = session.readStream
      .format("rate")
      .load()
      .withWatermark("timestamp", "1 second")
      .groupBy(window("timestamp", "1 second"))
      .count();
    const query = await frame.writeStream.format("memory").queryName("explained").start();
    try {
      for (const mode of ["simple", "extended", "formatted", "cost", "codegen"] as const)
        expect(query.explain(mode)).toBe(frame.explain(mode));
      expect(query.explain()).toBe(query.explain("simple"));
      expect(query.explain(true)).toBe(query.explain("extended"));
      expect(query.explain("codegen")).toContain("function foldGroups");
      expect(() => query.explain("fancy" as "simple")).toThrow(/INVALID_OPTION_VALUE.*fancy/s);
    } finally {
      await query.stop();
    }
  });
});
