import { checkedTrigger } from "../dataframe/triggers.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { Trigger } from "../engine/query/trigger.js";

/**
 * What `--trigger` takes: `available-now`, `once`, or an interval such as `5 seconds`.
 * @throws INVALID_FLAG
 */
export function triggerFlag(text: string): Trigger {
  if (text === "available-now") return { availableNow: true };
  if (text === "once") return { once: true };
  const trigger = { processingTime: text };
  try {
    checkedTrigger(trigger);
  } catch (error) {
    const expected = 'available-now, once, or an interval such as "5 seconds"';
    throw new StreamingError("INVALID_FLAG", { flag: "trigger", value: text, expected }, { cause: error });
  }
  return trigger;
}
