import type { Schema } from "../../arrow/types.js";
import type { Expression } from "../../expression/expression.js";
import { schemaOf, type Read } from "../../plan/logicalPlan.js";
import type { ScanNode } from "../plan.js";
import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import { pushedFilter } from "./pushedFilters.js";

/** A scan with the conditions it may take over, and what stays above it whatever the source says. */
export function planScan(
  read: Read,
  source: number | null,
  condition: Expression | null,
): { readonly scan: ScanNode; readonly residual: Expression | null } {
  const schema: Schema = schemaOf(read.output);
  const filters: ScanNode["filters"][number][] = [];
  const residual: Expression[] = [];
  for (const part of conjunctsOf(condition)) {
    const pushed = pushedFilter(part);
    if (pushed === null || !isUnique(schema, pushed.column[0]!)) residual.push(part);
    else filters.push({ pushed, condition: part });
  }
  const { table, description, output } = read;
  return { scan: { kind: "scan", source, table, description, schema, filters, output }, residual: conjunctionOf(residual) };
}

/** A filter names its column, so the name must be one column's only. */
function isUnique(schema: Schema, name: string): boolean {
  return schema.fields.filter((f) => f.name === name).length === 1;
}
