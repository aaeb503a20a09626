import { transformUp } from "../transform.js";
import type { Rule } from "./rule.js";

/** Aliases of tables mean something to names only, and those are resolved. */
export const eliminateSubqueryAlias: Rule = {
  name: "eliminateSubqueryAlias",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "subqueryAlias" ? node.input : node)),
};
