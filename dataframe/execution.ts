import { retainBatch } from "../engine/arrow/columns.js";
import type { Batch } from "../engine/arrow/batch.js";
import { parseBytes } from "../engine/contract/options.js";
import type { Runtime } from "../engine/contract/runtime.js";
import type { Source } from "../engine/contract/source.js";
import { runBounded } from "../engine/physical/execution/queryExecution.js";
import type { ExecutionInputs } from "../engine/physical/execution/inputs.js";
import { nodesOf, type PlanRoot } from "../engine/physical/plan.js";
import { QueryMemory } from "../engine/physical/spill/queryMemory.js";
import { planPhysical } from "../engine/physical/planner/planner.js";
import { checkBatch } from "../engine/plan/analyzer/streaming.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import { optimize } from "../engine/plan/optimizer/optimize.js";
import { contextOf } from "./conf.js";
import { memoryBudgetKey } from "./confKeys.js";
import { withoutRecursions } from "./recursion.js";
import type { SessionContext } from "./sessionContext.js";

/** Says when nobody wants the rows any more: an AbortSignal is one. */
export interface Cancellation {
  readonly aborted: boolean;
}

/** Runs a bounded plan; the batches are the caller's. @throws OPERATION_CANCELED */
export async function collectBatches(session: SessionContext, plan: AnalyzedPlan, signal?: Cancellation): Promise<Batch[]> {
  const batches: Batch[] = [];
  await runBatches(session, plan, (batch) => void batches.push(retainBatch(batch)), signal);
  return batches;
}

/** Checks a plan and runs it; each batch is lent until what `emit` returned is done. @throws OPERATION_CANCELED */
export async function runBatches(
  session: SessionContext,
  plan: AnalyzedPlan,
  emit: (batch: Batch) => Promise<void> | void,
  signal?: Cancellation,
): Promise<void> {
  checkBatch(plan);
  await runBoundedPlan(session, plan, emit, signal);
}

/** Runs a bounded plan; each batch is lent until what `emit` returned is done. @throws OPERATION_CANCELED */
export async function runBoundedPlan(
  session: SessionContext,
  plan: AnalyzedPlan,
  emit: (batch: Batch) => Promise<void> | void,
  signal?: Cancellation,
): Promise<void> {
  const whole = await withoutRecursions(plan, (inner) => collectBatches(session, inner, signal));
  const { roots } = planPhysical(optimize(whole), null, 1);
  checkScans(session, roots);
  const isCancelled = (): boolean => signal?.aborted === true || session.isInterrupted();
  const inputs = { ...inputsOf(session, [], session.conf.toRecord()), isCancelled };
  try {
    await runBounded(roots[0]!.node, inputs, ({ batch }) => emit(batch));
  } finally {
    await inputs.memory.close();
  }
}

/** What an execution reads from: these streams, and the session's bounded tables. */
export function inputsOf(session: SessionContext, sources: readonly Source[], conf: Readonly<Record<string, string>>): ExecutionInputs {
  const { runtime, warn } = session;
  const openTable = (table: number): Promise<Source> => {
    const { provider, options, schema } = session.tables.get(table);
    return provider.create({ runtime, options, schema, log: null, bounded: true, conf, warn });
  };
  const memory = new QueryMemory({ limitBytes: memoryBudget(conf, runtime), spillBytes: runtime.chunks.spillBytes }, runtime.spill);
  return { sources, openTable, runtime, memory, zone: contextOf(conf).zone };
}

/** What the operators of a query may hold, bytes. */
function memoryBudget(conf: Readonly<Record<string, string>>, { memoryBytes }: Runtime): number {
  const given = conf[memoryBudgetKey];
  return given === undefined ? 0.75 * memoryBytes : parseBytes(given)!;
}

/**
 * Asks the sources whether what a plan needs of them can be read.
 *
 * @throws UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN
 */
export function checkScans(session: SessionContext, roots: readonly PlanRoot[]): void {
  for (const node of nodesOf(roots)) {
    if (node.kind !== "scan") continue;
    const { provider, options } = session.tables.get(node.table);
    provider.checkColumns?.(options, node.schema);
  }
}
