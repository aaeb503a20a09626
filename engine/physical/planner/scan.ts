import { columnsIn } from "../../contract/source.js";
import type { Schema } from "../../arrow/types.js";
import type { Expression } from "../../expression/expression.js";
import { schemaOf, type NodeOf } from "../../plan/logicalPlan.js";
import { nullRejected } from "../../plan/optimizer/inferNotNull.js";
import type { ScanNode } from "../stateless/scan.js";
import { conjunctionOf, conjunctsOf, isNotNull } from "../../expression/conjuncts.js";
import type { PlanContext } from "./context.js";
import { pushedFilter } from "./pushedFilters.js";

/** A scan with the conditions it may take over, and what stays above it whatever the source says. */
export function planScan(
  read: NodeOf<"read">,
  condition: Expression | null,
  context: PlanContext,
): { readonly scan: ScanNode; readonly residual: Expression | null } {
  const schema: Schema = schemaOf(read.output);
  const filters: ScanNode["filters"][number][] = [];
  const residual: Expression[] = [];
  for (const part of conjunctsOf(condition)) {
    const pushed = pushedFilter(part);
    if (pushed === null || !columnsIn(pushed).every(([name]) => isUnique(schema, name!))) residual.push(part);
    else filters.push({ pushed, condition: part });
  }
  const { table, description, output } = read;
  // A row that has null where a condition of ours cannot bear it need not be decoded further. Spark pushes the same, and counts rows behind it.
  for (const column of residual.flatMap((part) => [...nullRejected(part)])) {
    if (column.kind !== "attribute" || !column.nullable || !isUnique(schema, column.name)) continue;
    if (filters.some(({ pushed }) => pushed.op === "isNotNull" && pushed.column[0] === column.name)) continue;
    filters.push({ pushed: { op: "isNotNull", column: [column.name] }, condition: isNotNull(column) });
  }
  const scanOf = (source: number | null): ScanNode => ({ kind: "scan", source, table, description, schema, filters, output });
  return { scan: read.streaming ? context.addSource(scanOf) : scanOf(null), residual: conjunctionOf(residual) };
}

/** A filter names its column, so the name must be one column's only. */
function isUnique(schema: Schema, name: string): boolean {
  return schema.fields.filter((f) => f.name === name).length === 1;
}
