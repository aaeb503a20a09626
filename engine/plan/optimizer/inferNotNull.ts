import type { Expression } from "../../expression/expression.js";
import { nullableOf } from "../../expression/types/typeOf.js";
import { conjunctsOf, conjunctionOf, isNotNull } from "../../expression/conjuncts.js";
import { expressionKey } from "../expressionKey.js";
import { isOver } from "../joinKeys.js";
import type { Join, JoinType, LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { transformUp } from "../transform.js";
import type { Rule } from "./rule.js";
import { definitionsOf, substitute } from "./substitution.js";

type Side = "left" | "right";

/** The sides whose rows are of no use when the condition cannot hold for them. */
const sides: Readonly<Record<JoinType, readonly Side[]>> = {
  inner: ["left", "right"],
  cross: ["left", "right"],
  left: ["right"],
  right: ["left"],
  full: [],
  leftSemi: ["left", "right"],
  leftAnti: ["right"],
};

/**
 * Rows whose key is null can find no partner: where they would not come out either, they are filtered before the join. As in Spark the filter also goes
 * below `withWatermark`, where such rows then do not move the watermark.
 */
export const inferNotNull: Rule = {
  name: "inferNotNull",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "join" && node.condition !== null ? filterSides(node) : node)),
};

function filterSides(join: Join): LogicalPlan {
  const needed = new Set(conjunctsOf(join.condition).flatMap((term) => [...nullRejected(term)]));
  let result = join;
  for (const side of sides[join.joinType]) {
    const missing = outputOf(join[side]).filter((a) => needed.has(a.id) && !neverNull(join[side], a));
    if (missing.length > 0)
      result = { ...result, [side]: { kind: "filter", condition: conjunctionOf(missing.map(isNotNull))!, input: join[side] } };
  }
  return result;
}

/** The sides whose columns come out as they went in, never null for want of a partner. */
const keptSides: Readonly<Record<JoinType, readonly Side[]>> = {
  inner: ["left", "right"],
  cross: ["left", "right"],
  left: ["left"],
  right: ["right"],
  full: [],
  leftSemi: ["left"],
  leftAnti: ["left"],
};

const comparisons = new Set(["=", "<", "<=", ">", ">="]);
const arithmetic = new Set(["+", "-", "*", "/", "%", "div", "negative", "positive", "getField"]);

/** Columns that must not be null for the term to be true. */
export function* nullRejected(term: Expression): Generator<number> {
  if (term.kind === "call" && comparisons.has(term.name)) for (const arg of term.args) yield* strictColumns(arg);
  if (term.kind === "call" && term.name === "between") yield* strictColumns(term.args[0]!);
}

function* strictColumns(e: Expression): Generator<number> {
  if (e.kind === "attribute") yield e.id;
  else if (e.kind === "cast" && e.evalMode !== "try") yield* strictColumns(e.child);
  else if (e.kind === "call" && arithmetic.has(e.name)) for (const arg of e.args) yield* strictColumns(arg);
}

/** Whether a filter below, or the type, already keeps nulls of the expression out. */
function neverNull(plan: LogicalPlan, e: Expression): boolean {
  if (!nullableOf(e)) return true;
  switch (plan.kind) {
    case "filter":
      return conjunctsOf(plan.condition).some((term) => tests(term, e)) || neverNull(plan.input, e);
    case "project":
      return neverNull(plan.input, substitute(e, definitionsOf(plan.expressions)));
    case "aggregate":
      return neverNull(plan.input, substitute(e, definitionsOf(plan.grouping)));
    case "join":
      return keptSides[plan.joinType].some((side) => isOver(e, new Set(outputOf(plan[side]).map((a) => a.id))) && neverNull(plan[side], e));
    case "setOperation": {
      const output = outputOf(plan);
      return plan.inputs.every((input) => {
        const columns = outputOf(input);
        return neverNull(input, substitute(e, new Map(output.map((a, i) => [a.id, columns[i]!]))));
      });
    }
    case "read":
    case "localRelation":
      return false;
    default:
      return neverNull(plan.input, e);
  }
}

function tests(term: Expression, e: Expression): boolean {
  return term.kind === "call" && term.name === "isnotnull" && expressionKey(term.args[0]!) === expressionKey(e);
}
