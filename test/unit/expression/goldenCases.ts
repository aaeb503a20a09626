import { readFileSync, readdirSync } from "node:fs";
import { compileProjection } from "../../../engine/expression/compile.js";
import { freshId, type Attribute, type Expression } from "../../../engine/expression/expression.js";
import { foldEagerly } from "../../../engine/expression/fold.js";
import { interpret } from "../../../engine/expression/interpreter.js";
import { nullableOf, typeOf } from "../../../engine/expression/types/typeOf.js";
import { batchFromRows, readValue } from "../../../engine/arrow/columns.js";
import type { Batch } from "../../../engine/arrow/batch.js";
import { typeName, types } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { notYetSupported, StreamingError } from "../../../engine/errors/streamingError.js";
import { analyze } from "../../../engine/plan/analyzer/analyze.js";
import { parseExpression } from "../../../engine/sql/parser.js";
import type { ExpressionCase, GoldenExpression, GoldenValue } from "../../golden/runner/case.js";
import { difference } from "../../golden/runner/compare.js";
import { rowsOf, schemaOf } from "../../golden/runner/tables.js";
import { toGolden } from "../../golden/runner/values.js";

const directory = new URL("../../golden/cases/", import.meta.url);

/** The recorded expression cases. */
export function expressionCases(): { file: string; golden: ExpressionCase }[] {
  return readdirSync(directory)
    .filter((file) => file.startsWith("expr-"))
    .map((file) => ({ file, golden: readExact(readFileSync(new URL(file, directory), "utf8")) as ExpressionCase }));
}

/** Whole numbers beyond 2^53 as bigint. */
function readExact(text: string): unknown {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|(?<![\d.])-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `"int:${token}"`,
  );
  return JSON.parse(marked, (_key, value: unknown) => {
    if (typeof value !== "string" || !/^int:-?\d+$/.test(value)) return value;
    const exact = BigInt(value.slice(4));
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
  });
}

export type Verdict = { readonly status: "passed" | "failed" | "unsupported"; readonly reason: string };

/** Texts with a time only mean the day on which Spark was asked. */
const nowMs = Date.UTC(2026, 10, 20, 12);
const context = { batchTimeMs: nowMs, batchId: 0 };

/** One expression of a case, through generated code and through the interpreter. */
export function checkExpression(golden: ExpressionCase, recorded: GoldenExpression): Verdict {
  try {
    const reason = check(golden, recorded);
    return { status: reason === null ? "passed" : "failed", reason: reason ?? "" };
  } catch (error) {
    if (error instanceof StreamingError && error.condition === "NOT_YET_SUPPORTED")
      return { status: "unsupported", reason: error.parameters["feature"]! };
    return { status: "failed", reason: error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error) };
  }
}

function check(golden: ExpressionCase, recorded: GoldenExpression): string | null {
  const table = golden.inputs.t;
  const schema = schemaOf(table.schema);
  const rows = rowsOf(schema, table.rows);
  const input: Attribute[] = schema.fields.map((field) => ({
    kind: "attribute",
    id: freshId(),
    name: field.name,
    type: field.type,
    nullable: field.nullable,
    qualifier: [],
  }));
  const batch = batchFromRows(schema, rows);
  let e: Expression;
  try {
    const plan = analyze(
      {
        kind: "project",
        expressions: [parseExpression(`${recorded.sql} AS result`)],
        input: { kind: "localRelation", batch, output: input },
      },
      { ansi: golden.conf?.["spark.sql.ansi.enabled"] !== "false", zone: "UTC" },
    );
    if (plan.kind !== "project" || plan.input.kind !== "localRelation") throw notYetSupported("an aggregate in this test");
    e = plan.expressions[0]!;
  } catch (error) {
    const expected = recorded.analysisError?.condition ?? conditionOfAllRows(recorded);
    if (expected === null) throw error;
    return sameCondition(error, expected);
  }
  if (recorded.analysisError !== undefined) return `${recorded.analysisError.condition} expected at analysis`;
  const type = typeOf(e);
  if (type.kind.startsWith("interval")) throw notYetSupported("the recorded form of intervals");
  if (typeName(type) !== recorded.type) return `type ${typeName(type)}, expected ${recorded.type}`;
  for (const [way, run] of [
    ["compiled", compiled],
    ["interpreted", interpreted],
  ] as const) {
    const reason = compareRows(recorded, rows.length, (row) => toGolden(type, run(e, input, batch, row)));
    if (reason !== null) return `${way}: ${reason}`;
  }
  return null;
}

/** The condition by which every row fails that gives a value: what is refused before there are rows is refused rightly. Null when a row gives one. */
function conditionOfAllRows({ results, errors }: GoldenExpression): string | null {
  const failures = (errors ?? []).filter((error) => error !== null);
  const isDoomed = (errors ?? []).every((error, row) => error !== null || results?.[row] === null);
  return failures.length > 0 && isDoomed ? (failures[0]!.condition ?? null) : null;
}

function compareRows(recorded: GoldenExpression, count: number, valueOf: (row: number) => GoldenValue): string | null {
  for (let row = 0; row < count; row++) {
    const expected = recorded.errors?.[row] ?? null;
    let actual: GoldenValue;
    try {
      actual = valueOf(row);
    } catch (error) {
      if (expected === null) throw error;
      const reason = sameCondition(error, expected.condition);
      if (reason !== null) return `row ${row}: ${reason}`;
      continue;
    }
    if (expected !== null) return `row ${row}: ${String(expected.condition)} expected, got ${JSON.stringify(actual)}`;
    const reason = difference(asFloat(recorded.results![row]!, recorded.type), withShortYear(actual));
    if (reason !== null) return `row ${row}: ${reason}`;
  }
  return null;
}

/** A recorded float has the digits that tell it from other floats, not from other doubles. */
function asFloat(expected: GoldenValue, type: string | undefined): GoldenValue {
  return type === "float" && typeof expected === "number" ? Math.fround(expected) : expected;
}

/** Years have as many digits as they need, at least four, in the records. */
function withShortYear(actual: GoldenValue): GoldenValue {
  return typeof actual === "string" ? actual.replace(/^([+-])0{1,2}(\d{4,5}-\d\d-\d\d)/, "$1$2") : actual;
}

function sameCondition(error: unknown, condition: string | null | undefined): string | null {
  if (!(error instanceof StreamingError)) throw error;
  if (error.condition === "NOT_YET_SUPPORTED") throw error;
  // Nameless conditions of Spark's have one of ours.
  if (typeof condition !== "string" || condition.startsWith("_LEGACY")) return null;
  return error.condition === condition ? null : `condition ${error.condition}, expected ${condition}`;
}

/** One row at a time, as Spark was asked where a row fails; a row alone must give what it gives among others. */
function compiled(e: Expression, input: readonly Attribute[], batch: Batch, row: number): Value {
  const projection = compileProjection({
    input,
    filter: null,
    outputs: [e],
    outputSchema: types.struct([{ name: "result", type: typeOf(e), nullable: nullableOf(e) }]),
  });
  const one = batchFromRows(batch.schema, [batch.columns.map((column) => readValue(column, row))]);
  return readValue(projection.run(one, context).columns[0]!, 0);
}

function interpreted(e: Expression, input: readonly Attribute[], batch: Batch, row: number): Value {
  const values = new Map(input.map((attribute, i) => [attribute.id, readValue(batch.columns[i]!, row)]));
  return interpret(foldEagerly(e), (id) => values.get(id)!, { ...context, row });
}
