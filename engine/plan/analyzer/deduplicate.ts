import { StreamingError } from "../../errors/streamingError.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";

/** dropDuplicates: its keys, all columns when it names none. */
export function resolveDeduplicate(plan: NodeOf<"deduplicate">): LogicalPlan {
  const output = outputOf(plan.input);
  if (plan.columns === null) return { ...plan, keys: output };
  const keys = plan.columns.flatMap((name) => {
    const found = output.filter((a) => a.name.toLowerCase() === name.toLowerCase());
    if (found.length > 0) return found;
    throw new StreamingError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", { colName: name, fieldNames: output.map((a) => a.name).join(", ") });
  });
  return { ...plan, keys: [...new Map(keys.map((key) => [key.id, key])).values()] };
}
