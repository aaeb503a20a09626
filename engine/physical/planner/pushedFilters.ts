import type { PushedFilter } from "../../contract/source.js";
import type { Value } from "../../arrow/value.js";
import type { Expression } from "../../expression/expression.js";

const flipped = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

/**
 * A condition as a filter that a source may apply: a top-level column against a literal of the very same type, or several of one column. Null when it is not of that form;
 * the engine then applies it itself.
 */
export function pushedFilter(condition: Expression): PushedFilter | null {
  if (condition.kind !== "call") return null;
  const [left, right] = condition.args;
  switch (condition.name) {
    case "isnull":
    case "isnotnull":
      return left?.kind === "attribute" ? { op: condition.name === "isnull" ? "isNull" : "isNotNull", column: [left.name] } : null;
    case "=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return comparison(condition.name, left!, right!);
    case "not":
      return unequal(pushedFilter(left!));
    case "and":
    case "or":
      return ofOneColumn(condition.name, condition.args);
    case "in":
      return membership(left!, condition.args.slice(1));
    default:
      return null;
  }
}

function unequal(filter: PushedFilter | null): PushedFilter | null {
  return filter?.op === "=" ? { ...filter, op: "<>" } : null;
}

/** Conditions that all are of the same column. */
function ofOneColumn(op: "and" | "or", conditions: readonly Expression[]): PushedFilter | null {
  const filters = conditions.map(pushedFilter).filter((filter) => filter !== null);
  const [first] = filters;
  if (first === undefined || filters.length < conditions.length || filters.some(({ column }) => column[0] !== first.column[0])) return null;
  return { op, column: first.column, filters };
}

function comparison(op: keyof typeof flipped, left: Expression, right: Expression): PushedFilter | null {
  if (left.kind === "attribute" && right.kind === "literal" && right.value !== null) return { op, column: [left.name], value: right.value };
  if (left.kind === "literal" && left.value !== null && right.kind === "attribute")
    return { op: flipped[op], column: [right.name], value: left.value };
  return null;
}

function membership(value: Expression, list: readonly Expression[]): PushedFilter | null {
  if (value.kind !== "attribute") return null;
  const values: Value[] = [];
  for (const item of list) {
    if (item.kind !== "literal" || item.value === null) return null;
    values.push(item.value);
  }
  return { op: "in", column: [value.name], values };
}
