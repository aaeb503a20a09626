import type { Expression, QueryPlan } from "./expression.js";

const keys = new WeakMap<Expression, string>();

/**
 * A text that two resolved expressions share exactly when they compute the same from the same attributes: names, aliases, qualifiers and nullability do not count. Two
 * random calls share it when they draw the same numbers.
 */
export function expressionKey(e: Expression): string {
  let key = keys.get(e);
  if (key === undefined) keys.set(e, (key = makeKey(e)));
  return key;
}

function makeKey(e: Expression): string {
  switch (e.kind) {
    case "attribute":
    case "lambdaVariable":
      return `#${e.id}`;
    case "alias":
      return expressionKey(e.child);
    case "literal":
      return `${JSON.stringify(e.value, plain)}:${JSON.stringify(e.type)}`;
    case "call": {
      const own = [e.type, e.options ?? null, e.zone ?? null, e.draw ?? null];
      return `${e.name}/${e.evalMode}(${e.args.map(expressionKey).join()})${JSON.stringify(own)}`;
    }
    case "cast":
      return `cast/${e.evalMode}(${expressionKey(e.child)})${JSON.stringify([e.type, e.zone ?? null])}`;
    case "aggregateCall": {
      const filter = e.filter === null ? "" : expressionKey(e.filter);
      return `aggregate ${e.name}/${e.evalMode}(${e.distinct ? "distinct " : ""}${e.args.map(expressionKey).join()})[${filter}]${JSON.stringify(e.type)}`;
    }
    case "subquery":
      // Each is a query of its own.
      return `subquery ${e.form} ${queryNumber(e.query)}(${e.values.map(expressionKey).join()})(${e.given.map(expressionKey).join()})`;
    case "windowCall":
      return `window ${e.name}/${e.evalMode}(${e.args.map(expressionKey).join()})[${e.filter === null ? "" : expressionKey(e.filter)}] ${e.ignoreNulls} (${e.partition.map(expressionKey).join()})(${e.order.map(expressionKey).join()})${JSON.stringify([e.frame, e.type], plain)}`;
    case "sortOrder":
      return `${expressionKey(e.child)} ${e.descending} ${e.nullsFirst}`;
    case "lambda":
      return `(${e.parameters.map(expressionKey).join()})->${expressionKey(e.body)}`;
    default:
      return JSON.stringify(e, plain);
  }
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0";
  return value instanceof Uint8Array ? [...value] : value;
}

const queryNumbers = new WeakMap<QueryPlan, number>();
let queries = 0;

function queryNumber(query: QueryPlan): number {
  let number = queryNumbers.get(query);
  if (number === undefined) queryNumbers.set(query, (number = ++queries));
  return number;
}
