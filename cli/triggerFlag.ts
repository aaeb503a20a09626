import type { Trigger } from "../engine/query/trigger.js";

/** What `--trigger` takes: `available-now`, `once`, or an interval such as `5 seconds`. */
export function triggerFlag(text: string): Trigger {
  if (text === "available-now") return { availableNow: true };
  if (text === "once") return { once: true };
  return { processingTime: text };
}
