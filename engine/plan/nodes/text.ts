import { typeName } from "../../arrow/types.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { sqlText } from "../sqlText.js";

/** Expressions in a line of `explain()`. */
export function listText(expressions: readonly Expression[]): string {
  return `[${expressions.map((e) => sqlText(e)).join(", ")}]`;
}

/** Columns with their types in a line of `explain()`. */
export function columnsText(output: readonly Attribute[]): string {
  return `[${output.map((a) => `${a.name}: ${typeName(a.type)}`).join(", ")}]`;
}
