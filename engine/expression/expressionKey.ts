import type { DataType } from "../arrow/types.js";
import type { Expression, QueryPlan } from "./expression.js";
import { foldExpression } from "./traverse.js";

const keys = new WeakMap<Expression, string>();

/**
 * A text that two resolved expressions share exactly when they compute the same from the same attributes: names, aliases, qualifiers and nullability do not count. Two
 * random calls share it when they draw the same numbers.
 *
 * It is made of the keys of the parts, long ones of their digest: a chain of n operators costs n, not the n² characters of the texts of all its parts.
 */
export function expressionKey(e: Expression): string {
  return foldExpression<string>(e, makeKey, { known: keys });
}

function makeKey(e: Expression, parts: readonly string[]): string {
  if (e.kind === "alias") return parts[0]!;
  const inOrder = e.kind === "call" && commutative.has(e.name) ? parts.toSorted() : parts;
  const key = `${headOf(e)}(${inOrder.join()})`;
  return key.length <= longestKey ? key : digestOf(key);
}

/** What computes the same with its arguments changed about, as `GROUP BY 1 + x ORDER BY x + 1` has them. */
const commutative = new Set(["+", "*", "=", "<=>", "&", "|", "^"]);

const longestKey = 256;

/** Four hashes of 32 bits, each of its own. */
function digestOf(text: string): string {
  let [a, b, c, d] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x27d4eb2f) + (b >>> 15);
    c = Math.imul(c + unit, 0x165667b1) ^ (c >>> 13);
    d = (Math.imul(d, 33) ^ unit) + (d >>> 7);
  }
  return `digest:${[text.length, a, b, c, d].map((part) => (part >>> 0).toString(36)).join(".")}`;
}

/** All that says what an expression computes, its children aside. */
function headOf(e: Expression): string {
  switch (e.kind) {
    case "attribute":
    case "lambdaVariable":
      return `#${e.id}`;
    case "literal":
      return `${JSON.stringify(e.value, plain)}:${typeKey(e.type)}`;
    case "call":
      return `${e.name}/${e.evalMode}/${typeKey(e.type)}/${JSON.stringify([e.options ?? null, e.zone ?? null, e.draw ?? null])}`;
    case "cast":
      return `cast/${e.evalMode}/${typeKey(e.type)}/${e.zone ?? ""}`;
    case "aggregateCall":
      return `aggregate ${e.name}/${e.evalMode}/${e.distinct}/${e.filter !== null}/${typeKey(e.type)}`;
    case "subquery":
      // Each is a query of its own.
      return `subquery ${e.form} ${queryNumber(e.query)} ${e.values.length}`;
    case "windowCall": {
      const counts = [e.args.length, e.filter === null ? 0 : 1, e.partition.length];
      return `window ${e.name}/${e.evalMode}/${e.ignoreNulls}/${counts.join()}/${JSON.stringify([e.frame, e.type], plain)}`;
    }
    case "sortOrder":
      return `order ${e.descending} ${e.nullsFirst}`;
    case "lambda":
      return `lambda ${e.parameters.map(({ id }) => id).join()}`;
    default:
      return JSON.stringify(e, plain);
  }
}

const typeKeys = new WeakMap<DataType, string>();

function typeKey(type: DataType): string {
  let key = typeKeys.get(type);
  if (key === undefined) typeKeys.set(type, (key = JSON.stringify(type)));
  return key;
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
