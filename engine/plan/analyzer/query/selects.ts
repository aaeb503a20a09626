import { StreamingError } from "../../../errors/streamingError.js";
import { freshId, type Alias, type Attribute, type Expression, type SortOrder } from "../../../expression/expression.js";
import { mapChildren, referencesOf, someExpression } from "../../../expression/traverse.js";
import { attributeOf } from "../../attributeOf.js";
import { expressionKey } from "../../../expression/expressionKey.js";
import type { AnalyzedPlan, LogicalPlan, NamedExpression } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import { sqlText } from "../../sqlText.js";
import type { Select } from "../../unresolved.js";
import { aggregateOver, splitAggregate } from "../aggregate.js";
import { analyze, finish } from "../analyze.js";
import { booleanCondition } from "../filter.js";
import { extractGenerators, generatesFromAggregates, withoutGenerators } from "../generate.js";
import { withMetadataColumns } from "../metadataColumns.js";
import { resolveOutputs } from "../names.js";
import { resolveExpression } from "../resolveExpression.js";
import { Scope } from "../scope.js";
import { checkSortOrder } from "../sort.js";
import { WindowCollector } from "../timeWindow.js";
import { extractWindowCalls } from "../windowNodes.js";
import { distinct as distinctRows } from "./distinct.js";
import type { Environment } from "./environment.js";
import { resolveGroups, windowsOfGroups, type Groups } from "./groups.js";
import { expandGroups } from "./groupingSets.js";
import { oneRow } from "./oneRow.js";
import { checkedWindows, withNamedWindows } from "./windows.js";

/** The items of an ORDER BY, given what the select list is. */
export type Ordering = (items: readonly Expression[]) => readonly SortOrder[];

/** SELECT: FROM, then WHERE, then the groups, then HAVING, the windows, QUALIFY, the list and DISTINCT. */
export function resolveSelect(select: Select, environment: Environment): AnalyzedPlan {
  return orderedSelect(select, null, true, environment);
}

/** A select list and the clauses around it, resolved over the rows that it reads. */
interface Parts {
  readonly items: readonly NamedExpression[];
  readonly having: Expression | null;
  readonly qualify: Expression | null;
  readonly order: readonly SortOrder[];
}

/**
 * SELECT under an ORDER BY, which may name what the list leaves out, and what only a grouping has (`ORDER BY count(*)`).
 *
 * @param ordering null when there is no order
 */
export function orderedSelect(given: Select, ordering: Ordering | null, global: boolean, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const select = named(given);
  if (select.grouping !== null || generatesFromAggregates(select.items)) {
    const { items, restore } = withoutGenerators(select.items);
    if (restore !== null) return generatedFromGroups({ ...select, items }, restore, ordering, global, environment);
  }
  const from = select.from === null ? oneRow(context) : environment.analyze(select.from, environment);
  const rows = select.where === null ? from : analyze({ kind: "filter", condition: select.where, input: from }, context);
  return withMetadataColumns([rows], ([input]) => selectOver(select, input!, ordering, global, environment));
}

/** A select list, and what stands behind it, over the rows of FROM and WHERE. */
function selectOver(select: Select, rows: LogicalPlan, ordering: Ordering | null, global: boolean, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const windows = new WindowCollector(context);
  const scope = new Scope(outputOf(rows), context, windows);
  for (const call of windowsOfGroups(select.grouping)) resolveExpression(call, scope);
  const generated = extractGenerators(select.items, rows, scope);
  const items = resolveOutputs(generated.items, scope);
  const aliases = aliasesOf(items);
  const above = scope.withPreferred(aliases);
  const parts: Parts = {
    items,
    having: select.having && condition(select.having, above),
    qualify: select.qualify && condition(select.qualify, above),
    order:
      ordering === null
        ? []
        : ordering(items.map(valueOf)).map((item) => checkSortOrder({ ...item, child: resolveExpression(item.child, above) })),
  };
  const groups = isGrouped(select, parts) ? resolveGroups(select.grouping, items, scope.withAliases(aliases)) : null;
  const over = windows.over(generated.input);
  return groups === null
    ? listed(parts, over, select.distinct, global, environment)
    : grouped(parts, groups, over, select.distinct, global, environment);
}

/** A list with generators over groups: the groups first, then what the generators make of them. */
function generatedFromGroups(
  select: Select,
  restore: (columns: readonly Attribute[]) => readonly Expression[],
  ordering: Ordering | null,
  global: boolean,
  environment: Environment,
): AnalyzedPlan {
  const { context } = environment;
  const groups = orderedSelect({ ...select, distinct: false }, null, true, environment);
  let plan = analyze({ kind: "project", expressions: restore(outputOf(groups)), input: groups }, context);
  if (select.distinct) plan = distinctRows(plan, context);
  return ordering === null ? plan : analyze({ kind: "sort", order: ordering(outputOf(plan)), global, input: plan }, context);
}

/** Windows that are named in OVER, by what the WINDOW clause says of them. */
function named(select: Select): Select {
  const windows = checkedWindows(select.windows);
  const over = (e: Expression): Expression => withNamedWindows(e, windows);
  return { ...select, items: select.items.map(over), qualify: select.qualify && over(select.qualify) };
}

