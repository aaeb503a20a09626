import type { Expression } from "../expression.js";
import { entryOf } from "../functions/table.js";

/** The part that is evaluated first, whatever the row; null when there is none, or when it is no more than read. */
export function firstEvaluated(e: Expression): Expression | null {
  if (e.kind === "alias" || e.kind === "cast") return e.child;
  if (e.kind !== "call" || e.name === "getField" || entryOf(e.name).evalLazy !== undefined) return null;
  return e.args[0] ?? null;
}
