import { countsMoreInput } from "../differences.js";
import type { StreamingError } from "../../../engine/errors/streamingError.js";
import { rowsOf as valuesOf } from "../../../engine/arrow/columns.js";
import { typeName, type Schema } from "../../../engine/arrow/types.js";
import { parseDataType } from "../../../engine/sql/ddl.js";
import type { StreamingQueryProgress } from "../../../engine/query/progress.js";
import type { MemoryTableBatch } from "../../../sinks/memory/sink.js";
import type { GoldenBatch, GoldenError, GoldenRow, OutputColumn, StreamCase } from "./case.js";
import { legacyCondition } from "../legacyConditions.js";
import { rowsDifference } from "./compare.js";
import { toGolden, toValue } from "./values.js";

/** What our engine did with a case. */
export interface RunResult {
  readonly progress: readonly StreamingQueryProgress[];
  readonly steps: ReadonlyMap<number, number>;
  readonly output: readonly MemoryTableBatch[];
  readonly outputSchema: Schema | null;
  readonly error: StreamingError | null;
}

/** The first difference from what Spark did; null when there is none. */
export function compareRun(golden: StreamCase, result: RunResult): string | null {
  const expected = golden.batches ?? [];
  const { error } = result;
  if (error !== null && golden.error && result.progress.length === 0 && isDoomed(golden)) return compareError(golden, result);
  return (
    compareError(golden, result) ??
    compareSchema(golden.outputSchema, result.outputSchema) ??
    (result.progress.length === expected.length
      ? null
      : `expected ${expected.length} batches, got ${result.progress.length}${result.error === null ? "" : `; ${result.error.message}`}`) ??
    first(expected, (batch, i) => compareBatch(golden, batch, result, i))
  );
}

/** Where Spark lets a query run that must fail, refusing it at the start is as good if nothing had come out. */
function isDoomed({ batches = [] }: StreamCase): boolean {
  return batches.every((batch) => batch.rows.length === 0);
}

/** The condition that a refusal of Spark's must have with us; null when the verdict alone counts. */
export function expectedCondition({ condition, message }: GoldenError): string | null {
  // What a Python function raises has one name in Spark, whatever it is.
  if (condition !== null && !condition.startsWith("_LEGACY") && condition !== "PYTHON_EXCEPTION") return condition;
  return legacyCondition(message);
}

function compareError({ error: expected }: StreamCase, { error }: RunResult): string | null {
  if (!expected) return error === null ? null : `Spark did not fail; we: ${error.message}`;
  if (error === null) return `Spark failed with ${expected.condition}: ${expected.message}; we did not`;
  const condition = expectedCondition(expected);
  if (condition === null || condition === error.condition) return null;
  return `Spark failed with ${condition}; we with ${error.condition}: ${error.message}`;
}

export function compareSchema(expected: readonly OutputColumn[] | undefined, schema: Schema | null): string | null {
  if (expected === undefined || schema === null) return null;
  const want = expected.map(({ name, type }) => `${name}: ${type}`).join(", ");
  const got = schema.fields.map(({ name, type }) => `${name}: ${typeName(type)}`).join(", ");
  return want === got ? null : `expected the columns ${want}; got ${got}`;
}

function compareBatch(golden: StreamCase, batch: GoldenBatch, { progress, steps, output }: RunResult, i: number): string | null {
  const ours = progress[i]!;
  const watermark = ours.eventTime.watermark;
  const watermarkMs = watermark === undefined ? null : Date.parse(watermark);
  const noData = ours.sources.every((source) => source.startOffset === source.endOffset);
  const at = `batch ${batch.batchId}: `;
  const differs = <T extends string | number | boolean | null | undefined>(what: string, want: T, got: T) =>
    want === undefined || want === got ? null : `${at}expected ${what} ${want}, got ${got}`;
  const written = output.find(({ batchId }) => batchId === batch.batchId);
  const rows = written === undefined ? [] : goldenRows(written);
  const rowsDiff = rowsDifference(inOurForm(batch.rows, golden.outputSchema), rows, golden.rowOrder === "as emitted");
  return (
    differs("batchId", batch.batchId, ours.batchId) ??
    (golden.driver === "step" ? differs("step", batch.step, steps.get(ours.batchId)) : null) ??
    differs("noData", batch.noData, noData) ??
    differs("watermarkMs", batch.watermarkMs, watermarkMs) ??
    (countsMoreInput(golden.query.plan) && ours.numInputRows > (batch.numInputRows ?? 0)
      ? null
      : differs("numInputRows", batch.numInputRows, ours.numInputRows)) ??
    (rowsDiff === null ? null : `${at}rows ${rowsDiff}`) ??
    compareOperators(batch, ours, at)
  );
}

/** Spark's rows in the form that ours are given in: timestamps in UTC whatever the session's zone, floats as the doubles they are. */
export function inOurForm(rows: readonly GoldenRow[], columns: readonly OutputColumn[] | undefined): readonly GoldenRow[] {
  if (columns === undefined) return rows;
  const typed = columns.map(({ name, type }) => ({ name, type: parseDataType(type) }));
  return rows.map((row) => Object.fromEntries(typed.map(({ name, type }) => [name, toGolden(type, toValue(type, row[name]))])));
}

function compareOperators(
  { stateOperators = [] }: GoldenBatch,
  { stateOperators: ours }: StreamingQueryProgress,
  at: string,
): string | null {
  if (stateOperators.length !== ours.length) return `${at}expected ${stateOperators.length} state operators, got ${ours.length}`;
  const counters = ["operatorName", "numRowsTotal", "numRowsUpdated", "numRowsRemoved", "numRowsDroppedByWatermark"] as const;
  return first(stateOperators, (expected, i) =>
    first(counters, (counter) => {
      const given = expected[counter];
      const want = typeof given === "string" ? ourName(given) : given;
      const got = ours[i]![counter];
      return want === undefined || want === got ? null : `${at}state operator ${i}: expected ${counter} ${want}, got ${got}`;
    }),
  );
}

/** Python's operators have names of their own in Spark; ours are those of Scala. */
function ourName(name: string): string {
  if (name === "applyInPandasWithState") return "flatMapGroupsWithState";
  return name === "transformWithStateInPySparkExec" ? "transformWithStateExec" : name;
}

/** A batch's rows in golden JSON. */
export function goldenRows({ rows }: Pick<MemoryTableBatch, "rows">): GoldenRow[] {
  const { fields } = rows.schema;
  return valuesOf(rows).map((row) => Object.fromEntries(fields.map(({ name, type }, i) => [name, toGolden(type, row[i]!)])));
}

function first<T>(items: readonly T[], check: (item: T, i: number) => string | null): string | null {
  for (const [i, item] of items.entries()) {
    const found = check(item, i);
    if (found !== null) return found;
  }
  return null;
}
