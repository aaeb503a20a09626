import type { EmitEvery } from "../engine/contract/emitEvery.js";
import { shownValue } from "../engine/errors/shownValue.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { parseInterval } from "../engine/values/interval.js";

/** When changes of windows are told before these close, as a user gives it; exactly one key. */
export type EarlyEmission =
  /** So long, by the logged time of the batches, after the first change of a window that is not told. */
  | { readonly processingTime: string }
  /** Each time the watermark comes past a multiple of it. */
  | { readonly eventTime: string }
  /** When a window has so many rows more (or less) than when it was told last. */
  | { readonly rows: number };

const expected =
  'an interval ("10 seconds"), an interval of event time ("10 seconds of event time"), or a number of rows ("1000 rows"), above zero';

/** Checks what `emitEvery` was given. @throws INVALID_OPTION_VALUE, INVALID_INTERVAL_FORMAT.* */
export function checkedEmission(every: unknown): EmitEvery {
  const entries = typeof every === "object" && every !== null ? Object.entries(every) : [];
  const [[key, value] = [null, null], ...others] = entries as [string, unknown][];
  if (others.length > 0) throw invalid(every);
  if (key === "rows" && typeof value === "number" && Number.isSafeInteger(value) && value > 0) return { kind: "rows", rows: value };
  if ((key === "processingTime" || key === "eventTime") && typeof value === "string") {
    const { months, days, microseconds } = parseInterval(value);
    const ms = days * 86_400_000 + Number(microseconds / 1000n);
    if (months === 0 && ms > 0) return { kind: key, ms };
  }
  throw invalid(every);
}

/** The same of a text: of an option of INSERT, or of a flag. @throws INVALID_OPTION_VALUE, INVALID_INTERVAL_FORMAT.* */
export function emissionOf(text: string): EarlyEmission {
  const rows = /^\s*(\d+)\s+rows?\s*$/i.exec(text);
  if (rows !== null) return { rows: Number(rows[1]) };
  const eventTime = /^(.*\S)\s+of\s+event[\s-]time\s*$/i.exec(text);
  return eventTime === null ? { processingTime: text } : { eventTime: eventTime[1]! };
}

function invalid(every: unknown): StreamingError {
  return new StreamingError("INVALID_OPTION_VALUE", { option: "emitEvery", owner: "DataStreamWriter", value: shownValue(every), expected });
}
