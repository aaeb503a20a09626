import fc from "fast-check";
import { expect, test } from "vitest";
import { col, schema, sum, t, udaf, udf, when } from "../../index.js";
import { QueryWorld } from "../unit/query/queryWorld.js";
import { runs } from "./runs.js";

// A user's function that does what a built-in expression does gives the same: over any rows, however they are cut, and whatever becomes of the buffers afterwards.

const Row = schema({ i: t.int, d: t.double, s: t.string });
const rows = fc.array(
  fc.record({
    i: fc.option(fc.integer({ min: -1000, max: 1000 })),
    d: fc.option(fc.constantFrom(0, -0.5, 1.5, Number.NaN, 1e300)),
    s: fc.option(fc.constantFrom("", "a", "é", "\u{1f600}", "a text that is longer than most")),
  }),
  { maxLength: 30 },
);

const twice = udf((x: number | null) => (x === null ? null : x * 2 + 1), "INT");
const half = udf((x: number | null) => (x === null ? null : x / 2), "DOUBLE");
const joined = udf((x: string | null, y: string | null) => (x === null || y === null ? null : x + y), "STRING");
const total = udaf({
  buffer: "BIGINT",
  returns: "BIGINT",
  zero: (): number | null => null,
  reduce: (n, x: number | null) => (x === null ? n : (n ?? 0) + x),
  merge: (a, b) => (a === null ? b : b === null ? a : a + b),
  finish: (n) => n,
});

test("functions of users and built-in expressions agree", async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const world = new QueryWorld();
      try {
        const frame = world.session().createDataFrame(given, Row);
        const both = frame.select(
          twice("i").as("a"),
          col("i").multiply(2).plus(1).as("b"),
          half("d").as("c"),
          col("d").divide(2).as("e"),
          joined("s", "s").as("f"),
          when(col("i").gt(0), twice(twice("i"))).as("g"),
          when(col("i").gt(0), col("i").multiply(4).plus(3)).as("h"),
        );
        for (const [k, row] of (await both.collect()).entries()) {
          const text = given[k]!.s;
          expect(row).toEqual({ ...row, a: row.b, c: row.e, g: row.h, f: text === null ? null : text + text });
        }
        const sums = await frame.groupBy("s").agg(total("i").as("mine"), sum("i").as("theirs")).collect();
        for (const { mine, theirs } of sums) expect(mine).toBe(theirs);
      } finally {
        world.close();
      }
    }),
    { numRuns: runs(40) },
  );
});
