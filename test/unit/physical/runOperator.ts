import type { Batch } from "../../../engine/arrow/batch.js";
import { rowsOf, slicesOf } from "../../../engine/arrow/columns.js";
import type { Value } from "../../../engine/arrow/value.js";
import { drive, type Ports } from "../../../engine/physical/execution/driver.js";
import { withoutPauses } from "./pulled.js";
import { handling } from "../../runtime/testRuntime.js";
import type { Emission, Operator, Pause } from "../../../engine/physical/operator.js";

const ports: Ports = [[{ kind: "output", output: "main" }]];

/** The rows of emissions. */
export function emittedRows(emissions: Iterable<Emission | Pause>): Value[][] {
  const rows: Value[][] = [];
  for (const { batch } of withoutPauses(drive(emissions, ports, handling().lending))) rows.push(...rowsOf(batch));
  return rows;
}

/** Gives batches to an operator that has begun, lent and cut as the run says, and ends its batch; what it emits meanwhile. */
export function runOperator(operator: Operator, batches: readonly Batch[]): Value[][] {
  const { lending, chunks } = handling();
  const rows: Value[][] = [];
  for (const batch of batches.flatMap((whole) => [...slicesOf(whole, chunks.inputRows)])) {
    const lent = lending.lend(batch);
    rows.push(...emittedRows(operator.process(lent, 0)));
    lending.takeBack(lent);
  }
  return [...rows, ...emittedRows(operator.finish())];
}
