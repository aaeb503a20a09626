import { someExpression } from "../expression/traverse.js";
import type { LogicalPlan } from "./logicalPlan.js";
import { childrenOf, expressionsOf } from "./transform.js";

declare const open: unique symbol;

/** A plan that names columns of a query around it, and is analysed when that query is. Below its nodes are plans that are analysed already. */
export type OpenPlan = LogicalPlan & { readonly [open]: true };

/** Whether a verb's plan waits for a query around it. @param isAnalyzed whether a plan below was analysed: then it waits for nothing */
export function isOpenPlan(plan: LogicalPlan, isAnalyzed: (plan: LogicalPlan) => boolean): plan is OpenPlan {
  const waiting = [plan];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (isAnalyzed(node)) continue;
    if (expressionsOf(node).some((e) => someExpression(e, ({ kind }) => kind === "outerReference"))) return true;
    waiting.push(...childrenOf(node));
  }
  return false;
}

/** The analysed plans that an open one stands on. */
export function closedPlans(plan: LogicalPlan, isAnalyzed: (plan: LogicalPlan) => boolean): LogicalPlan[] {
  return isAnalyzed(plan) ? [plan] : childrenOf(plan).flatMap((child) => closedPlans(child, isAnalyzed));
}
