import type { Options } from "../../contract/options.js";
import { parseDate, parseTimestamp } from "../../values/dateTimeText.js";
import { compilePattern } from "./dateTimePattern.js";

type Form<T> = ((text: string) => T | undefined) | null;

/** How the options say that dates and times are written; null: as CAST takes them. */
export interface DateTimeForms {
  readonly timestampForm: Form<bigint>;
  readonly timestampNtzForm: Form<bigint>;
  readonly dateForm: Form<number>;
  /** As `timestampForm` and `dateForm`, without what `enableDateTimeParsingFallback` takes beside the pattern: what inference goes by. */
  readonly timestampPattern: Form<bigint>;
  readonly datePattern: Form<number>;
}

/** @throws what is wrong with a pattern */
export function dateTimeForms(options: Options, zone: string): DateTimeForms {
  const pattern = (name: string): ReturnType<typeof compilePattern> | null => {
    const text = options.get(name);
    return text === undefined ? null : compilePattern(text, "parse");
  };
  const [timestamp, timestampNtz, date] = [pattern("timestampFormat"), pattern("timestampNTZFormat"), pattern("dateFormat")];
  const timestampPattern: Form<bigint> = timestamp && ((text) => timestamp.parseTimestamp(text, zone));
  const datePattern: Form<number> = date && ((text) => date.parseDate(text));
  const fallsBack = options.boolean("enableDateTimeParsingFallback");
  return {
    timestampPattern,
    datePattern,
    timestampForm: fallsBack && timestampPattern ? (text) => timestampPattern(text) ?? parseTimestamp(text, zone, null) : timestampPattern,
    dateForm: fallsBack && datePattern ? (text) => datePattern(text) ?? parseDate(text) : datePattern,
    timestampNtzForm: timestampNtz && ((text) => timestampNtz.parseLocal(text)),
  };
}
