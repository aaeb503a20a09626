import { checkedTrigger } from "../dataframe/triggers.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { Trigger, TriggerSpec } from "../engine/query/trigger.js";

/** What `--final-watermark` makes of a query's trigger. @throws INVALID_FLAG for one that has no end */
export function finalTrigger({ kind }: TriggerSpec): Trigger {
  if (kind === "availableNow") return { availableNow: true, finalWatermark: true };
  throw new StreamingError("INVALID_FLAG", {
    flag: "final-watermark",
    value: kind,
    expected: "the trigger available-now (--trigger available-now)",
  });
}

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
