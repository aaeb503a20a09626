import { StreamingError } from "../engine/errors/streamingError.js";
import { parseInterval } from "../engine/values/interval.js";
import { invalidTrigger, triggerSpec, type Trigger, type TriggerSpec } from "../engine/query/trigger.js";

/** A batch as soon as the last one is done: what a query has unless it says otherwise. */
export const defaultTrigger: TriggerSpec = { kind: "processingTime", intervalMs: 0 };

/** How long state is kept, as a user gave it, ms. @throws INVALID_OPTION_VALUE, INVALID_INTERVAL_FORMAT.* */
export function checkedTtlMs(duration: string): number {
  const { months, days, microseconds } = parseInterval(duration);
  const ttlMs = days * 86_400_000 + Number(microseconds / 1000n);
  if (months === 0 && ttlMs > 0) return ttlMs;
  const expected = "a duration above zero, without months and years, as in `1 day`";
  throw new StreamingError("INVALID_OPTION_VALUE", { option: "stateTtl", owner: "DataStreamWriter", value: duration, expected });
}

/**
 * A trigger as a user gave it, checked.
 *
 * @throws INVALID_TRIGGER, NEGATIVE_TRIGGER_INTERVAL, INVALID_INTERVAL_FORMAT.*
 */
export function checkedTrigger(trigger: Trigger): TriggerSpec {
  return triggerSpec(trigger, (text) => {
    const { months, days, microseconds } = parseInterval(text);
    // A month has no fixed length: it is no interval to wait.
    if (months !== 0) throw invalidTrigger(trigger);
    const intervalMs = days * 86_400_000 + Number(microseconds / 1000n);
    if (intervalMs < 0) throw new StreamingError("NEGATIVE_TRIGGER_INTERVAL", { interval: text });
    return intervalMs;
  });
}
