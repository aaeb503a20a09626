import { describe, expect, it } from "vitest";
import type { AnyColumn } from "../../../dataframe/column.js";
import { array, col, struct, window } from "../../../dataframe/functions.js";
import type { DataFrame } from "../../../dataframe/dataFrame.js";
import { Session } from "../../../dataframe/session.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { growth, linearGrowth } from "../scaling.js";

// What a short program asks for without measure is a condition, said at once: never a RangeError, and never long work.

const session = Session.create();
const table = session.createDataFrame([{ n: 1, s: "[]", ts: new Date(0) }], "n INT, s STRING, ts TIMESTAMP");

function nestedArray(depth: number): string {
  return `${"ARRAY<".repeat(depth)}INT${">".repeat(depth)}`;
}

function nestedStruct(depth: number): string {
  return `${"STRUCT<a: ".repeat(depth)}INT${">".repeat(depth)}`;
}

function nested(depth: number, over: (before: AnyColumn) => AnyColumn): DataFrame {
  let column: AnyColumn = col("n");
  for (let i = 0; i < depth; i++) column = over(column);
  return table.select(column.as("x"));
}

function conditionOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof StreamingError) return error.condition;
    throw error;
  }
  return "none";
}

function windows(slide: string): DataFrame {
  return table.groupBy(window("ts", "1 hour", slide)).count();
}

describe("kind: recursion and allocation without a limit: types that are nested without measure", () => {
  it.each([400, 5000, 200_000])("as text, %d deep", (depth) => {
    const expected = depth === 400 ? "none" : "PARSE_SYNTAX_ERROR";
    for (const type of [nestedArray(depth), nestedStruct(depth)]) {
      expect(conditionOf(() => session.createDataFrame([], `a ${type}`))).toBe(expected);
      expect(conditionOf(() => table.selectExpr(`cast(null AS ${type}) AS x`))).toBe(expected);
    }
  });

  it.each<[string, (before: AnyColumn) => AnyColumn]>([
    ["arrays", (before) => array(before)],
    ["structs", (before) => struct(before.as("a"))],
  ])("of columns: %s", async (_, over) => {
    expect(await nested(200, over).count()).toBe(1);
    expect(conditionOf(() => nested(5000, over))).toBe("NOT_YET_SUPPORTED");
  });
});

describe("kind: recursion and allocation without a limit: numbers and windows without measure", () => {
  it("a short text of many digits is refused at once, a zero is a zero", async () => {
    for (const text of ["1e10000000BD", "0.5e999999999BD", `1e-10000000BD`, "9".repeat(100_000)]) {
      expect(conditionOf(() => table.selectExpr(`${text} AS x`))).toBe("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION");
    }
    expect(await table.selectExpr("0e1000000000BD AS x", "1.50e1BD AS y", "00012BD AS z").collect()).toEqual([
      { x: "0", y: "15.0", z: "12" },
    ]);
    const ratio = await growth(
      (n) => "9".repeat(n),
      (digits) => conditionOf(() => table.selectExpr(`${digits} AS x`)),
      50_000,
    );
    expect(ratio).toBeLessThan(linearGrowth);
  });

  it("a row is in some thousand windows at most", async () => {
    expect(await windows("1 second").count()).toBe(3600);
    expect(conditionOf(() => windows("1 microsecond"))).toBe("DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION");
  });
});
