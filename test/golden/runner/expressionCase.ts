import { expr } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { batchFromRows, readValue } from "../../../engine/arrow/columns.js";
import { typeName, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { parseDataType } from "../../../engine/sql/ddl.js";
import { systemClock } from "../../../runtime/systemClock.js";
import { collectBatches } from "../../../dataframe/execution.js";
import { testRuntime } from "../../runtime/testRuntime.js";
import type { ExpressionCase, GoldenExpression, GoldenValue, Outcome } from "./case.js";
import { difference } from "./compare.js";
import { expectedCondition } from "./compareRun.js";
import { outcomeOf } from "./outcome.js";
import { rowsOf, schemaOf } from "./tables.js";
import { toGolden, toValue } from "./values.js";

/** The day the cases were recorded: a text of a time only means that day. */
const clock = { ...systemClock, nowMs: () => Date.UTC(2026, 10, 20, 12) };

/** Evaluates every expression of a case over its table. The case passes when all of them do; one that is not built makes it unsupported. */
export async function runExpressionCase(golden: ExpressionCase): Promise<Outcome[]> {
  return [await outcomeOf(golden, "expr", () => run(golden))];
}

async function run(golden: ExpressionCase): Promise<string | null> {
  const session = Session.create({
    ...(golden.conf && { conf: golden.conf }),
    runtime: testRuntime({ clock }),
    print: () => {},
    warn: () => {},
  });
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
  if (golden.name !== undefined) {
    const { name } = session.fromBatch(batchFromRows(schema, [])).select(expr(golden.sql)).schema.fields[0]!;
    if (name !== golden.name) return `expected the name ${golden.name}, got ${name}`;
  }
  const errors = golden.errors;
  if (!errors?.some((error) => error !== null)) {
    const { type, results } =
      golden.type === "interval"
        ? await calendarTexts(session, golden.sql, schema, rows)
        : await evaluateAll(session, golden.sql, schema, rows);
    return type === golden.type ? difference(ourForm(golden.type, golden.results!), results) : `expected type ${golden.type}, got ${type}`;
  }
  for (const [i, row] of rows.entries()) {
    const expected = errors[i];
    if (!expected) {
      const { results } = await evaluate(session, golden.sql, schema, [row]);
      const diff = difference(ourForm(golden.type!, [golden.results![i]!])[0], results[0], `row ${i}`);
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

/** Cases have the texts of calendar intervals, which Python cannot take either. */
async function calendarTexts(session: Session, sql: string, schema: Schema, rows: readonly Value[][]): ReturnType<typeof evaluate> {
  const { results: names } = await evaluate(session, `typeof(${sql})`, schema, rows.slice(0, 1));
  const { results } = await evaluate(session, `CAST(${sql} AS STRING)`, schema, rows);
  return { type: names[0] as string, results };
}

/** An aggregate gives one row for all: Spark was then asked row by row. */
async function evaluateAll(session: Session, sql: string, schema: Schema, rows: readonly Value[][]): ReturnType<typeof evaluate> {
  const all = await evaluate(session, sql, schema, rows);
  if (all.results.length === rows.length) return all;
  const results: GoldenValue[] = [];
  for (const row of rows) results.push(...(await evaluate(session, sql, schema, [row])).results);
  return { type: all.type, results };
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

/** Only types that have columns here: what has none is refused before anything is compared. */
function ourForm(typeText: string, values: readonly GoldenValue[]): readonly GoldenValue[] {
  if (/interval|void/.test(typeText)) return values;
  const type = parseDataType(typeText);
  return values.map((value) => toGolden(type, toValue(type, value)));
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
