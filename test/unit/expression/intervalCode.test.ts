import fc from "fast-check";
import { expect, test } from "vitest";
import { batchFromRows, rowsOf } from "../../../engine/arrow/columns.js";
import { types, type DataType } from "../../../engine/arrow/types.js";
import type { IntervalValue, Value } from "../../../engine/arrow/value.js";
import { compileProjection } from "../../../engine/expression/compile.js";
import type { Attribute, Expression } from "../../../engine/expression/expression.js";
import { interpret } from "../../../engine/expression/interpreter.js";
import { resolveFunction } from "../../../engine/expression/resolve.js";
import { typeOf } from "../../../engine/expression/types/typeOf.js";

// A time and a literal interval of calendar fields: the generated addition is the interpreter's, whichever of the fields are there.

const intervals: fc.Arbitrary<IntervalValue> = fc.record({
  months: fc.constantFrom(0, 0, 0, 1),
  days: fc.constantFrom(0, 0, 1, -40),
  microseconds: fc.constantFrom(0n, 1_800_000_000n, -1n, 2n ** 60n),
});
const times = fc.oneof(
  fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
  fc.constantFrom(1_711_846_799_000_000n, 9_007_199_254_740_991n, 2n ** 62n),
);

test("a time and an interval", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<DataType>(types.timestamp, types.timestampNtz),
      fc.constantFrom("+", "-"),
      fc.constantFrom("UTC", "Europe/Berlin"),
      intervals,
      fc.array(fc.option(times), { minLength: 1, maxLength: 4 }),
      (type, operator, zone, interval, values) => {
        const time: Attribute = { kind: "attribute", id: 1, name: "t", type, nullable: true, qualifier: [] };
        const literal: Expression = { kind: "literal", value: interval as unknown as Value, type: { kind: "interval" } };
        const sum = resolveFunction({ name: operator, args: [time, literal], distinct: false, filter: null }, { ansi: false, zone });
        const outputSchema = types.struct([{ name: "sum", type: typeOf(sum), nullable: true }]);
        const projection = compileProjection({ input: [time], filter: null, outputs: [sum], outputSchema });
        const schema = types.struct([{ name: "t", type, nullable: true }]);
        const facts = { batchTimeMs: 0, batchId: 0 };
        const expected = values.map((value) => outcome(() => interpret(sum, () => value, { ...facts, row: 0 })));
        const found = values.map((value) => outcome(() => rowsOf(projection.run(batchFromRows(schema, [[value]]), facts))[0]![0]!));
        expect(found).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

function outcome(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    return (error as { readonly condition: string }).condition;
  }
}
