import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName } from "../../arrow/types.js";
import { freshId, type AggregateCall, type Alias, type Attribute, type Expression } from "../../expression/expression.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { isOrderable, typeOf } from "../../expression/types/typeOf.js";
import { expressionKey } from "../../expression/expressionKey.js";
import type { LogicalPlan, NamedExpression, NodeOf } from "../logicalPlan.js";
import { attributeOf } from "../attributeOf.js";
import { outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { expressionChildren, foldExpression, someExpression, withExpressionChildren } from "../../expression/traverse.js";
import { extractGenerators, withoutGenerators } from "./generate.js";
import { resolveNamed, resolveOutputs } from "./names.js";
import { Scope } from "./scope.js";
import { WindowCollector } from "./timeWindow.js";

/** GROUP BY: the grouping resolved and named, aggregate calls apart from what is computed with them (a Project on top). */
export function resolveAggregate(plan: NodeOf<"aggregate">, context: AnalysisContext): LogicalPlan {
  const windows = new WindowCollector(context);
  const scope = new Scope(outputOf(plan.input), context, windows);
  const { items: outputs, restore } = withoutGenerators(plan.aggregates);
  const grouping = plan.grouping.map((e) => resolveNamed(ordinal(e, outputs), scope));
  const items = resolveOutputs(outputs, scope);
  const aggregated = aggregateOver(grouping, items, windows.over(plan.input));
  if (restore === null) return aggregated;
  const columns = outputOf(aggregated);
  const above = extractGenerators(restore(columns), aggregated, new Scope(columns, context));
  return { kind: "project", expressions: above.items, input: above.input };
}

/** `GROUP BY 1` is the first item of the output. */
function ordinal(e: Expression, outputs: readonly Expression[]): Expression {
  if (e.kind !== "literal" || e.type.kind !== "int" || typeof e.value !== "number") return e;
  return outputs[e.value - 1] ?? e;
}

/** The aggregation of resolved, named items. */
export function aggregateOver(grouping: readonly NamedExpression[], items: readonly NamedExpression[], input: LogicalPlan): LogicalPlan {
  const { outputs, splitter, aggregate } = split(grouping, items, [], input);
  const direct = outputs.every((e) => e.kind === "attribute");
  const aggregates = splitter.definitions(direct ? outputs : splitter.used);
  // The same column asked for twice is put out once below, and named twice above.
  const repeated = direct && aggregates.length < outputs.length;
  const node: LogicalPlan = { ...aggregate, aggregates };
  return direct && !repeated ? node : { kind: "project", expressions: outputs, input: node };
}

/** An aggregation, and what was asked for over its columns. */
export interface SplitAggregate {
  readonly aggregate: LogicalPlan;
  readonly items: readonly NamedExpression[];
  readonly others: readonly Expression[];
}

/** The aggregation that items and other expressions (of HAVING, ORDER BY) need, with both over its columns. */
export function splitAggregate(
  grouping: readonly NamedExpression[],
  items: readonly NamedExpression[],
  others: readonly Expression[],
  input: LogicalPlan,
): SplitAggregate {
  const { outputs, rest, splitter, aggregate } = split(grouping, items, others, input);
  return { aggregate: { ...aggregate, aggregates: splitter.definitions(splitter.used) }, items: outputs, others: rest };
}

function split(grouping: readonly NamedExpression[], items: readonly NamedExpression[], others: readonly Expression[], input: LogicalPlan) {
  for (const e of grouping) checkGrouping(e);
  const splitter = new Splitter(grouping, new Set(outputOf(input).map(({ id }) => id)));
  const outputs = items.map((item) => splitter.output(item));
  const rest = others.map((e) => splitter.expression(e));
  return { outputs, rest, splitter, aggregate: { kind: "aggregate", grouping, aggregates: [], input } as const };
}

function checkGrouping(e: NamedExpression): void {
  const child = e.kind === "alias" ? e.child : e;
  if (someExpression(child, (part) => part.kind === "aggregateCall"))
    throw new StreamingError("GROUP_BY_AGGREGATE", { sqlExpr: `"${sqlText(child)}"` });
  if (someExpression(child, (part) => part.kind === "windowCall"))
    throw new StreamingError("UNSUPPORTED_EXPR_FOR_OPERATOR", { operator: "Aggregate", invalidExprSqls: `"${sqlText(child)}"` });
  const type = typeOf(child);
  if (!isOrderable(type)) throw notYetSupported(`grouping by ${sqlText(child)}, whose type is ${sqlTypeName(type)},`);
}

function dedupe(attributes: readonly Attribute[]): Attribute[] {
  return [...new Map(attributes.map((a) => [a.id, a])).values()];
}

/** Takes output items apart into grouping columns, aggregate calls, and what is computed of them. */
class Splitter {
  /** The aliases of aggregate calls, by the id of their attribute. */
  readonly calls = new Map<number, Alias>();
  /** What the items above read of the aggregation, in the order of first use. */
  readonly used: Attribute[] = [];
  private readonly groups = new Map<string, Attribute>();
  private readonly callKeys = new Map<string, Attribute>();

  constructor(
    private readonly grouping: readonly NamedExpression[],
    /** The columns of the rows; others are those of a query around this one. */
    private readonly columns: ReadonlySet<number>,
  ) {
    for (const e of grouping) this.groups.set(expressionKey(e), attributeOf(e));
  }

  /** The output column of an item: an attribute of the aggregation where it is one, else an alias over such attributes. */
  output(item: NamedExpression): Attribute | Alias {
    const group = this.groups.get(expressionKey(item));
    if (group !== undefined && (item.kind === "attribute" || item.id === group.id || item.name === group.name)) return this.use(group);
    if (item.kind === "attribute") return this.missing(item, item);
    if (item.child.kind === "aggregateCall") {
      const key = expressionKey(item.child);
      if (!this.callKeys.has(key)) return this.use(this.define(key, item));
    }
    return { ...item, child: this.rewrite(item.child, item) };
  }

  /** An expression over the columns of the aggregation. */
  expression(e: Expression): Expression {
    return this.rewrite(e, { kind: "alias", child: e, name: "", id: 0 });
  }

  /** What the aggregation puts out for these columns. */
  definitions(wanted: readonly (Attribute | Alias)[]): readonly NamedExpression[] {
    return dedupe(wanted.filter((e) => e.kind === "attribute")).map((attribute) => this.calls.get(attribute.id) ?? attribute);
  }

  private rewrite(whole: Expression, item: NamedExpression): Expression {
    const parts = (e: Expression): readonly Expression[] =>
      e.kind === "aggregateCall" || this.groups.has(expressionKey(e)) ? [] : expressionChildren(e);
    const rewritten = (e: Expression, children: readonly Expression[]): Expression => {
      const group = this.groups.get(expressionKey(e));
      if (group !== undefined) return this.use(group);
      if (e.kind === "aggregateCall") return this.use(this.callOf(e));
      if (e.kind === "attribute") return this.columns.has(e.id) ? this.missing(e, item) : e;
      return withExpressionChildren(e, children);
    };
    return foldExpression(whole, rewritten, { parts });
  }

  private callOf(e: AggregateCall): Attribute {
    const key = expressionKey(e);
    return this.callKeys.get(key) ?? this.define(key, { kind: "alias", child: e, name: sqlText(e), id: freshId() });
  }

  private define(key: string, alias: Alias): Attribute {
    const attribute = attributeOf(alias);
    this.calls.set(alias.id, alias);
    this.callKeys.set(key, attribute);
    return attribute;
  }

  private use(attribute: Attribute): Attribute {
    this.used.push(attribute);
    return attribute;
  }

  private missing(column: Attribute, item: NamedExpression): never {
    if (this.grouping.length === 0)
      throw new StreamingError("MISSING_GROUP_BY", { expression: `"${sqlText(item.kind === "alias" ? item.child : item)}"` });
    throw new StreamingError("MISSING_AGGREGATION", { expression: `"${column.name}"`, expressionAnyValue: `"any_value(${column.name})"` });
  }
}
