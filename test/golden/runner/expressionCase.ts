import { expr } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { batchFromRows, readValue } from "../../../engine/arrow/columns.js";
import { typeName, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { collectBatches } from "../../../dataframe/execution.js";
import type { ExpressionCase, GoldenExpression, GoldenValue, Outcome } from "./case.js";
import { difference } from "./compare.js";
import { expectedCondition } from "./compareRun.js";
import { outcomeOf } from "./outcome.js";
import { rowsOf, schemaOf } from "./tables.js";
import { toGolden } from "./values.js";

/** Evaluates every expression of a case over its table. The case passes when all of them do; one that is not built makes it unsupported. */
export async function runExpressionCase(golden: ExpressionCase): Promise<Outcome[]> {
  return [await outcomeOf(golden, "expr", () => run(golden))];
}

async function run(golden: ExpressionCase): Promise<string | null> {
  const session = Session.create({ ...(golden.conf && { conf: golden.conf }), print: () => {}, warn: () => {} });
  const { schema: columns, rows } = golden.inputs.t;
  const schema = schemaOf(columns);
  const values = rowsOf(schema, rows);
  let unsupported: unknown = null;
  for (const expression of golden.expressions) {
    try {
      const diff = await compareExpression(session, expression, schema, values);
      if (diff !== null) return `${expression.sql}: ${diff}`;
    } catch (error) {
      if (!(error instanceof StreamingError) || error.condition !== "NOT_YET_SUPPORTED") throw error;
      unsupported ??= error;
    }
  }
  if (unsupported !== null) throw unsupported;
  return null;
}

async function compareExpression(
  session: Session,
  golden: GoldenExpression,
  schema: Schema,
  rows: readonly Value[][],
): Promise<string | null> {
  if (golden.analysisError) {
    const refusal = await failureOf(() => evaluate(session, golden.sql, schema, rows));
    if (refusal === null) return `Spark refuses it with ${golden.analysisError.condition}`;
    const condition = expectedCondition(golden.analysisError);
    return condition === null || condition === refusal.condition ? null : `expected ${condition}, got ${refusal.message}`;
  }
  const errors = golden.errors;
  if (!errors?.some((error) => error !== null)) {
    const { type, results } = await evaluate(session, golden.sql, schema, rows);
    return type === golden.type ? difference(golden.results!, results) : `expected type ${golden.type}, got ${type}`;
  }
  for (const [i, row] of rows.entries()) {
    const expected = errors[i];
    if (!expected) {
      const { results } = await evaluate(session, golden.sql, schema, [row]);
      const diff = difference(golden.results![i], results[0], `row ${i}`);
      if (diff !== null) return diff;
      continue;
    }
    const failure = await failureOf(() => evaluate(session, golden.sql, schema, [row]));
    if (failure === null) return `row ${i}: Spark fails with ${expected.condition}; we do not`;
    const condition = expectedCondition(expected);
    if (condition !== null && condition !== failure.condition) return `row ${i}: expected ${condition}, got ${failure.message}`;
  }
  return null;
}

async function evaluate(
  session: Session,
  sql: string,
  schema: Schema,
  rows: readonly Value[][],
): Promise<{ type: string; results: GoldenValue[] }> {
  const frame = session.fromBatch(batchFromRows(schema, rows)).select(expr(sql).as("result"));
  const { type } = frame.schema.fields[0]!;
  const batches = await collectBatches(session, frame.plan);
  const results = batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, i) => (type.kind === "null" ? null : toGolden(type, readValue(batch.columns[0]!, i)))),
  );
  return { type: typeName(type), results };
}

async function failureOf(work: () => Promise<unknown>): Promise<StreamingError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof StreamingError && error.condition !== "NOT_YET_SUPPORTED") return error;
    throw error;
  }
}
