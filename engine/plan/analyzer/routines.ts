import { atPlace } from "../../errors/textPlace.js";
import type { Expression, UnresolvedFunction } from "../../expression/expression.js";
import { isAggregateName, isGeneratorName, isPendingName, unresolvedRoutine } from "../../expression/resolve.js";
import { expressionNodes } from "../../expression/traverse.js";
import type { ParsedPlan } from "../unresolved.js";
import { findEntry } from "../../expression/functions/table.js";
import { isWindowFunctionName } from "./windowCalls.js";

/** Functions that the analyzer itself sees to. */
const others: ReadonlySet<string> = new Set(
  "window session_window window_time grouping grouping_id monotonically_increasing_id".split(" "),
);

/** What users call their functions, which may have been meant. */
type UserNames = ReadonlyMap<string, string> | undefined;

function isKnown({ name, isUnknown }: UnresolvedFunction): boolean {
  const lower = name.toLowerCase();
  if (isUnknown === true) return false;
  if (findEntry(lower) !== undefined || others.has(lower)) return true;
  return isAggregateName(lower) || isGeneratorName(lower) || isWindowFunctionName(lower) || isPendingName(lower);
}

function check(call: UnresolvedFunction, userNames: UserNames): void {
  if (isKnown(call)) return;
  atPlace(call.position, () => {
    throw unresolvedRoutine(call.name.toLowerCase(), userNames);
  });
}

/**
 * Looks up the functions that an expression calls, before anything of it is resolved: what is no function is said first, as in Spark.
 *
 * @throws UNRESOLVED_ROUTINE
 */
export function checkRoutines(e: Expression, userNames: UserNames): void {
  for (const part of expressionNodes(e)) if (part.kind === "unresolvedFunction") check(part, userNames);
}

/** The same for a whole query of text. @throws UNRESOLVED_ROUTINE */
export function checkRoutinesOfQuery(query: ParsedPlan, userNames: UserNames): void {
  // What is parsed is a tree of plain data: plans in expressions in plans.
  const waiting: unknown[] = [query];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) continue;
    if ("kind" in node && node.kind === "unresolvedFunction") check(node as UnresolvedFunction, userNames);
    // What a call is shown as is no call.
    const parts = Object.entries(node).flatMap(([key, part]: [string, unknown]) => (key === "shownAs" || part === undefined ? [] : [part]));
    waiting.push(...parts.toReversed());
  }
}
