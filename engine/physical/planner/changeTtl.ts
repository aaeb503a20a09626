import { notYetSupported } from "../../errors/streamingError.js";
import type { PlanContext } from "./context.js";

/**
 * Refuses `stateTtl` for an operator of output mode `changes` that keeps new rows for ever and does not forget them by the clock. Those that take rows back need not:
 * they let go of what is let go of below them.
 *
 * @param isBounded whether it takes rows back, or a watermark bounds it
 * @throws NOT_YET_SUPPORTED
 */
export function refuseTtl({ stateTtlMs }: PlanContext, isBounded: boolean, operator: string): void {
  if (stateTtlMs !== null && !isBounded) throw notYetSupported(`stateTtl of ${operator} in output mode changes`);
}
