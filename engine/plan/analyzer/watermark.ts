import { StreamingError, notYetSupported } from "../../errors/streamingError.js";
import { sqlTypeName, type DataType } from "../../arrow/types.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { parseInterval } from "../interval.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { resolveExpression } from "./resolveExpression.js";
import { quoted, Scope } from "./scope.js";

/** Spark counts a month of a delay as 31 days. */
const monthDays = 31;

/** `withWatermark(column, delay)`: the column is a timestamp, or a window, whose end counts. */
export function resolveWatermark(plan: NodeOf<"withWatermark">, context: AnalysisContext): LogicalPlan {
  const delayMs = parseDelayMs(plan.delay);
  const column = resolveExpression(plan.column, new Scope(outputOf(plan.input), context));
  const type = typeOf(column);
  if (!isEventTime(type)) {
    const name = plan.column.kind === "unresolvedAttribute" ? quoted(plan.column.parts) : plan.delay;
    throw new StreamingError("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", { eventName: name, eventType: `"${sqlTypeName(type)}"` });
  }
  if (column.kind !== "attribute") throw notYetSupported("withWatermark on a field of a struct (select the field first)");
  return { ...plan, column, delayMs };
}

/** @throws INVALID_INTERVAL_FORMAT.*, NEGATIVE_WATERMARK_DELAY */
function parseDelayMs(delay: string): number {
  const { months, days, microseconds } = parseInterval(delay);
  const us = BigInt(months * monthDays + days) * 86_400_000_000n + microseconds;
  if (us < 0n) throw new StreamingError("NEGATIVE_WATERMARK_DELAY", { delay });
  return Number(us / 1000n);
}

function isEventTime(type: DataType): boolean {
  return type.kind === "timestamp" || (type.kind === "struct" && type.fields.some((f) => f.name === "end" && f.type.kind === "timestamp"));
}
