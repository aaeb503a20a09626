import { types } from "../arrow/types.js";
import { StreamingError } from "../errors/streamingError.js";
import type { Attribute, Call, Expression } from "../expression/expression.js";
import { rewriteExpression, someExpression } from "../expression/traverse.js";
import { sideColumn } from "./lateRows.js";
import type { AnalyzedPlan, LogicalPlan } from "./logicalPlan.js";
import { expressionsOf, mapExpressions, nodesOf, transformUp } from "./transform.js";
import { sqlText } from "./sqlText.js";

/** What becomes of malformed records, where a query says it of all its readers and `from_json` calls. */
export type MalformedPolicy = "null" | "drop" | "fail" | "sideOutput";

/** The same as a `mode` of a reader. No caller of `from_json` may say the second or the last: it is the query that leaves rows out. */
export const malformedModes = {
  null: "PERMISSIVE",
  drop: "DROPMALFORMED",
  fail: "FAILFAST",
  sideOutput: "SIDEOUTPUT",
} as const satisfies Readonly<Record<MalformedPolicy, string>>;

/** The columns of malformed records: where they come from, and their text. */
export function malformedOutput(): readonly Attribute[] {
  return [sideColumn("source", types.string), sideColumn("record", types.string)];
}

/** The plan with that mode in every `from_json` that names none. */
export function withMalformedMode(plan: AnalyzedPlan, policy: MalformedPolicy): AnalyzedPlan {
  const told = (e: Expression): Expression =>
    rewriteExpression(e, (part) =>
      isDecode(part) && !namesMode(part.options ?? {}) ? { ...part, options: { ...part.options, mode: malformedModes[policy] } } : part,
    );
  return transformUp(plan, (node) => (decodes(node) ? mapExpressions(node, told) : node)) as AnalyzedPlan;
}

/** Whether options say by themselves what becomes of malformed records. */
export function namesMode(options: Readonly<Record<string, string>>): boolean {
  return Object.keys(options).some((name) => name.toLowerCase() === "mode");
}

/** Whether some `from_json` of the plan leaves it to the query. */
export function decodesText(plan: AnalyzedPlan): boolean {
  return [...nodesOf(plan)].some((node) =>
    expressionsOf(node).some((e) => someExpression(e, (part) => isDecode(part) && !namesMode(part.options ?? {}))),
  );
}

/**
 * Refuses expressions that a loop evaluates text by text, row by row: it cannot leave a row out.
 *
 * @throws MALFORMED_RECORDS_NOT_TOLD_APART
 */
export function checkToldApart(expressions: readonly Expression[]): void {
  for (const e of expressions) {
    someExpression(e, (part) => {
      if (isDecode(part) && (part.options?.["mode"] === malformedModes.drop || part.options?.["mode"] === malformedModes.sideOutput))
        throw new StreamingError("MALFORMED_RECORDS_NOT_TOLD_APART", { expression: sqlText(part) });
      return false;
    });
  }
}

function decodes(node: LogicalPlan): boolean {
  return expressionsOf(node).some((e) => someExpression(e, isDecode));
}

function isDecode(e: Expression): e is Call {
  return e.kind === "call" && e.name === "from_json";
}
