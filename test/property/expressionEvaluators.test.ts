import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readValue } from "../../engine/arrow/columns.js";
import type { Batch } from "../../engine/arrow/batch.js";
import { types } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { compileProjection } from "../../engine/expression/compile.js";
import type { Expression } from "../../engine/expression/expression.js";
import { foldEagerly } from "../../engine/expression/fold.js";
import { interpret } from "../../engine/expression/interpreter.js";
import { resolveFunction } from "../../engine/expression/resolve.js";
import { resolveCast } from "../../engine/expression/types/coerce.js";
import { typeOf } from "../../engine/expression/types/typeOf.js";
import { attributes, batches, castTypes, columns, tree, type Tree } from "./expressionArbitraries.js";
import { runs } from "./runs.js";

/** Random expressions over random batches: the generated loops and the interpreter give the same values, nulls and conditions. */

function build(node: Tree, context: { ansi: boolean; zone: string }): Expression {
  switch (node.name) {
    case "column":
      return attributes[node.column]!;
    case "literal":
      return { kind: "literal", value: node.literal, type: columns[node.column]! };
    case "field":
      return resolveFunction(
        {
          name: "getField",
          args: [attributes.at(-1)!, { kind: "literal", value: node.literal, type: types.string }],
          distinct: false,
          filter: null,
        },
        context,
      );
    case "cast":
    case "try_cast":
      return resolveCast(build(node.args[0]!, context), castTypes[node.column]!, node.name === "try_cast", context);
    default:
      return resolveFunction(
        { name: node.name, args: node.args.map((arg) => build(arg, context)), distinct: false, filter: null },
        context,
      );
  }
}

/** The expression, or null when its types do not fit. */
function resolved(node: Tree, context: { ansi: boolean; zone: string }): Expression | null {
  try {
    return build(node, context);
  } catch (error) {
    if (error instanceof StreamingError && error.condition !== "INTERNAL_ERROR") return null;
    throw error;
  }
}

type Outcome = { readonly values: readonly Value[] } | { readonly condition: string };

function outcomeOf(work: () => Value[]): Outcome {
  try {
    return { values: work() };
  } catch (error) {
    if (error instanceof StreamingError && error.condition !== "INTERNAL_ERROR") return { condition: error.condition };
    throw error;
  }
}

const facts = { batchTimeMs: 1_700_000_000_000, batchId: 3 };

/** A filter drops a row at the first part that is not true, as Spark's does. */
function conjuncts(e: Expression): readonly Expression[] {
  return e.kind === "call" && e.name === "and" ? e.args.flatMap(conjuncts) : [e];
}

function interpretAll(e: Expression, filter: Expression | null, batch: Batch): Value[] {
  // The filter comes first, and so do its errors.
  const conditions = filter === null ? [] : conjuncts(foldEagerly(filter));
  const output = foldEagerly(e);
  const kept: Value[] = [];
  for (let row = 0; row < batch.length; row++) {
    const lookup = (id: number): Value => readValue(batch.columns[id - 1_000_000]!, row);
    const context = { ...facts, row };
    if (conditions.every((condition) => interpret(condition, lookup, context) === true)) kept.push(interpret(output, lookup, context));
  }
  return kept;
}

function generateAll(e: Expression, filter: Expression | null, batch: Batch): Value[] {
  const outputSchema = types.struct([{ name: "e", type: typeOf(e), nullable: true }]);
  const result = compileProjection({ input: attributes, filter, outputs: [e], outputSchema }).run(batch, facts);
  return Array.from({ length: result.length }, (_, i) => readValue(result.columns[0]!, i));
}

const seed = Number(process.env["PROPERTY_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = runs(2000);

describe("generated code and the interpreter", () => {
  it(`agree on random expressions and batches (seed ${seed}, ${numRuns} pairs)`, () => {
    let compared = 0;
    const contexts = fc.record({ ansi: fc.boolean(), zone: fc.constantFrom("UTC", "UTC", "+05:30", "America/New_York") });
    fc.assert(
      fc.property(tree, fc.option(tree, { freq: 3 }), contexts, batches, (node, filterNode, context, batch) => {
        const e = resolved(node, context);
        fc.pre(e !== null);
        const condition = filterNode === null ? null : resolved(filterNode, context);
        const filter = condition !== null && typeOf(condition).kind === "boolean" ? condition : null;
        compared++;
        const expected = outcomeOf(() => interpretAll(e, filter, batch));
        const actual = outcomeOf(() => generateAll(e, filter, batch));
        expect(actual).toEqual(expected);
      }),
      { seed, numRuns, maxSkipsPerRun: 1000 },
    );
    expect(compared).toBeGreaterThanOrEqual(numRuns);
  });
});
