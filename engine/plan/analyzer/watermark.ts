import { StreamingError } from "../../errors/streamingError.js";
import { sameType, sqlTypeName, windowType } from "../../arrow/types.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { parseInterval } from "../../values/interval.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { isStreaming } from "../streamingPlan.js";
import { resolveExpression } from "./resolveExpression.js";
import { quoted, Scope } from "./scope.js";

/** Spark counts a month of a delay as 31 days. */
const monthDays = 31;

/**
 * `withWatermark(column, delay)`. A table is all there: nothing of it is late, so that its watermark is dropped (as in Spark, whatever the column's type)
 * and the column is no event time. The time of a window is its end.
 *
 * @throws EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE, EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN
 */
export function resolveWatermark(plan: NodeOf<"withWatermark">, context: AnalysisContext): LogicalPlan {
  const delayMs = parseDelayMs(plan.delay);
  const scope = new Scope(outputOf(plan.input), context);
  if (isStreaming(plan.input)) return { ...plan, column: timeColumn(plan.column, scope), delayMs };
  topLevel(plan.column, scope);
  return plan.input;
}

/** The column that is to be an event time. @throws EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE, EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN */
export function timeColumn(given: Expression, scope: Scope): Attribute {
  const column = topLevel(given, scope);
  const type = typeOf(column);
  if (type.kind === "timestamp" || sameType(type, windowType)) return column;
  throw new StreamingError("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", {
    eventName: quoted([column.name]),
    eventType: `"${sqlTypeName(type)}"`,
  });
}

function topLevel(given: Expression, scope: Scope): Attribute {
  const parts = given.kind === "unresolvedAttribute" ? given.parts : [];
  const column = resolved(given, parts, scope);
  if (column.kind === "attribute") return column;
  throw nested(parts);
}

function resolved(given: Expression, parts: readonly string[], scope: Scope): Expression {
  try {
    return resolveExpression(given, scope);
  } catch (error) {
    const unknown = error instanceof StreamingError && error.condition.startsWith("UNRESOLVED_COLUMN");
    throw unknown && parts.length > 1 ? nested(parts) : error;
  }
}

function nested(parts: readonly string[]): StreamingError {
  return new StreamingError("EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN", { eventExpr: parts.join(".") });
}

/** @throws INVALID_INTERVAL_FORMAT.*, NEGATIVE_WATERMARK_DELAY */
function parseDelayMs(delay: string): number {
  const { months, days, microseconds } = parseInterval(delay);
  const us = BigInt(months * monthDays + days) * 86_400_000_000n + microseconds;
  if (us < 0n) throw new StreamingError("NEGATIVE_WATERMARK_DELAY", { delay });
  return Number(us / 1000n);
}
