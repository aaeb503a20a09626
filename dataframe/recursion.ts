import { concatBatches } from "../engine/arrow/columns.js";
import type { Batch } from "../engine/arrow/batch.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { schemaOf, type AnalyzedPlan, type LogicalPlan, type NodeOf } from "../engine/plan/logicalPlan.js";
import { nodesUp, transformUp } from "../engine/plan/transform.js";

/** At most so many rows come of a recursion; Spark's `spark.sql.cteRecursionRowLimit`. */
const maxRows = 1_000_000;

/** Runs a bounded plan. */
export type Run = (plan: AnalyzedPlan) => Promise<Batch[]>;

/** The plan with the rows of its recursions in their places: inner ones first. */
export async function withoutRecursions(plan: AnalyzedPlan, run: Run): Promise<AnalyzedPlan> {
  let current: LogicalPlan = plan;
  for (;;) {
    const node = nodesUp(current).find((each) => each.kind === "recursion");
    if (node === undefined || node.kind !== "recursion") return current as AnalyzedPlan;
    const rows = await rowsOf(node, run, rowsWanted(current, node.workTable));
    const local: LogicalPlan = { kind: "localRelation", batch: rows, output: node.output };
    current = transformUp(current, (each) => (each.kind === "recursion" && each.workTable === node.workTable ? local : each));
  }
}

/** How many rows of a recursion a LIMIT above lets through, where that is all that is read of it: a recursion without an end may have one. */
function rowsWanted(plan: LogicalPlan, workTable: number): number {
  const readers = nodesUp(plan).filter((node) => node.kind === "recursion" && node.workTable === workTable);
  if (readers.length !== 1) return Infinity;
  const limits = nodesUp(plan).map((node) => {
    if (node.kind !== "limit") return Infinity;
    let [below, skipped]: [LogicalPlan, number] = [node.input, 0];
    while (below.kind === "project" || below.kind === "subqueryAlias" || below.kind === "offset") {
      if (below.kind === "offset") skipped += below.count;
      below = below.input;
    }
    return below === readers[0] ? node.count + skipped : Infinity;
  });
  return Math.min(...limits);
}

/** @throws RECURSION_LEVEL_LIMIT_EXCEEDED, RECURSION_ROW_LIMIT_EXCEEDED */
async function rowsOf({ anchor, step, workTable, maxDepth, output }: NodeOf<"recursion">, run: Run, wanted: number): Promise<Batch> {
  const schema = schemaOf(output);
  const named = (batches: readonly Batch[]): Batch =>
    concatBatches(
      schema,
      batches.map((batch) => ({ ...batch, schema })),
    );
  const found: Batch[] = [];
  let count = 0;
  let latest = named(await run(anchor as AnalyzedPlan));
  for (let depth = 0; latest.length > 0; depth++) {
    if (depth > maxDepth) throw new StreamingError("RECURSION_LEVEL_LIMIT_EXCEEDED", { levelLimit: String(maxDepth) });
    found.push(latest);
    count += latest.length;
    if (count >= wanted) break;
    if (count > maxRows) throw new StreamingError("RECURSION_ROW_LIMIT_EXCEEDED", { rowLimit: String(maxRows) });
    const rows = latest;
    const over = transformUp(step, (node) =>
      node.kind === "workTable" && node.id === workTable ? { kind: "localRelation", batch: rows, output: node.output } : node,
    );
    latest = named(await run(over as AnalyzedPlan));
  }
  return concatBatches(schema, found);
}
