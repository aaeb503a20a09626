import { unlimitedMemory } from "../../engine/physical/spill/queryMemory.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../engine/arrow/batch.js";
import { readValue, slicesOf } from "../../engine/arrow/columns.js";
import { types } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { compileProjection } from "../../engine/expression/compile.js";
import { conjunctsOf } from "../../engine/expression/conjuncts.js";
import { freshId, literal, type Expression, type LambdaVariable } from "../../engine/expression/expression.js";
import { foldEagerly } from "../../engine/expression/fold.js";
import { interpret } from "../../engine/expression/interpreter.js";
import { resolveFunction, type FunctionUse } from "../../engine/expression/resolve.js";
import { drive } from "../../engine/physical/execution/driver.js";
import { mainOutput } from "../../engine/contract/sink.js";
import { buildPipeline } from "../../engine/physical/execution/pipeline.js";
import { emission, type BatchFacts } from "../../engine/physical/operator.js";
import { planProject } from "../../engine/physical/planner/project.js";
import { withoutPauses } from "../unit/physical/pulled.js";
import { handling } from "../runtime/testRuntime.js";
import { attributes, batches } from "./expressionArbitraries.js";
import { runs } from "./runs.js";

// from_json in every position: decoded by batches below the projection, text by text in a loop, or by the interpreter, it reads the same rows.

const context = { ansi: true, zone: "UTC" };

function call(name: string, args: readonly Expression[], more: Partial<FunctionUse> = {}): Expression {
  return resolveFunction({ name, args, distinct: false, filter: null, ...more }, context);
}

const row = types.struct([
  { name: "a", type: types.int, nullable: true },
  { name: "b", type: types.string, nullable: true },
]);

function field(text: Expression, name: string, mode: string): Expression {
  return call("getField", [call("from_json", [text], { typeArgument: row, options: { mode } }), literal(name, types.string)]);
}

/** The first of two texts' values, by a lambda. */
function ofElements(texts: readonly Expression[], mode: string): Expression {
  const variable: LambdaVariable = { kind: "lambdaVariable", id: freshId(), name: "v", type: types.string, nullable: true };
  const lambda: Expression = { kind: "lambda", parameters: [variable], body: field(variable, "a", mode) };
  return call("getItem", [call("transform", [call("array", texts), lambda]), literal(0, types.int)]);
}

const of = (kind: string) => attributes.filter(({ type }) => type.kind === kind);
const modes = fc.constantFrom("FAILFAST", "PERMISSIVE");

function built(name: string, ...args: fc.Arbitrary<Expression>[]): fc.Arbitrary<Expression> {
  return fc.tuple(...args).map((given) => call(name, given));
}

const { integer, condition } = fc.letrec<{ integer: Expression; condition: Expression; text: Expression }>((tie) => {
  const [int, bool, text] = [tie("integer"), tie("condition"), tie("text")];
  return {
    integer: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      fc.constantFrom(...of("int")),
      fc.integer({ min: 1, max: 3 }).map((value) => literal(value, types.int)),
      fc.tuple(text, modes).map(([json, mode]) => field(json, "a", mode)),
      fc.tuple(text, text, modes).map(([one, other, mode]) => ofElements([one, other], mode)),
      built("+", int, int),
      // No constant part fails: that is raised before any row is looked at.
      built("%", int, fc.constantFrom(...of("int"))),
      built("coalesce", int, int),
      built("nullif", int, int),
      built("if", bool, int, int),
      built("case", bool, int, bool, int, int),
      built("greatest", int, int),
    ),
    condition: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      fc.constantFrom(...of("boolean")),
      built("=", int, int),
      built("<", int, int),
      built("isnull", int),
      built("not", bool),
      built("and", bool, bool),
      built("or", bool, bool),
      built("in", int, int, int),
    ),
    text: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      fc.constantFrom(...of("string")),
      fc.constantFrom('{"a":3}', '{"b":"{\\"a\\":4}"}').map((value) => literal(value, types.string)),
      fc.tuple(text, modes).map(([json, mode]) => field(json, "b", mode)),
      built("coalesce", text, text),
      built("if", bool, text, text),
    ),
  };
});

/** The rows that come out; null when a row that passes fails. Which failure is met first depends on how many rows are looked at together. */
type Outcome = readonly Value[] | null;

function outcomeOf(work: () => Value[]): Outcome {
  try {
    return work();
  } catch (error) {
    if (error instanceof StreamingError && error.condition !== "INTERNAL_ERROR") return null;
    throw error;
  }
}

const facts = { batchTimeMs: 1_700_000_000_000, batchId: 3 };

function interpreted(e: Expression, filter: Expression | null, batch: Batch): Value[] {
  const kept: Value[] = [];
  const terms = filter === null ? [] : conjunctsOf(foldEagerly(filter));
  const output = foldEagerly(e);
  for (let i = 0; i < batch.length; i++) {
    const lookup = (id: number): Value => readValue(batch.columns[id - 1_000_000]!, i);
    const at = { ...facts, row: i };
    if (terms.every((term) => interpret(term, lookup, at) === true)) kept.push(interpret(output, lookup, at));
  }
  return kept;
}

function columnOf(batch: Batch): Value[] {
  return Array.from({ length: batch.length }, (_, i) => readValue(batch.columns[0]!, i));
}

function inOneLoop(e: Expression, filter: Expression | null, batch: Batch): Value[] {
  const outputSchema = types.struct([{ name: "e", type: types.int, nullable: true }]);
  return columnOf(compileProjection({ input: attributes, filter, outputs: [e], outputSchema }).run(batch, facts));
}

function planned(e: Expression, filter: Expression | null, batch: Batch): Value[] {
  // The optimizer folds before anything is planned.
  const [wanted, output] = [filter && foldEagerly(filter), foldEagerly(e)];
  const pipeline = buildPipeline(
    [{ outputId: mainOutput, node: planProject(wanted, [output], { kind: "local", batch, output: attributes }, null) }],
    new Map(),
    handling().chunks,
    unlimitedMemory(),
  );
  const batchContext: BatchFacts = { ...facts, outputMode: "append", noData: false, conf: {}, watermarks: {} };
  pipeline.begin(batchContext);
  const { chunks, lending } = handling();
  const values: Value[] = [];
  for (const some of slicesOf(batch, chunks.inputRows)) {
    for (const { batch: rows } of withoutPauses(drive([emission(some)], pipeline.leaves[0]!.ports, lending)))
      values.push(...columnOf(rows));
  }
  return values;
}

const seed = Number(process.env["PROPERTY_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = runs(150);

describe("from_json in every position", () => {
  it(`reads the same rows by batches, text by text and in the interpreter (seed ${seed})`, { timeout: 600_000 }, () => {
    const compared = { failed: 0, rows: 0 };
    fc.assert(
      fc.property(integer, fc.option(condition, { freq: 2 }), batches, (e, filter, batch) => {
        const expected = outcomeOf(() => interpreted(e, filter, batch));
        expect(outcomeOf(() => inOneLoop(e, filter, batch))).toEqual(expected);
        expect(outcomeOf(() => planned(e, filter, batch))).toEqual(expected);
        if (expected === null) compared.failed++;
        else compared.rows += expected.length;
      }),
      { seed, numRuns },
    );
    expect(compared.failed).toBeGreaterThan(0);
    expect(compared.rows).toBeGreaterThan(0);
  });
});