function condition(e: Expression, scope: Scope): Expression {
  const resolved = resolveExpression(e, scope);
  return booleanCondition(resolved, () => `"${sqlText(resolved)}"`, scope.context);
}

function valueOf(item: NamedExpression): Expression {
  return item.kind === "alias" ? item.child : item;
}

/** What the names of the list stand for; a name that stands for two things is none. */
function aliasesOf(items: readonly NamedExpression[]): ReadonlyMap<string, Expression> {
  const found = new Map<string, Expression | null>();
  for (const item of items) {
    const name = item.name.toLowerCase();
    const before = found.get(name);
    const isOther = before !== undefined && (before === null || expressionKey(before) !== expressionKey(valueOf(item)));
    found.set(name, isOther ? null : valueOf(item));
  }
  return new Map([...found].flatMap(([name, e]) => (e === null ? [] : [[name, e] as const])));
}

/** Whether the rows are put in groups: a list of groups, HAVING, or an aggregate function. */
function isGrouped({ grouping, having }: Select, { items, order, qualify }: Parts): boolean {
  return grouping !== null || having !== null || [...items, ...order, ...(qualify === null ? [] : [qualify])].some(holdsAggregate);
}

function holdsAggregate(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "aggregateCall");
}

function holdsWindowCall(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "windowCall");
}

/** The aggregation, and the list over it. */
function grouped(
  parts: Parts,
  groups: Groups,
  rows: LogicalPlan,
  distinct: boolean,
  global: boolean,
  environment: Environment,
): AnalyzedPlan {
  const { context } = environment;
  const { having, qualify, order, items } = parts;
  const others = [...(having === null ? [] : [having]), ...(qualify === null ? [] : [qualify]), ...order.map(({ child }) => child)];
  const expanded = expandGroups(groups, items, others, rows, context);
  if (others.length === 0 && !expanded.items.some(holdsWindowCall)) {
    const plain = finish(aggregateOver(expanded.grouping, expanded.items, expanded.input), context);
    return distinct ? distinctRows(plain, context) : plain;
  }
  const split = splitAggregate(expanded.grouping, expanded.items, expanded.others, expanded.input);
  const rest = [...split.others];
  const overHaving = having === null ? null : rest.shift()!;
  const overQualify = qualify === null ? null : rest.shift()!;
  let plan: LogicalPlan = finish(split.aggregate, context);
  if (overHaving !== null) plan = finish({ kind: "filter", condition: overHaving, input: plan }, context);
  const over: Parts = {
    items: split.items,
    having: null,
    qualify: overQualify,
    order: order.map((item, i) => ({ ...item, child: rest[i]! })),
  };
  return listed(over, plan, distinct, global, environment);
}

/** The list over rows (or groups): windows, QUALIFY, DISTINCT and the order, with what only the order reads carried up to it. */
function listed(parts: Parts, rows: LogicalPlan, distinct: boolean, global: boolean, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const { items, qualify, order } = parts;
  const keys = order.map(({ child }) => child);
  const windowed = extractWindowCalls<Expression>([...items, ...(qualify === null ? [] : [qualify]), ...keys], rows);
  const list = windowed.expressions.slice(0, items.length) as readonly Expression[] as readonly NamedExpression[];
  const rest = windowed.expressions.slice(items.length);
  let { input } = windowed;
  if (qualify !== null) input = finish({ kind: "filter", condition: rest[0]!, input }, context);
  const sortKeys = rest.slice(qualify === null ? 0 : 1);
  const hidden: Alias[] = [];
  const children = sortKeys.map((key) => keyColumn(key, list, hidden, distinct));
  let plan: AnalyzedPlan = finish({ kind: "project", expressions: [...list, ...hidden], input }, context);
  if (distinct) plan = distinctRows(plan, context);
  if (order.length === 0) return plan;
  plan = finish({ kind: "sort", order: order.map((item, i) => ({ ...item, child: children[i]! })), global, input: plan }, context);
  return hidden.length === 0 ? plan : finish({ kind: "project", expressions: list.map(attributeOf), input: plan }, context);
}

/** A key of the order over the columns of the list; where it needs others it is a hidden column itself. */
function keyColumn(key: Expression, list: readonly NamedExpression[], hidden: Alias[], distinct: boolean): Expression {
  const columns = new Map(list.map((item) => [expressionKey(valueOf(item)), attributeOf(item)]));
  const over = inColumns(key, columns);
  const own = new Set(list.map(({ id }) => id));
  if ([...referencesOf(over)].every((id) => own.has(id)) && !holdsSubquery(over)) return over;
  if (distinct) throw unseen(key, list);
  const alias: Alias = { kind: "alias", child: key, name: sqlText(key), id: freshId() };
  hidden.push(alias);
  return attributeOf(alias);
}

function holdsSubquery(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "subquery");
}

function inColumns(e: Expression, columns: ReadonlyMap<string, Attribute>): Expression {
  return columns.get(expressionKey(e)) ?? mapChildren(e, (child) => inColumns(child, columns));
}

/** Of distinct rows only what was selected is left. */
function unseen(key: Expression, list: readonly NamedExpression[]): StreamingError {
  return new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
    objectName: `\`${sqlText(key)}\``,
    proposal: list.map(({ name }) => `\`${name}\``).join(", "),
  });
}
