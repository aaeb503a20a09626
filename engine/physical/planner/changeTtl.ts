import type { PlanContext } from "./context.js";

/**
 * How long an operator of output mode `changes` keeps new rows; null: for ever, or until a watermark has passed them. Those that take rows back let go of what is let go of
 * below them.
 */
export function ttlOf({ stateTtlMs }: PlanContext, eventTime: number | null): number | null {
  return eventTime === null ? stateTtlMs : null;
}
