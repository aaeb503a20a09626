import type { Batch } from "../../../engine/arrow/batch.js";
import { rowsOf } from "../../../engine/arrow/columns.js";
import type { Value } from "../../../engine/arrow/value.js";
import { drive, type Route } from "../../../engine/physical/execution/driver.js";
import type { Emission, Operator } from "../../../engine/physical/operator.js";

const routes: readonly Route[] = [{ kind: "output", output: "main" }];

/** The rows of emissions. */
export function emittedRows(emissions: Iterable<Emission>): Value[][] {
  const rows: Value[][] = [];
  for (const { batch } of drive(emissions, routes)) rows.push(...rowsOf(batch));
  return rows;
}

/** Gives batches to an operator that has begun, and ends its batch; what it emits meanwhile. */
export function runOperator(operator: Operator, batches: readonly Batch[]): Value[][] {
  const rows = batches.flatMap((batch) => emittedRows(operator.process(batch, 0)));
  return [...rows, ...emittedRows(operator.finish())];
}
