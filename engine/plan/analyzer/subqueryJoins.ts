import { types } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import { conjunctionOf, logical } from "../../expression/conjuncts.js";
import { freshId, literal, type Alias, type Attribute, type Call, type Expression, type Subquery } from "../../expression/expression.js";
import { expressionNodes, referencesOf, rewriteExpression } from "../../expression/traverse.js";
import { nullableOf } from "../../expression/types/typeOf.js";
import { attributeOf } from "../attributeOf.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { isStreaming } from "../streamingPlan.js";
import { childrenOf } from "../transform.js";
import { decorrelate, sameKeys } from "./decorrelate.js";
import { isCorrelated } from "./freeAttributes.js";
import { groupedSubquery } from "./groupedSubquery.js";
import { pullUpConditions } from "./pullUpConditions.js";
import { distinctInputs } from "./reidentify.js";

/** The rows for which the query has a row, or has none. */
export function semiJoin(subquery: Subquery, holds: boolean, input: LogicalPlan): LogicalPlan {
  const { left, right, condition, columns } = sides(subquery, input);
  const terms = condition === null ? [] : [condition];
  // Of NOT IN a comparison that is null says that there may be such a value.
  if (subquery.form === "in") terms.push(sameOf(subquery, columns, !holds));
  return { kind: "join", joinType: holds ? "leftSemi" : "leftAnti", condition: conjunctionOf(terms), using: null, left, right };
}

/** The joins that give the values of the subqueries of one node. */
export class Attachments {
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
   * The value of a subquery in the condition of a join that asks it of pairs. Of NOT IN it is no more than the opposite of IN, and IN of a constant is null where nulls
   * leave it open: both as in Spark, and unlike anywhere else.
   */
  valueOnPairs(subquery: Subquery): Expression {
    if (subquery.form !== "in" || !subquery.values.every((value) => isConstantOf(value, this.input))) return this.valueOf(subquery, false);
    const [same, mayBe] = [this.valueOf(subquery, false), this.valueOf(subquery, true)];
    return logical("or", [same, logical("and", [mayBe, literal(null, types.boolean)])]);
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

/** Whether an expression reads nothing but what a projection below gives as a constant. */
function isConstantOf(e: Expression, plan: LogicalPlan): boolean {
  return [...referencesOf(e)].every((id) => {
    for (
      let node: LogicalPlan | undefined = plan;
      node !== undefined;
      node = childrenOf(node).length === 1 ? childrenOf(node)[0] : undefined
    ) {
      const alias = node.kind === "project" ? node.expressions.find((part) => part.kind === "alias" && part.id === id) : undefined;
      if (alias?.kind === "alias") return isConstantOf(alias.child, node);
    }
    return false;
  });
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
