import { conjunctsOf } from "../../expression/conjuncts.js";
import { freshId, type Alias, type Attribute, type Expression } from "../../expression/expression.js";
import { referencesOf, rewriteExpression } from "../../expression/traverse.js";
import { attributeOf } from "../attributeOf.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { orEmpty } from "./decorrelate.js";
import { isCorrelated } from "./freeAttributes.js";
import { pullUpConditions } from "./pullUpConditions.js";

/** A correlated aggregate as a table with a row a key: what a row around it has to equal, and its value there. */
export interface GroupedSubquery {
  readonly plan: LogicalPlan;
  readonly condition: Expression;
  /** Over the columns of `plan`, which are null for rows without a partner. */
  readonly value: Expression;
}

/**
 * `(SELECT max(name) FROM d WHERE d.key = rows.key)`, grouped by the key: the rows around it are not aggregated, as `decorrelate` would, which a stream cannot
 * have. Null for queries of another form.
 */
export function groupedSubquery(query: LogicalPlan, outer: readonly Attribute[]): GroupedSubquery | null {
  const over = query.kind === "project" ? query : null;
  const aggregate = over === null ? query : over.input;
  if (aggregate.kind !== "aggregate" || aggregate.grouping.length > 0) return null;
  const ids = new Set(outer.map(({ id }) => id));
  const pulled = pullUpConditions(aggregate.input);
  if (pulled === null || aggregate.aggregates.some((e) => readsAny(e, ids)) || over?.expressions.some((e) => readsAny(e, ids))) return null;
  const keys: Alias[] = [];
  for (const term of conjunctsOf(pulled.condition)) {
    const inner = innerSide(term, ids);
    if (inner === null) return null;
    keys.push({ kind: "alias", child: inner, name: "key", id: freshId() });
  }
  const plan: LogicalPlan = {
    ...aggregate,
    grouping: keys.map(attributeOf),
    aggregates: [...aggregate.aggregates, ...keys.map(attributeOf)],
    input: { kind: "project", expressions: [...outputOf(pulled.plan), ...keys], input: pulled.plan },
  };
  return isCorrelated(plan) ? null : { plan, condition: overKeys(pulled.condition, keys), value: valueOf(over, aggregate) };
}

function readsAny(e: Expression, ids: ReadonlySet<number>): boolean {
  return [...referencesOf(e)].some((id) => ids.has(id));
}

/** Of `inner = outer` the first; null for other terms. */
function innerSide(term: Expression, outer: ReadonlySet<number>): Expression | null {
  if (term.kind !== "call" || term.name !== "=") return null;
  const [left, right] = term.args;
  const isOuter = (e: Expression): boolean => [...referencesOf(e)].every((id) => outer.has(id));
  if (isOuter(left!)) return readsAny(right!, outer) ? null : right!;
  return isOuter(right!) && !readsAny(left!, outer) ? left! : null;
}

/** The condition with the sides that are keys now as their columns. */
function overKeys(condition: Expression, keys: readonly Alias[]): Expression {
  const columns = new Map<Expression, Attribute>(keys.map((key) => [key.child, attributeOf(key)]));
  return rewriteExpression(condition, (part) => columns.get(part) ?? part);
}

function valueOf(over: NodeOf<"project"> | null, { aggregates }: NodeOf<"aggregate">): Expression {
  const places = new Map(aggregates.map((e) => [attributeOf(e).id, e.kind === "alias" ? orEmpty(e) : e]));
  const item = over === null ? attributeOf(aggregates[0]!) : over.expressions[0]!;
  const value = item.kind === "alias" ? item.child : item;
  return rewriteExpression(value, (part) => (part.kind === "attribute" ? (places.get(part.id) ?? part) : part));
}
