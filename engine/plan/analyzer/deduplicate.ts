import { StreamingError } from "../../errors/streamingError.js";
import type { Attribute } from "../../expression/expression.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { requireEquality } from "./comparable.js";

/** dropDuplicates: its keys, all columns when it names none. */
export function resolveDeduplicate(plan: NodeOf<"deduplicate">): LogicalPlan {
  const output = outputOf(plan.input);
  const keys = plan.columns === null ? output : keysOf(plan.columns, output);
  requireEquality(keys);
  return { ...plan, keys };
}

function keysOf(names: readonly string[], output: readonly Attribute[]): readonly Attribute[] {
  const keys = names.flatMap((name) => {
    const found = output.filter((a) => a.name.toLowerCase() === name.toLowerCase());
    if (found.length > 0) return found;
    throw new StreamingError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", { colName: name, fieldNames: output.map((a) => a.name).join(", ") });
  });
  return [...new Map(keys.map((key) => [key.id, key])).values()];
}
