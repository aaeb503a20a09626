import { types } from "../../arrow/types.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { conjunctionOf, conjunctsOf, logical } from "../../expression/conjuncts.js";
import { freshId, type Alias, type Attribute, type Call, type Expression, type Subquery } from "../../expression/expression.js";
import { expressionNodes, referencesOf, rewriteExpression, someExpression } from "../../expression/traverse.js";
import { nullableOf } from "../../expression/types/typeOf.js";
import { attributeOf } from "../attributeOf.js";
import { factsOf, type LogicalPlan, type NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { pushFilter } from "../optimizer/pushFilters.js";
import { childrenOf, expressionsOf, transformDown, transformUp, withChildren } from "../transform.js";
import { isStreaming } from "../streamingPlan.js";
import { decorrelate, sameKeys } from "./decorrelate.js";
import { isCorrelated } from "./freeAttributes.js";
import { groupedSubquery } from "./groupedSubquery.js";
import { pullUpConditions } from "./pullUpConditions.js";
import { distinctInputs } from "./reidentify.js";

/** A node without subqueries: joins below it give their values. */
export function extractSubqueries(node: LogicalPlan): LogicalPlan {
  if (!expressionsOf(node).some(holdsSubquery)) return node;
  if (node.kind === "filter") return isStreaming(node.input) ? transformUp(sunk(node), extracted) : filtered(node);
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
  const expressions = expressionsOf(node).map((e) => attached.rewrite(e));
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
  for (const term of conjunctsOf(condition)) {
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

function semiJoin(subquery: Subquery, holds: boolean, input: LogicalPlan): LogicalPlan {
  const { left, right, condition, columns } = sides(subquery, input);
  const terms = condition === null ? [] : [condition];
  // Of NOT IN a comparison that is null says that there may be such a value.
  if (subquery.form === "in") terms.push(sameOf(subquery, columns, !holds));
  return { kind: "join", joinType: holds ? "leftSemi" : "leftAnti", condition: conjunctionOf(terms), using: null, left, right };
}

/** Of an inner join the terms are filters above it; else the side whose columns they read has their values. */
function joined(node: NodeOf<"join">): LogicalPlan {
  const terms = conjunctsOf(node.condition);
  const plain = conjunctionOf(terms.filter((term) => !holdsSubquery(term)));
  const others = conjunctionOf(terms.filter(holdsSubquery))!;
  if (node.joinType === "inner" || node.joinType === "cross") {
    const joinType = plain === null ? "cross" : "inner";
    return filtered({ kind: "filter", condition: others, input: { ...node, joinType, condition: plain } });
  }
  const side = reads(others, node.right) ? "right" : "left";
  if (side === "left" && !reads(others, node.left)) throw notYetSupported("a subquery over both sides of an outer join");
  const attached = new Attachments(node[side]);
  const condition = attached.rewrite(node.condition!);
  const over: LogicalPlan = { ...node, condition, [side]: attached.input };
  return { kind: "project", expressions: outputOf(node), input: over };
}

function reads(e: Expression, plan: LogicalPlan): boolean {
  const ids = new Set(outputOf(plan).map(({ id }) => id));
  const subqueries: Subquery[] = [];
  rewriteExpression(e, (part) => {
    if (part.kind === "subquery") subqueries.push(part);
    return part;
  });
  return subqueries.every((subquery) =>
    [...subquery.values, ...subquery.given].every((part) => [...referencesOf(part)].every((id) => ids.has(id))),
  );
}

/** The joins that give the values of the subqueries of one node. */
class Attachments {
  constructor(public input: LogicalPlan) {}

  rewrite(e: Expression): Expression {
    const negated = new Set(
      [...expressionNodes(e)].flatMap((part) => (part.kind === "call" && part.name === "not" ? [part.args[0]!] : [])),
    );
    return rewriteExpression(e, (part) => (part.kind === "subquery" ? this.valueOf(part, negated.has(part)) : part));
  }

  /** The value of a correlated aggregate, from one row for each of its keys; null for other queries. */
  private groupedValueOf(subquery: Subquery): Expression | null {
    const { left, given } = withGiven(subquery, this.input);
    const [, query] = distinctInputs([left, subquery.query as LogicalPlan]) as [LogicalPlan, LogicalPlan];
    const grouped = isCorrelated(query) && !isStreaming(query) ? groupedSubquery(query, subquery.outer) : null;
    if (grouped === null) return null;
    const condition = overGiven(grouped.condition, subquery, given);
    this.input = { kind: "join", joinType: "left", condition, using: null, left, right: grouped.plan };
    return grouped.value;
  }

  /**
   * Of IN whether there is a row that is the same, of NOT IN the opposite of whether there is one that may be: false, and never null, where nulls leave it open. That is
   * what Spark makes of both wherever they are no term of a filter.
   */
  private valueOf(subquery: Subquery, isNegated: boolean): Expression {
    const grouped = subquery.form === "scalar" && isStreaming(this.input) ? this.groupedValueOf(subquery) : null;
    if (grouped !== null) return grouped;
    const { left, right, condition, columns } = sides(subquery, this.input);
    if (subquery.form === "scalar") {
      this.input = { kind: "join", joinType: "single", condition, using: null, left, right };
      return { ...columns[0]!, nullable: true };
    }
    const mark: Attribute = { kind: "attribute", id: freshId(), name: "exists", type: types.boolean, nullable: false, qualifier: [] };
    const terms = condition === null ? [] : [condition];
    if (subquery.form === "in") terms.push(sameOf(subquery, columns, isNegated));
    this.input = { kind: "join", joinType: "mark", condition: conjunctionOf(terms), using: null, left, right, mark };
    return mark;
  }
}

/** Whether a row of the query is the same, or may be. */
function sameOf(subquery: Subquery, columns: readonly Attribute[], orMayBe: boolean): Expression {
  const same = comparisonOf(subquery, columns);
  return orMayBe && nullableOf(same) ? logical("or", [same, isNull(same)]) : same;
}

/** An expression of a query with what it reads of the rows around it. */
function overGiven(e: Expression, { outer }: Subquery, given: readonly Expression[]): Expression {
  const replaced = new Map(outer.map(({ id }, i) => [id, given[i]!]));
  return rewriteExpression(e, (part) => (part.kind === "attribute" ? (replaced.get(part.id) ?? part) : part));
}

interface JoinSides {
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  /** What must hold of a row and one of the query's, when that is one of its own. */
  readonly condition: Expression | null;
  /** The columns of the query. */
  readonly columns: readonly Attribute[];
}

/** The rows, and the query as something to join them with. */
function sides(subquery: Subquery, input: LogicalPlan): JoinSides {
  if (isStreaming(subquery.query as LogicalPlan)) throw new StreamingError("INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY");
  const { left, given } = withGiven(subquery, input);
  const [, query] = distinctInputs([left, subquery.query as LogicalPlan]) as [LogicalPlan, LogicalPlan];
  const columns = outputOf(query);
  if (!isCorrelated(query) || subquery.outer.length === 0) return { left, right: query, condition: null, columns };
  const pulled = subquery.form === "scalar" ? null : pullUpConditions(query);
  if (pulled !== null) return { left, right: pulled.plan, condition: overGiven(pulled.condition, subquery, given), columns };
  const expressions = subquery.outer.map((attribute, i): Alias => ({
    kind: "alias",
    child: given[i]!,
    name: attribute.name,
    id: freshId(),
  }));
  const values: LogicalPlan = { kind: "project", expressions, input: left };
  const domain: LogicalPlan = { kind: "deduplicate", columns: null, withinWatermark: false, keys: outputOf(values), input: values };
  const { plan, keys } = decorrelate(query, subquery.outer, domain);
  return { left, right: { kind: "project", expressions: [...columns, ...keys], input: plan }, condition: sameKeys(given, keys), columns };
}

/** The rows with what the query reads of them as columns. */
function withGiven({ given }: Subquery, input: LogicalPlan): { readonly left: LogicalPlan; readonly given: readonly Expression[] } {
  const computed = given.flatMap((e): readonly Alias[] =>
    e.kind === "attribute" ? [] : [{ kind: "alias", child: e, name: "outer", id: freshId() }],
  );
  if (computed.length === 0) return { left: input, given };
  const rest = [...computed];
  const columns = given.map((e) => (e.kind === "attribute" ? e : attributeOf(rest.shift()!)));
  return { left: { kind: "project", expressions: [...outputOf(input), ...computed], input }, given: columns };
}

function comparisonOf({ values }: Subquery, columns: readonly Attribute[]): Expression {
  return conjunctionOf(
    values.map((value, i): Call => {
      const args = [value, columns[i]!];
      return { kind: "call", name: "=", args, type: types.boolean, nullable: args.some(nullableOf), evalMode: "ansi" };
    }),
  )!;
}

function isNull(e: Expression): Call {
  return { kind: "call", name: "isnull", args: [e], type: types.boolean, nullable: false, evalMode: "ansi" };
}
