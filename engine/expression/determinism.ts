import type { Expression } from "./expression.js";
import { findEntry } from "./functions/table.js";
import { someExpression } from "./traverse.js";

/** Whether the expression depends on its row and the batch's logged facts only, however often and wherever it is computed. False for rand, uuid and their like. */
export function isDeterministic(e: Expression): boolean {
  return !someExpression(e, (part) => part.kind === "call" && !isDeterministicFunction(part.name));
}

/** The same of a function, over arguments that are. */
export function isDeterministicFunction(name: string): boolean {
  // Generators are calls too, and in no table.
  return findEntry(name)?.deterministic !== false;
}
