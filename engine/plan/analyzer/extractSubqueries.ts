import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import type { Expression, Subquery } from "../../expression/expression.js";
import { expressionNodes, referencesOf, rewriteExpression, someExpression } from "../../expression/traverse.js";
import type { JoinType } from "../joinType.js";
import { factsOf, type LogicalPlan, type NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { pushFilter } from "../optimizer/pushFilters.js";
import { simplifyBoolean } from "../optimizer/simplifyBooleans.js";
import { childrenOf, expressionsOf, transformDown, transformUp, withChildren } from "../transform.js";
import { isStreaming } from "../streamingPlan.js";
import { Attachments, semiJoin } from "./subqueryJoins.js";

/** A node without subqueries: joins below it give their values. */
export function extractSubqueries(node: LogicalPlan): LogicalPlan {
  if (!expressionsOf(node).some(holdsSubquery)) return node;
  for (const e of expressionsOf(node)) checkLambdas(e);
  if (node.kind === "filter" && isStreaming(node.input))
    return transformUp(sunk({ ...node, condition: simplifyBoolean(node.condition) }), extracted);
  return extracted(node);
}

/**
 * Terms of a filter over a stream go as far down as any other term may before they become joins, as in Spark: below `withWatermark` this is semantics, for the rows that
 * they drop do not move the watermark (`test/golden/own/own-sub-*`).
 */
function sunk(filter: NodeOf<"filter">): LogicalPlan {
  return transformDown(filter, (node) => (node.kind === "filter" && holdsSubquery(node.condition) ? pushFilter(node) : node));
}

function extracted(node: LogicalPlan): LogicalPlan {
  if (!expressionsOf(node).some(holdsSubquery)) return node;
  if (node.kind === "filter") return filtered(node);
  if (node.kind === "join") return joined(node);
  const [input] = childrenOf(node);
  if (childrenOf(node).length !== 1) throw notYetSupported(`a subquery in ${factsOf(node).explain(node)}`);
  const attached = new Attachments(input!);
  const expressions = expressionsOf(node).map((e) => (holdsSubquery(e) ? attached.rewrite(simplifyBoolean(e)) : e));
  const over = factsOf(node).withExpressions(withChildren(node, [attached.input]), expressions);
  return factsOf(node).onlyExpressions ? over : { kind: "project", expressions: outputOf(node), input: over };
}

function holdsSubquery(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "subquery");
}

/** Terms that are subqueries become semi and anti joins; what is left of the condition is filtered over the values of the others. */
function filtered({ condition, input }: NodeOf<"filter">): LogicalPlan {
  const output = outputOf(input);
  let current: LogicalPlan = input;
  const rest: Expression[] = [];
  for (const term of conjunctsOf(simplifyBoolean(condition))) {
    const found = existence(term);
    if (found === null) rest.push(term);
    else current = semiJoin(found.subquery, found.holds, current);
  }
  const plain = rest.filter((term) => !holdsSubquery(term));
  if (plain.length > 0) current = { kind: "filter", condition: conjunctionOf(plain)!, input: current };
  const others = rest.filter(holdsSubquery);
  if (others.length > 0) {
    const attached = new Attachments(current);
    const over = others.map((term) => attached.rewrite(term));
    current = { kind: "filter", condition: conjunctionOf(over)!, input: attached.input };
  }
  return outputOf(current).length === output.length ? current : { kind: "project", expressions: output, input: current };
}

/** A term that asks whether there is a row; null when it is something else. */
function existence(term: Expression): { readonly subquery: Subquery; readonly holds: boolean } | null {
  if (term.kind === "subquery" && term.form !== "scalar" && !term.values.some(holdsSubquery)) return { subquery: term, holds: true };
  if (term.kind !== "call" || term.name !== "not") return null;
  const inner = existence(term.args[0]!);
  return inner === null ? null : { ...inner, holds: !inner.holds };
}

/** @throws UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION */
function checkLambdas(e: Expression): void {
  for (const part of expressionNodes(e)) {
    if (part.kind !== "call" || !part.args.some(({ kind }) => kind === "lambda") || !holdsSubquery(part)) continue;
    throw new StreamingError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION", { expression: `"${sqlText(part)}"` });
  }
}

type Side = "left" | "right";

/** Whose terms that read one side only are asked below the join. */
const filteredBelow: Readonly<Record<Side, ReadonlySet<JoinType>>> = {
  left: new Set(["right", "leftSemi"]),
  right: new Set(["left", "leftSemi", "leftAnti"]),
};

/** Of an inner join the terms are filters above it; of others they are filters of a side where they may be, else that side has the values of what reads it. */
function joined(node: NodeOf<"join">): LogicalPlan {
  for (const part of expressionNodes(node.condition!)) if (part.kind === "subquery") checkInJoin(part, node);
  const terms = conjunctsOf(node.condition && simplifyBoolean(node.condition));
  const plain = terms.filter((term) => !holdsSubquery(term));
  const others = terms.filter(holdsSubquery);
  if (node.joinType === "inner" || node.joinType === "cross") {
    const joinType = plain.length === 0 ? "cross" : "inner";
    const pairs: LogicalPlan = { ...node, joinType, condition: conjunctionOf(plain) };
    return filtered({ kind: "filter", condition: conjunctionOf(others)!, input: pairs });
  }
  const sideOf = (term: Expression): Side | null => (reads(term, node.left) ? "left" : reads(term, node.right) ? "right" : null);
  const below = (side: Side): readonly Expression[] =>
    filteredBelow[side].has(node.joinType) ? others.filter((term) => sideOf(term) === side) : [];
  const attachedTo = (side: Side): Attachments => {
    const condition = conjunctionOf(below(side));
    return new Attachments(condition === null ? node[side] : filtered({ kind: "filter", condition, input: node[side] }));
  };
  const attached = { left: attachedTo("left"), right: attachedTo("right") };
  const staying = others.filter((term) => !below("left").includes(term) && !below("right").includes(term));
  const over = staying.map((term) =>
    rewriteExpression(term, (part) => {
      return part.kind === "subquery" ? attached[sideOf(part)!].valueOnPairs(part) : part;
    }),
  );
  const condition = conjunctionOf([...plain, ...over]);
  return {
    kind: "project",
    expressions: outputOf(node),
    input: { ...node, condition, left: attached.left.input, right: attached.right.input },
  };
}

/** Of pairs of rows a subquery may ask about one of the two. */
function checkInJoin(subquery: Subquery, join: NodeOf<"join">): void {
  if (subquery.form === "scalar" && subquery.given.length > 0)
    throw new StreamingError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY", {
      treeNode: factsOf(join).explain(join),
    });
  if (reads(subquery, join.left) || reads(subquery, join.right)) return;
  throw new StreamingError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION", {
    subqueryExpression: sqlText(subquery),
  });
}

/** Whether all that a term reads are columns of the plan. */
function reads(term: Expression, plan: LogicalPlan): boolean {
  const ids = new Set(outputOf(plan).map(({ id }) => id));
  return [...referencesOf(term)].every((id) => ids.has(id));
}
