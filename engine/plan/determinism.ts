import type { Expression } from "../expression/expression.js";
import { findEntry } from "../expression/functions/table.js";
import { expressionNodes } from "../expression/traverse.js";

/** Whether the expression gives the same value for the same row, however often and wherever it is computed. */
export function isDeterministic(e: Expression): boolean {
  for (const part of expressionNodes(e)) {
    if (part.kind !== "call") continue;
    // The planner knows some functions that the table does not have: of these only this one counts rows.
    const deterministic = findEntry(part.name)?.deterministic ?? part.name !== "monotonically_increasing_id";
    if (!deterministic) return false;
  }
  return true;
}
