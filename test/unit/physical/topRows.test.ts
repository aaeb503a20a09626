import { unlimitedMemory } from "../../../engine/physical/spill/queryMemory.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { commonEntries } from "../../../engine/physical/stateless/commonEntries.js";
import type { SortKey } from "../../../engine/physical/stateless/rowOrder.js";
import { sort } from "../../../engine/physical/stateless/sort.js";
import { compareValues } from "../../../engine/values/compare.js";
import { handling } from "../../runtime/testRuntime.js";
import { runOperator } from "./runOperator.js";
import { col, Session } from "../../../index.js";

// Sorting, and the first rows of what is sorted, are what a plain sort of all rows by Spark's order of values gives.

const schema: Schema = types.struct([
  field("d", types.double),
  field("i", types.int),
  field("l", types.long),
  field("s", types.string),
  field("b", types.boolean),
  field("m", types.decimal(25, 2)),
  field("a", types.array(types.int)),
  field("place", types.int, false),
]);

const cells = fc.tuple(
  fc.option(fc.constantFrom(0, -0, Number.NaN, 1.5, -1.5, Infinity, -Infinity)),
  fc.option(fc.integer({ min: -3, max: 3 })),
  fc.option(fc.constantFrom(0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 53n + 2n, -(2n ** 63n))),
  fc.option(fc.constantFrom("", "a", "b", "é", "\u{1f600}", "\uffff")),
  fc.option(fc.boolean()),
  fc.option(fc.constantFrom(0n, 1n, -(10n ** 24n))),
  fc.option(fc.constantFrom([1], [1, 2], [null], [])),
);

const keys = fc.uniqueArray(fc.record({ column: fc.integer({ min: 0, max: 6 }), descending: fc.boolean(), nullsFirst: fc.boolean() }), {
  minLength: 1,
  maxLength: 3,
  selector: ({ column }) => column,
});

function ordered(rows: readonly (readonly Value[])[], by: readonly SortKey[]): readonly (readonly Value[])[] {
  return rows.toSorted((a, b) => {
    for (const { column, descending, nullsFirst } of by) {
      const [x, y] = [a[column]!, b[column]!];
      if (x === null && y === null) continue;
      if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1;
      const order = compareValues(x, y, schema.fields[column]!.type);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

test("all rows, and the first of them, in the order of the keys; equal rows as they came", () => {
  fc.assert(
    fc.property(fc.array(cells, { maxLength: 60 }), keys, fc.option(fc.integer({ min: 0, max: 20 })), (drawn, by, first) => {
      // Many rows of few kinds: more come than are kept.
      const rows = Array.from({ length: drawn.length * (first === null ? 1 : 150) }, (_, i): Value[] => [...drawn[i % drawn.length]!, i]);
      const output = schema.fields.map(
        ({ name, type, nullable }, id) => ({ kind: "attribute", id, name, type, nullable, qualifier: [] }) as const,
      );
      const parts = {
        chunks: handling().chunks,
        memory: unlimitedMemory(),
        tableOf: () => expect.unreachable(),
        answersOf: () => expect.unreachable(),
        currentFacts: () => expect.unreachable(),
      };
      const operator = sort.make({ kind: "sort", keys: by, first, input: { output }, output }, parts);
      operator.begin({ batchId: 0, batchTimeMs: 0, conf: {}, outputMode: "complete", noData: false, watermarks: {} });
      const batches = Array.from({ length: Math.ceil(rows.length / 700) }, (_, i) =>
        batchFromRows(schema, rows.slice(700 * i, 700 * (i + 1))),
      );
      expect(runOperator(operator, batches).map((row) => row.at(-1))).toEqual(
        ordered(rows, by)
          .slice(0, first ?? rows.length)
          .map((row) => row.at(-1)),
      );
    }),
    { numRuns: 40 },
  );
});

test("a plan says how many rows a sort keeps, through OFFSET and projections", async () => {
  const frame = Session.create({ print: () => {} })
    .range(20_000)
    .withColumn("k", col("id").mod(7))
    .orderBy(col("k").desc(), "id")
    .offset(3)
    .select(col("id").plus(1).as("v"))
    .limit(2);
  expect(frame.explain()).toContain("Sort [k DESC NULLS LAST, id ASC NULLS FIRST], first 5");
  expect(await frame.collect()).toEqual([{ v: 28 }, { v: 35 }]);
});

const columnOf = (texts: readonly (string | null)[]) =>
  batchFromRows(
    types.struct([field("s", types.string)]),
    texts.map((text) => [text]),
  ).columns[0]!;

test("texts that recur are few entries; those that do not stay as they are", () => {
  const texts = Array.from({ length: 300 }, (_, i) => (i % 4 === 3 ? null : `text ${i % 4}`));
  const common = commonEntries(columnOf(texts))!;
  expect(common.dictionary.length).toBe(4);
  expect([...common.codes].slice(0, 5)).toEqual([0, 1, 2, 3, 0]);
  expect(commonEntries(columnOf(texts.map((_, i) => `text ${i}`)))).toBeNull();
  expect(commonEntries(columnOf(texts.slice(0, 20)))).toBeNull();
});
