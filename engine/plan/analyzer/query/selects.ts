import { StreamingError } from "../../../errors/streamingError.js";
import { freshId, type Alias, type Attribute, type Expression, type SortOrder } from "../../../expression/expression.js";
import { expressionChildren, mapChildren, referencesOf, someExpression } from "../../../expression/traverse.js";
import { attributeOf } from "../../attributeOf.js";
import { expressionKey } from "../../../expression/expressionKey.js";
import type { AnalyzedPlan, LogicalPlan, NamedExpression } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import { sqlText } from "../../sqlText.js";
import type { Select } from "../../unresolved.js";
import { aggregateOver, splitAggregate, type SplitAggregate } from "../aggregate.js";
import { analyze, finish } from "../analyze.js";
import { booleanCondition, checkNoWindowCall } from "../filter.js";
import { extractGenerators, generatesFromAggregates, withoutGenerators } from "../generate.js";
import { withMetadataColumns } from "../metadataColumns.js";
import { resolveOutputs } from "../names.js";
import { resolveExpression } from "../resolveExpression.js";
import { quoted, Scope, type Aliases } from "../scope.js";
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
  const listed: Groups | null = select.grouping && resolveGroups(select.grouping, items, scope.withAliases(firstAliasesOf(items)));
  const parts: Parts = {
    items,
    having: select.having && havingOf(select.having, scope.withPreferred(besideKeys(aliases, listed))),
    qualify: select.qualify && condition(select.qualify, above),
    order:
      ordering === null
        ? []
        : ordering(items.map(valueOf)).map((item) => checkSortOrder({ ...item, child: keyOf(item.child, items, above) })),
  };
  if (parts.qualify !== null && ![...items, parts.qualify].some(holdsWindowCall))
    throw new StreamingError("QUALIFY_REQUIRES_WINDOW_FUNCTION");
  const groups = listed ?? (isGrouped(select, parts) ? resolveGroups(null, items, scope) : null);
  const over = windows.over(generated.input);
  return groups === null
    ? overList(parts, over, select.distinct, global, environment)
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

function havingOf(e: Expression, scope: Scope): Expression {
  const having = condition(e, scope);
  checkNoWindowCall(having, "HAVING");
  return having;
}

function valueOf(item: NamedExpression): Expression {
  return item.kind === "alias" ? item.child : item;
}

/** What the names of the list stand for; null where several columns have one. */
function aliasesOf(items: readonly NamedExpression[]): Aliases {
  const found = new Map<string, NamedExpression | null>();
  for (const item of items) {
    const name = item.name.toLowerCase();
    const before = found.get(name);
    const isOther = before !== undefined && before?.id !== item.id;
    found.set(name, isOther ? null : item);
  }
  return new Map([...found].map(([name, item]) => [name, item && valueOf(item)] as const));
}

/** What a name of the list means in GROUP BY: the first column that has it. */
function firstAliasesOf(items: readonly NamedExpression[]): Aliases {
  return new Map(items.toReversed().map((item) => [item.name.toLowerCase(), valueOf(item)] as const));
}

/** In HAVING a column that the rows are grouped by comes before a column of the list with its name. */
function besideKeys(aliases: Aliases, groups: Groups | null): Aliases {
  const keys = new Set((groups?.keys ?? []).map(valueOf).flatMap((key) => (key.kind === "attribute" ? [key.name.toLowerCase()] : [])));
  return new Map([...aliases].filter(([name]) => !keys.has(name)));
}

/** A key of ORDER BY. What names several columns is refused like what names none, as in Spark. */
function keyOf(e: Expression, items: readonly NamedExpression[], scope: Scope): Expression {
  try {
    return resolveExpression(e, scope);
  } catch (error) {
    if (!(error instanceof StreamingError) || error.condition !== "AMBIGUOUS_REFERENCE") throw error;
    const proposal = items.map(({ name }) => quoted([name])).join(", ");
    throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName: error.parameters["name"]!, proposal });
  }
}

/** Whether the rows are put in groups: a list of groups, HAVING, or an aggregate function. */
function isGrouped({ grouping, having }: Select, { items, order, qualify }: Parts): boolean {
  if (grouping !== null || having !== null || [...items, ...(qualify === null ? [] : [qualify])].some(holdsAggregate)) return true;
  const ordered = order.find(holdsAggregate);
  if (ordered === undefined) return false;
  throw new StreamingError("UNSUPPORTED_EXPR_FOR_OPERATOR", { operator: "Sort", invalidExprSqls: `"${sqlText(ordered.child)}"` });
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
  const split = splitOver(expanded);
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
  return overList(over, plan, distinct, global, environment);
}

/** What HAVING and ORDER BY read is of the groups, or of the list. @throws UNRESOLVED_COLUMN.WITH_SUGGESTION for other columns of the rows */
function splitOver({ grouping, items, others, input }: ReturnType<typeof expandGroups>): SplitAggregate {
  try {
    return splitAggregate(grouping, items, others, input);
  } catch (error) {
    const isMissing = error instanceof StreamingError && ["MISSING_AGGREGATION", "MISSING_GROUP_BY"].includes(error.condition);
    if (!isMissing) throw error;
    splitAggregate(grouping, items, [], input);
    const missing = others.flatMap((e) => missingColumns(e, grouping, input))[0];
    if (missing === undefined) throw error;
    const proposal = items.map(({ name }) => quoted([name])).join(", ");
    throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName: quoted([missing.name]), proposal });
  }
}

/** The columns of the rows that an expression reads beside its aggregate functions and the groups. */
function missingColumns(e: Expression, grouping: readonly NamedExpression[], input: LogicalPlan): readonly Attribute[] {
  const groups = new Set(grouping.map(expressionKey));
  const columns = new Set(outputOf(input).map(({ id }) => id));
  const missing = (part: Expression): readonly Attribute[] => {
    if (part.kind === "aggregateCall" || groups.has(expressionKey(part))) return [];
    if (part.kind === "attribute") return columns.has(part.id) ? [part] : [];
    return expressionChildren(part).flatMap(missing);
  };
  return missing(e);
}

/** The list over rows (or groups): windows, QUALIFY, DISTINCT and the order, with what only the order reads carried up to it. */
function overList(parts: Parts, rows: LogicalPlan, distinct: boolean, global: boolean, environment: Environment): AnalyzedPlan {
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
