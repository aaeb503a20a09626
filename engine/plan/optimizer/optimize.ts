import { assert } from "../../errors/assert.js";
import { sameType } from "../../arrow/types.js";
import type { AnalyzedPlan, LogicalPlan, OptimizedPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { eliminateSubqueryAlias } from "./eliminateSubqueryAlias.js";
import { foldConstants } from "./foldConstants.js";
import { inferNotNull } from "./inferNotNull.js";
import { mergeProjects } from "./mergeProjects.js";
import { pruneColumns } from "./pruneColumns.js";
import { pushFilters } from "./pushFilters.js";
import { pushJoinConditions } from "./pushJoinConditions.js";
import { pruneFromJson } from "./pruneFromJson.js";
import type { Rule } from "./rule.js";
import { simplifyBooleans } from "./simplifyBooleans.js";

/** The rules, in order; the list runs until it changes nothing. */
export const rules: readonly Rule[] = [
  eliminateSubqueryAlias,
  foldConstants,
  simplifyBooleans,
  inferNotNull,
  pushJoinConditions,
  pushFilters,
  pruneColumns,
  mergeProjects,
  pruneFromJson,
];

/** More rounds than any plan takes: each round moves every filter as far as one rule can. */
const maxRounds = 20;

/** The plan rewritten to mean the same with less work. Its output keeps its columns: ids, names and types. */
export function optimize(plan: AnalyzedPlan): OptimizedPlan {
  let current: LogicalPlan = plan;
  for (let round = 0; round < maxRounds; round++) {
    const next = rules.reduce((p, rule) => rule.apply(p), current);
    if (next === current) break;
    current = next;
  }
  checkOutput(plan, current);
  return current as OptimizedPlan;
}

function checkOutput(before: LogicalPlan, after: LogicalPlan): void {
  const [a, b] = [outputOf(before), outputOf(after)];
  const same = a.length === b.length && a.every((column, i) => column.id === b[i]!.id && sameType(column.type, b[i]!.type));
  assert(same, `the optimizer changed the output from (${a.map((c) => c.name).join(", ")}) to (${b.map((c) => c.name).join(", ")})`);
}
