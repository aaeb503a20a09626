import { fold } from "../../expression/fold.js";
import { mapPlanExpressions } from "./expressions.js";
import type { Rule } from "./rule.js";

/** Constant parts of expressions are evaluated once, here; those that fail stay, to fail when a row reaches them. */
export const foldConstants: Rule = {
  name: "foldConstants",
  foldsArguments: true,
  apply: (plan) => mapPlanExpressions(plan, fold),
};
