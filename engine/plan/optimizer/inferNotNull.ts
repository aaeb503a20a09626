import type { Attribute, Expression } from "../../expression/expression.js";
import { conjunctsOf, conjunctionOf, isNotNull } from "../conjuncts.js";
import type { Join, JoinType, LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { transformUp } from "../transform.js";
import type { Rule } from "./rule.js";

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

const comparisons = new Set(["=", "<", "<=", ">", ">="]);
const arithmetic = new Set(["+", "-", "*", "negative", "positive", "getField"]);

/** Columns that must not be null for the term to be true. */
function* nullRejected(term: Expression): Generator<number> {
  if (term.kind === "call" && comparisons.has(term.name)) for (const arg of term.args) yield* strictColumns(arg);
  if (term.kind === "call" && term.name === "between") yield* strictColumns(term.args[0]!);
}

function* strictColumns(e: Expression): Generator<number> {
  if (e.kind === "attribute") yield e.id;
  else if (e.kind === "cast" && e.evalMode !== "try") yield* strictColumns(e.child);
  else if (e.kind === "call" && arithmetic.has(e.name)) for (const arg of e.args) yield* strictColumns(arg);
}

/** Whether a filter below, or the type, already keeps nulls of the column out. */
function neverNull(plan: LogicalPlan, attribute: Attribute): boolean {
  if (!attribute.nullable) return true;
  switch (plan.kind) {
    case "filter":
      return conjunctsOf(plan.condition).some((term) => tests(term, attribute.id)) || neverNull(plan.input, attribute);
    case "project": {
      const item = plan.expressions.find((e) => (e.kind === "alias" || e.kind === "attribute") && e.id === attribute.id);
      const source = item?.kind === "alias" ? item.child : item;
      return source?.kind === "attribute" && neverNull(plan.input, source);
    }
    case "join": {
      const inner = plan.joinType === "inner" || plan.joinType === "cross" || plan.joinType === "leftSemi";
      return (
        inner && [plan.left, plan.right].some((side) => outputOf(side).some((a) => a.id === attribute.id) && neverNull(side, attribute))
      );
    }
    case "withWatermark":
    case "timeWindow":
    case "sessionWindow":
    case "deduplicate":
    case "sort":
    case "repartition":
    case "limit":
    case "sample":
      return neverNull(plan.input, attribute);
    default:
      return false;
  }
}

function tests(term: Expression, id: number): boolean {
  const [arg] = term.kind === "call" && term.name === "isnotnull" ? term.args : [];
  return arg?.kind === "attribute" && arg.id === id;
}
