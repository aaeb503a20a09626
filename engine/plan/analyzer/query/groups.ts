import { unreachable } from "../../../errors/assert.js";
import { StreamingError } from "../../../errors/streamingError.js";
import type { Expression } from "../../../expression/expression.js";
import { expressionNodes, someExpression } from "../../../expression/traverse.js";
import { expressionKey } from "../../../expression/expressionKey.js";
import type { NamedExpression } from "../../logicalPlan.js";
import { sqlText } from "../../sqlText.js";
import type { Grouping, GroupingItem, GroupingSet } from "../../unresolved.js";
import { resolveNamed } from "../names.js";
import type { Scope } from "../scope.js";

/** What rows are grouped by: keys, and which of them at a time (places among the keys); `sets` is null when it is all of them, once. */
export interface Groups {
  readonly keys: readonly NamedExpression[];
  readonly sets: Sets | null;
}

type Sets = readonly (readonly number[])[];

/**
 * The keys of GROUP BY: items of the list by position, columns, aliases of the list where no column has the name.
 *
 * @param scope the columns of the rows, and the aliases of the list behind them
 */
export function resolveGroups(grouping: Grouping | null, items: readonly NamedExpression[], scope: Scope): Groups {
  if (grouping === null) return { keys: [], sets: null };
  if (grouping.kind === "all") return { keys: groupedByAll(items), sets: null };
  const keys: NamedExpression[] = [];
  const places = new Map<string, number>();
  const place = (e: Expression): number => {
    const key = groupKey(e, items, scope);
    const text = expressionKey(key);
    if (!places.has(text)) places.set(text, keys.push(key) - 1);
    return places.get(text)!;
  };
  // `GROUP BY a, b GROUPING SETS (…)`: all that may be in a set, in this order.
  for (const e of grouping.keys ?? []) place(e);
  const whole: readonly GroupingItem[] =
    grouping.with === null ? grouping.items : [{ kind: grouping.with, sets: grouping.items.flatMap(expressionsOf).map((e) => [e]) }];
  const parts = whole.map((item) => setsOf(item, place));
  if (whole.every(({ kind }) => kind === "expression")) return { keys, sets: null };
  return { keys, sets: parts.reduce(multiply, [[]]) };
}

/** Calls of `window` and `session_window` in GROUP BY, whose columns the list may read by their names. */
export function windowsOfGroups(grouping: Grouping | null): readonly Expression[] {
  if (grouping === null || grouping.kind === "all") return [];
  return grouping.items.flatMap(expressionsIn).flatMap((e) => [...expressionNodes(e)].filter(isWindowCall));
}

function isWindowCall(e: Expression): boolean {
  return e.kind === "unresolvedFunction" && windowFunctions.has(e.name.toLowerCase()) && e.over === undefined;
}

const windowFunctions = new Set(["window", "session_window"]);

function expressionsIn(item: GroupingItem | GroupingSet): readonly Expression[] {
  switch (item.kind) {
    case "expression":
      return [item.expression];
    case "set":
      return item.expressions;
    case "groupingSets":
      return item.sets.flatMap(expressionsIn);
    case "rollup":
    case "cube":
      return item.sets.flat();
    default:
      return unreachable(item);
  }
}

function groupedByAll(items: readonly NamedExpression[]): readonly NamedExpression[] {
  const keys = items.filter((item) => !holdsAggregate(item));
  for (const item of items) {
    if (holdsAggregate(item) && readsBesideAggregates(valueOf(item), new Set(keys.map(expressionKey))))
      throw new StreamingError("UNRESOLVED_ALL_IN_GROUP_BY");
  }
  return keys;
}

function readsBesideAggregates(e: Expression, keys: ReadonlySet<string>): boolean {
  if (e.kind === "aggregateCall" || keys.has(expressionKey(e))) return false;
  if (e.kind === "attribute") return true;
  return e.kind === "call"
    ? e.args.some((arg) => readsBesideAggregates(arg, keys))
    : e.kind === "cast" && readsBesideAggregates(e.child, keys);
}

function valueOf(item: NamedExpression): Expression {
  return item.kind === "alias" ? item.child : item;
}

/** @throws GROUP_BY_POS_OUT_OF_RANGE, GROUP_BY_POS_AGGREGATE */
function groupKey(e: Expression, items: readonly NamedExpression[], scope: Scope): NamedExpression {
  if (e.kind !== "literal" || e.type.kind !== "int" || typeof e.value !== "number") return resolveNamed(e, scope);
  const item = items[e.value - 1];
  if (item === undefined) throw new StreamingError("GROUP_BY_POS_OUT_OF_RANGE", { index: String(e.value), size: String(items.length) });
  if (holdsAggregate(item)) throw new StreamingError("GROUP_BY_POS_AGGREGATE", { index: String(e.value), aggExpr: sqlText(valueOf(item)) });
  return item;
}

function holdsAggregate(item: Expression): boolean {
  return someExpression(item, (e) => e.kind === "aggregateCall");
}

function expressionsOf(item: GroupingItem): readonly Expression[] {
  return item.kind === "expression" ? [item.expression] : [];
}

function setsOf(item: GroupingItem | GroupingSet, place: (e: Expression) => number): Sets {
  switch (item.kind) {
    case "expression":
      return [[place(item.expression)]];
    case "set":
      return [item.expressions.map(place)];
    case "groupingSets":
      return item.sets.flatMap((set) => setsOf(set, place));
    case "rollup": {
      const sets = item.sets.map((set) => set.map(place));
      return Array.from({ length: sets.length + 1 }, (_, i) => sets.slice(0, sets.length - i).flat());
    }
    case "cube": {
      const sets = item.sets.map((set) => set.map(place));
      return Array.from({ length: 2 ** sets.length }, (_, mask) =>
        sets.flatMap((set, i) => ((mask >> (sets.length - 1 - i)) & 1 ? [] : set)),
      );
    }
    default:
      return unreachable(item);
  }
}

function multiply(a: Sets, b: Sets): Sets {
  return a.flatMap((left) => b.map((right) => [...new Set([...left, ...right])]));
}
