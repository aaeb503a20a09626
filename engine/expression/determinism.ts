import type { Expression } from "./expression.js";
import { findEntry } from "./functions/table.js";
import { foldExpression } from "./traverse.js";

const known = new WeakMap<Expression, boolean>();

/** Whether the expression depends on its row and the batch's logged facts only, however often and wherever it is computed. False for rand, uuid and their like. */
export function isDeterministic(e: Expression): boolean {
  return foldExpression<boolean>(
    e,
    (part, children) => children.every((child) => child) && !(part.kind === "call" && !isDeterministicFunction(part.name)),
    { known },
  );
}

/** The same of a function, over arguments that are. */
export function isDeterministicFunction(name: string): boolean {
  // Generators are calls too, and in no table.
  return findEntry(name)?.deterministic !== false;
}
