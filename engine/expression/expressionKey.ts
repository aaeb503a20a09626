import type { Expression } from "./expression.js";

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
