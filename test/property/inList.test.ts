import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchFromRows, readValue } from "../../engine/arrow/columns.js";
import { types, type DataType } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { compileProjection } from "../../engine/expression/compile.js";
import { literal, type Attribute, type Expression } from "../../engine/expression/expression.js";
import { interpret } from "../../engine/expression/interpreter.js";
import { resolveFunction } from "../../engine/expression/resolve.js";
import { compareValues } from "../../engine/values/compare.js";
import { Session } from "../../dataframe/session.js";
import { growth, linearGrowth } from "../unit/scaling.js";
import { runs } from "./runs.js";

// IN over long lists of constants is a look-up: it means what comparing one by one means.

const bytes = fc.array(fc.integer({ min: 97, max: 99 }), { maxLength: 3 }).map((units) => Uint8Array.from(units));
const kinds: readonly (readonly [DataType, fc.Arbitrary<Value>])[] = [
  [types.int, fc.integer({ min: -12, max: 12 })],
  [types.long, fc.oneof(fc.bigInt({ min: -12n, max: 12n }), fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n)))],
  [types.double, fc.constantFrom(NaN, -0, 0, 1.5, -1.5, Infinity, 1, 2, 3)],
  [types.decimal(12, 2), fc.bigInt({ min: -12n, max: 12n })],
  [types.string, fc.string({ unit: fc.constantFrom("a", "é", "😀"), maxLength: 3 })],
  [types.binary, bytes],
  [types.date, fc.integer({ min: -12, max: 12 })],
  [types.boolean, fc.boolean()],
];

function longList(item: (i: number) => string): string {
  return `n IN (${Array.from({ length: 3000 }, (_, i) => item(i)).join(", ")})`;
}

describe("IN", () => {
  it.each(kinds.map(([type, values]) => [type.kind, type, values] as const))("over constants of type %s", (_, type, values) => {
    const attribute: Attribute = { kind: "attribute", id: 1, name: "v", type, nullable: true, qualifier: [] };
    const answers = new Set<unknown>();
    const cases = fc.tuple(
      fc.array(fc.option(values, { freq: 12 }), { minLength: 10, maxLength: 14 }),
      fc.array(fc.option(values), { minLength: 1, maxLength: 8 }),
    );
    fc.assert(
      fc.property(cases, ([list, rows]) => {
        const args: Expression[] = [attribute, ...list.map((value) => literal(value, type))];
        const call = resolveFunction({ name: "in", args, distinct: false, filter: null }, { ansi: true, zone: "UTC" });
        const expected = rows.map((row) => {
          if (row === null) return null;
          if (list.some((value) => value !== null && compareValues(row, value, type) === 0)) return true;
          return list.includes(null) ? null : false;
        });
        const facts = { batchTimeMs: 0, batchId: 0, row: 0 };
        expect(rows.map((row) => interpret(call, () => row, facts))).toEqual(expected);
        const schema = types.struct([{ name: "v", type, nullable: true }]);
        const outputSchema = types.struct([{ name: "r", type: types.boolean, nullable: true }]);
        const projection = compileProjection({ input: [attribute], filter: null, outputs: [call], outputSchema });
        const result = projection.run(
          batchFromRows(
            schema,
            rows.map((row) => [row]),
          ),
          facts,
        );
        expect(rows.map((_row, i) => readValue(result.columns[0]!, i))).toEqual(expected);
        for (const answer of expected) answers.add(answer);
      }),
      { numRuns: runs(60) },
    );
    expect(answers.size).toBeGreaterThanOrEqual(2);
  });

  it("a list of twenty thousand takes time in proportion to it", async () => {
    const table = Session.create().createDataFrame([{ n: 1 }], "n INT");
    const ratio = await growth(
      (size) => `n IN (${Array.from({ length: size }, (_, i) => String(i * 7)).join(", ")})`,
      (text) => table.where(text),
      20_000,
    );
    expect(ratio).toBeLessThan(linearGrowth);
  });

  it("a long list, and one of expressions, are evaluated", async () => {
    const table = Session.create().createDataFrame([{ n: 7 }, { n: 8 }], "n INT");
    expect(await table.where(longList((i) => String(i * 7))).collect()).toEqual([{ n: 7 }]);
    expect(await table.where(longList((i) => `n + ${i - 1500}`)).count()).toBe(2);
  });
});
