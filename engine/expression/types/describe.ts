import { sqlTypeName } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Expression } from "../expression.js";

const infix = new Set(["+", "-", "*", "/", "%", "div", "=", "<", ">", "<=", ">=", "<=>", "and", "or", "&", "|", "^", "<<", ">>", ">>>"]);

/** A short SQL-like text of an expression, for the parameters of errors. */
export function describe(e: Expression): string {
  switch (e.kind) {
    case "literal":
      return describeLiteral(e.value);
    case "attribute":
    case "lambdaVariable":
      return e.name;
    case "alias":
    case "sortOrder":
    case "lambda":
      return describe(e.kind === "lambda" ? e.body : e.child);
    case "cast":
      return `${e.evalMode === "try" ? "TRY_CAST" : "CAST"}(${describe(e.child)} AS ${sqlTypeName(e.type)})`;
    case "call":
    case "aggregateCall":
    case "unresolvedFunction":
      return describeCall(e.name, e.args);
    case "unresolvedAttribute":
      return e.parts.join(".");
    default:
      return e.kind;
  }
}

/** The text of a call: infix for operators, `name(a, b)` else. */
export function describeCall(name: string, args: readonly Expression[]): string {
  const texts = args.map(describe);
  if (args.length === 2 && infix.has(name)) return `(${texts[0]} ${name.toUpperCase()} ${texts[1]})`;
  if (name === "in") return `(${texts[0]} IN (${texts.slice(1).join(", ")}))`;
  if (name === "getField") return texts.join(".");
  return `${name}(${texts.join(", ")})`;
}

function describeLiteral(value: Value): string {
  if (value === null) return "NULL";
  if (typeof value === "object") return "literal";
  return String(value);
}
