import { shownValue } from "../errors/shownValue.js";
import { StreamingError } from "../errors/streamingError.js";

/** When batches run. As given by a user; exactly one key. */
export type Trigger =
  /** A batch every interval (`"5 seconds"`); `0` or nothing said: as soon as the last one is done. */
  | { readonly processingTime: string | number }
  /** One batch over everything that is there, then stop. */
  | { readonly once: true }
  /**
   * Everything that is there at the start, in batches of the sources' limits, then stop. With `finalWatermark` no event comes after these: a last batch, whose watermark
   * is behind all times, closes every window and session.
   */
  | { readonly availableNow: true; readonly finalWatermark?: boolean };

/** A trigger, checked. */
export type TriggerSpec =
  | { readonly kind: "processingTime"; readonly intervalMs: number }
  | { readonly kind: "once" }
  | { readonly kind: "availableNow"; readonly finalWatermark: boolean };

/**
 * Checks a trigger: an object with exactly one of the three keys, and with a value that means it. `parseDurationMs` reads an interval text (the SQL interval
 * parser, which throws INVALID_INTERVAL_FORMAT.* itself).
 *
 * @throws INVALID_TRIGGER for a negative interval and for what is no trigger
 */
export function triggerSpec(trigger: unknown, parseDurationMs: (text: string) => number): TriggerSpec {
  const entries = typeof trigger === "object" && trigger !== null ? Object.entries(trigger) : [];
  const final = entries.find(([name]) => name === "finalWatermark");
  const [[key, value] = [null, null], ...others] = entries.filter((entry) => entry !== final);
  const isFinal = final?.[1] ?? false;
  if (others.length > 0 || typeof isFinal !== "boolean" || (final !== undefined && key !== "availableNow")) throw invalidTrigger(trigger);
  if (key === "once" && value === true) return { kind: key };
  if (key === "availableNow" && value === true) return { kind: key, finalWatermark: isFinal };
  if (key !== "processingTime") throw invalidTrigger(trigger);
  const intervalMs = typeof value === "string" ? parseDurationMs(value) : value;
  if (typeof intervalMs !== "number" || !(intervalMs >= 0 && intervalMs < Infinity)) throw invalidTrigger(trigger);
  return { kind: "processingTime", intervalMs };
}

/** The refusal of what is no trigger. */
export function invalidTrigger(trigger: unknown): StreamingError {
  return new StreamingError("INVALID_TRIGGER", { trigger: shownValue(trigger) });
}

/** How long from now until the next multiple of the interval since a trigger began; 0 when it has passed, or there is no interval. */
export function delayToNextTriggerMs(intervalMs: number, startedMs: number, nowMs: number): number {
  if (intervalMs <= 0) return 0;
  return Math.max(0, Math.floor(startedMs / intervalMs) * intervalMs + intervalMs - nowMs);
}
