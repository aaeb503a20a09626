import fc from "fast-check";
import { expect, test } from "vitest";
import { batchFromRows, columnFromValues, readValue } from "../../../engine/arrow/columns.js";
import type { Batch } from "../../../engine/arrow/batch.js";
import type { Column } from "../../../engine/arrow/column.js";
import { field, types, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { JoinType } from "../../../engine/plan/joinType.js";
import { StaticJoinOperator } from "../../../engine/physical/stateless/staticJoin.js";
import type { StaticJoinSpec } from "../../../engine/physical/stateless/staticJoinSpec.js";
import { attribute, show } from "./aggregateFixture.js";
import { handling } from "../../runtime/testRuntime.js";
import { runOperator } from "./runOperator.js";

const streamSchema: Schema = types.struct([field("k", types.string), field("x", types.double), field("v", types.long)]);
const tableSchema: Schema = types.struct([
  field("x", types.double),
  field("name", types.string),
  field("k", types.string),
  field("n", types.long),
]);

const text = fc.option(fc.constantFrom("a", "b", "c"), { freq: 5 });
const double = fc.option(fc.constantFrom(0, -0, NaN, 2), { freq: 5 });
/** Far ones are beyond what the places of near ones reach, and beyond the safe integers. */
const near = fc.bigInt({ min: -2n, max: 9n });
const far = fc.constantFrom(1025n, 5000n, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n);
const long = fc.oneof({ weight: 9, arbitrary: near }, far);
const streamRows = fc.array(fc.tuple(text, double, long), { maxLength: 12 });
const tableLongs = fc.constantFrom(near, long).map((numbers) => fc.option(numbers, { freq: 5 }));
const tableRows = tableLongs.chain((number) => fc.array(fc.tuple(double, fc.constantFrom("n1", "n2"), text, number), { maxLength: 8 }));

const cases = fc.record({
  kind: fc.constantFrom<readonly [JoinType, boolean]>(
    ["inner", true],
    ["inner", false],
    ["cross", true],
    ["left", true],
    ["right", false],
    ["leftSemi", true],
    ["leftAnti", true],
  ),
  keys: fc.subarray([
    { streamColumn: 0, tableColumn: 2, nullSafe: false },
    { streamColumn: 1, tableColumn: 0, nullSafe: true },
    { streamColumn: 2, tableColumn: 3, nullSafe: false },
  ]),
  nullSafe: fc.boolean(),
  /** Matches pairs whose v is above it; null: no condition. */
  threshold: fc.option(fc.bigInt({ min: 0n, max: 9n })),
  table: tableRows,
  batches: fc.array(streamRows, { maxLength: 3 }),
});

function equal(a: Value, b: Value, nullSafe: boolean): boolean {
  if (a === null || b === null) return nullSafe && a === b;
  return a === b || (typeof a === "number" && Number.isNaN(a) && Number.isNaN(b));
}

function aboveThreshold(pairs: Batch, threshold: bigint): Column {
  const values = Array.from({ length: pairs.length }, (_, i) => (readValue(pairs.columns[2]!, i) as bigint) > threshold);
  return columnFromValues(types.boolean, values);
}

test("a join with a static table gives what nested loops give, in their order", () => {
  fc.assert(
    fc.property(cases, ({ kind: [joinType, streamIsLeft], keys, nullSafe, threshold, table, batches }) => {
      const equi = joinType === "cross" ? [] : keys.map((key) => ({ ...key, nullSafe }));
      const narrow = joinType === "leftSemi" || joinType === "leftAnti";
      const sides = streamIsLeft ? [streamSchema, tableSchema] : [tableSchema, streamSchema];
      const output = (narrow ? [streamSchema] : sides).flatMap((s) => s.fields.map((f) => attribute(f.name, f.type)));
      const spec: StaticJoinSpec = { joinType, streamIsLeft, keys: equi, condition: null, output };
      const actual: Value[][] = [];
      const condition = threshold === null ? null : (pairs: Batch): Column => aboveThreshold(pairs, threshold);
      const held = batchFromRows(tableSchema, table);
      const join = new StaticJoinOperator(spec, () => held, condition, handling().chunks);
      const expected: Value[][] = [];
      for (const rows of batches) {
        join.begin();
        actual.push(...runOperator(join, [batchFromRows(streamSchema, rows)]));
        for (const row of rows) {
          const matches = table.filter(
            (t) =>
              equi.every((e) => equal(row[e.streamColumn]!, t[e.tableColumn]!, e.nullSafe)) && (threshold === null || row[2] > threshold),
          );
          if (joinType === "leftSemi") expected.push(...(matches.length > 0 ? [row] : []));
          else if (joinType === "leftAnti") expected.push(...(matches.length > 0 ? [] : [row]));
          else {
            const outer = joinType === "left" || joinType === "right";
            const partners: (readonly Value[])[] = outer && matches.length === 0 ? [[null, null, null, null]] : matches;
            for (const partner of partners) expected.push(streamIsLeft ? [...row, ...partner] : [...partner, ...row]);
          }
        }
      }
      expect(actual.map(show)).toEqual(expected.map(show));
    }),
    { numRuns: 400 },
  );
});
