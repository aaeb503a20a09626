import { sqlTypeName } from "../../arrow/types.js";
import type { Expression } from "../expression.js";
import { literalText } from "../literalText.js";
import { shownName } from "../userNames.js";
import { foldExpression } from "../traverse.js";

const infix = new Set(["+", "-", "*", "/", "%", "div", "=", "<", ">", "<=", ">=", "<=>", "and", "or", "&", "|", "^", "<<", ">>", ">>>"]);

/** A short SQL-like text of an expression, for the parameters of errors. */
export function describe(whole: Expression): string {
  return foldExpression<string>(whole, (e, parts) => shortened(textOf(e, parts)));
}

/** Longer than any text that is of use in a message. */
const longestText = 10_000;

function shortened(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText / 2)}...` : text;
}

function textOf(e: Expression, parts: readonly string[]): string {
  switch (e.kind) {
    case "literal":
      return literalText(e.value, e.type, "UTC");
    case "attribute":
    case "lambdaVariable":
      return e.name;
    case "alias":
    case "sortOrder":
    case "lambda":
      return parts[0]!;
    case "cast":
      return `${e.evalMode === "try" ? "TRY_CAST" : "CAST"}(${parts[0]} AS ${sqlTypeName(e.type)})`;
    case "call":
    case "aggregateCall":
    case "unresolvedFunction":
      return callText(e.name, parts.slice(0, e.args.length));
    case "unresolvedAttribute":
      return e.parts.join(".");
    default:
      return e.kind;
  }
}

/** The text of a call: infix for operators, `name(a, b)` else. */
export function describeCall(name: string, args: readonly Expression[]): string {
  return callText(name, args.map(describe));
}

function callText(name: string, texts: readonly string[]): string {
  if (texts.length === 2 && infix.has(name)) return `(${texts[0]} ${name.toUpperCase()} ${texts[1]})`;
  if (name === "in") return `(${texts[0]} IN (${texts.slice(1).join(", ")}))`;
  if (name === "getField") return texts.join(".");
  return `${shownName(name)}(${texts.join(", ")})`;
}
