import { assert } from "../../errors/assert.js";
import { sameType } from "../../arrow/types.js";
import type { Attribute } from "../../expression/expression.js";
import { isDeterministic } from "../../expression/determinism.js";
import { findEntry } from "../../expression/functions/table.js";
import { expressionNodes } from "../../expression/traverse.js";
import type { AnalyzedPlan, LogicalPlan, OptimizedPlan } from "../logicalPlan.js";
import type { Columns } from "../nodes/facts.js";
import { outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { expressionsOf, nodesOf } from "../transform.js";
import { eliminateSubqueryAlias } from "./eliminateSubqueryAlias.js";
import { flattenConcat } from "./flattenConcat.js";
import { flattenUnions } from "./flattenUnions.js";
import { foldConstants } from "./foldConstants.js";
import { inferFilters } from "./inferFilters.js";
import { inferNotNull } from "./inferNotNull.js";
import { inferWindowTimes } from "./inferWindowTimes.js";
import { mergeProjects } from "./mergeProjects.js";
import { pruneColumns } from "./pruneColumns.js";
import { pushFilters } from "./pushFilters.js";
import { pushJoinConditions } from "./pushJoinConditions.js";
import { pruneFromJson } from "./pruneFromJson.js";
import { combineLimits } from "./combineLimits.js";
import type { Rule } from "./rule.js";
import { simplifyBooleans } from "./simplifyBooleans.js";

/** The rules, in order; the list runs until it changes nothing. */
export const rules: readonly Rule[] = [
  eliminateSubqueryAlias,
  flattenUnions,
  combineLimits,
  flattenConcat,
  foldConstants,
  simplifyBooleans,
  inferNotNull,
  inferFilters,
  inferWindowTimes,
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
    const next = rules.reduce(applyRule, current);
    if (next === current) break;
    current = next;
  }
  return current as OptimizedPlan;
}

/** Applies a rule, and looks whether it kept what every rule must keep. */
export function applyRule(before: LogicalPlan, rule: Rule): LogicalPlan {
  const after = rule.apply(before);
  if (after === before) return before;
  checkOutput(rule, outputOf(before), outputOf(after));
  const [asked, asks] = [randomCalls(before), randomCalls(after)];
  assert(
    asked.length === asks.length &&
      asked.every((call, i) => call === asks[i] || (rule.foldsArguments === true && nameIn(call) === nameIn(asks[i]!))),
    `${rule.name} changed how often, or in which order, random expressions are asked: from [${asked.join(", ")}] to [${asks.join(", ")}]`,
  );
  return after;
}

function checkOutput(rule: Rule, before: Columns, after: Columns): void {
  const same = before.length === after.length && before.every((column, i) => isSameColumn(column, after[i]!));
  assert(same, `${rule.name} changed the output from (${namesOf(before)}) to (${namesOf(after)})`);
}

function isSameColumn(a: Attribute, b: Attribute): boolean {
  return a.id === b.id && a.name === b.name && sameType(a.type, b.type);
}

function namesOf(columns: Columns): string {
  return columns.map(({ name }) => name).join(", ");
}

/** The name of a call as SQL text. */
function nameIn(call: string): string {
  return call.slice(0, call.indexOf("("));
}

/** The random calls of a plan, in the order of its nodes. */
function randomCalls(plan: LogicalPlan): readonly string[] {
  return [...nodesOf(plan)].flatMap(randomCallsIn);
}

// A rule leaves most nodes as they are.
const known = new WeakMap<LogicalPlan, readonly string[]>();

function randomCallsIn(node: LogicalPlan): readonly string[] {
  let calls = known.get(node);
  if (calls === undefined) {
    calls = expressionsOf(node)
      .filter((e) => !isDeterministic(e))
      .flatMap((e) => [...expressionNodes(e)].filter((part) => part.kind === "call" && findEntry(part.name)?.deterministic === false))
      .map((call) => sqlText(call));
    known.set(node, calls);
  }
  return calls;
}
