import type { ParsedPlan } from "../plan/unresolved.js";
import type { Grammar } from "./tokenStream.js";

/** The operator and its right side; also behind `|>`. */
export function readSetOperation(grammar: Grammar, left: ParsedPlan, right: () => ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  const { word } = tokens.next();
  const all = tokens.accept("ALL");
  if (!all) tokens.accept("DISTINCT");
  const byName = tokens.accept("BY", "NAME");
  const operation = word === "UNION" ? "union" : word === "INTERSECT" ? "intersect" : "except";
  return { kind: "setQuery", operation, all, byName, left, right: right() };
}
