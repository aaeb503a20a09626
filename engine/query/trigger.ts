import { StreamingError } from "../errors/streamingError.js";

/** When batches run. As given by a user; exactly one key. */
export type Trigger =
  /** A batch every interval (`"5 seconds"`); `0` or nothing said: as soon as the last one is done. */
  | { readonly processingTime: string | number }
  /** One batch over everything that is there, then stop. */
  | { readonly once: true }
  /** Everything that is there at the start, in batches of the sources' limits, then stop. */
  | { readonly availableNow: true };

/** A trigger, checked. */
export type TriggerSpec =
  | { readonly kind: "processingTime"; readonly intervalMs: number }
  | { readonly kind: "once" }
  | { readonly kind: "availableNow" };

/**
 * Checks a trigger. `parseDurationMs` reads an interval text (the SQL interval parser, which throws INVALID_INTERVAL_FORMAT.* itself).
 *
 * @throws INVALID_TRIGGER for a negative interval and for what is no trigger
 */
export function triggerSpec(trigger: Trigger, parseDurationMs: (text: string) => number): TriggerSpec {
  if ("once" in trigger) return { kind: "once" };
  if ("availableNow" in trigger) return { kind: "availableNow" };
  if (!("processingTime" in trigger)) throw new StreamingError("INVALID_TRIGGER", { trigger: JSON.stringify(trigger) });
  const interval = trigger.processingTime;
  const intervalMs = typeof interval === "number" ? interval : parseDurationMs(interval);
  if (!(intervalMs >= 0)) throw new StreamingError("INVALID_TRIGGER", { trigger: JSON.stringify(trigger) });
  return { kind: "processingTime", intervalMs };
}

/** How long from now until the next multiple of the interval since a trigger began; 0 when it has passed, or there is no interval. */
export function delayToNextTriggerMs(intervalMs: number, startedMs: number, nowMs: number): number {
  if (intervalMs <= 0) return 0;
  return Math.max(0, Math.floor(startedMs / intervalMs) * intervalMs + intervalMs - nowMs);
}
