import { Cache } from "../../codegen/cache.js";
import { localToMicros } from "../../values/dateTimeText.js";
import { timeZone } from "../../values/timeZone.js";
import { formatParts, type Clock } from "./pattern/format.js";
import { parseParts, type ParsedFields } from "./pattern/parse.js";
import { partsOf, type Part, type PatternUse } from "./pattern/parts.js";
import { localMicrosOf } from "./pattern/resolve.js";

/**
 * Dates and times by a pattern of Java's DateTimeFormatter, as Spark uses it: the options `timestampFormat` and `dateFormat`, and the functions that take a
 * pattern. Strict; of a fraction of seconds fewer digits than letters are read; years have signs where the pattern has no era.
 */
export interface DateTimePattern {
  parseDate(text: string): number | undefined;
  /** Microseconds of a wall clock. A zone in the text is not taken. */
  parseLocal(text: string): bigint | undefined;
  /** The same, with a zone in the text read over. */
  parseLocalWithZone(text: string): bigint | undefined;
  /** Microseconds since the epoch. */
  parseTimestamp(text: string, zone: string): bigint | undefined;
  formatDate(days: number): string;
  /** @param micros since the epoch */
  formatTimestamp(micros: bigint, zone: string): string;
}

const compiled = { format: new Cache<DateTimePattern>(256), parse: new Cache<DateTimePattern>(256) };

/**
 * @throws INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN, INVALID_DATETIME_PATTERN.* and their like
 */
export function compilePattern(pattern: string, use: PatternUse): DateTimePattern {
  return compiled[use].get(pattern, () => makePattern(partsOf(pattern, use), pattern));
}

function makePattern(parts: readonly Part[], pattern: string): DateTimePattern {
  const hasEra = pattern.split("'").some((text, i) => i % 2 === 0 && text.includes("G"));
  const parse = (text: string): ParsedFields | null => parseParts(parts, text, hasEra);
  return {
    parseDate(text) {
      const micros = local(parse(text));
      const days = micros === undefined ? NaN : Number((micros - (((micros % day) + day) % day)) / day);
      return (days | 0) === days ? days : undefined;
    },
    parseLocal(text) {
      const fields = parse(text);
      return fields?.zone === null && fields.offsetSeconds === null ? withinLong(local(fields)) : undefined;
    },
    parseLocalWithZone: (text) => withinLong(local(parse(text))),
    parseTimestamp(text, zone) {
      const fields = parse(text);
      const micros = local(fields);
      if (micros === undefined) return undefined;
      if (fields!.offsetSeconds !== null) return withinLong(micros - BigInt(fields!.offsetSeconds) * 1_000_000n);
      return withinLong(localToMicros(micros, fields!.zone ?? timeZone(zone)));
    },
    formatDate: (days) => formatParts(parts, clockOf(BigInt(days) * day, "UTC"), hasEra),
    formatTimestamp: rememberedTexts(pattern, (clock) => formatParts(parts, clock, hasEra)),
  };
}

function local(fields: ParsedFields | null): bigint | undefined {
  return fields === null ? undefined : (localMicrosOf(fields) ?? undefined);
}

function withinLong(micros: bigint | undefined): bigint | undefined {
  return micros === undefined || BigInt.asIntN(64, micros) !== micros ? undefined : micros;
}

const day = 86_400_000_000n;

function clockOf(micros: bigint, zoneId: string): Clock {
  const zone = timeZone(zoneId);
  const ofSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const epochSeconds = Number((micros - ofSecond) / 1_000_000n);
  const offsetSeconds = zone.offsetAt(epochSeconds);
  const days = Math.floor((epochSeconds + offsetSeconds) / 86_400);
  const secondOfDay = epochSeconds + offsetSeconds - days * 86_400;
  return { days, secondOfDay, microOfSecond: Number(ofSecond), offsetSeconds, epochSeconds, zone, zoneId };
}

/** So many texts are remembered, by the last bits of their time. */
const remembered = 64;

/** Rows that follow each other often have the same minute, or second, and so the same text where a pattern shows nothing smaller and no zone. */
function rememberedTexts(pattern: string, format: (clock: Clock) => string): (micros: bigint, zoneId: string) => string {
  const letters = pattern.split("'").filter((_, i) => i % 2 === 0);
  if (letters.some((text) => /[^yuMLdDEeFqQwWYGaHhKkms\W]/.test(text))) return (micros, zoneId) => format(clockOf(micros, zoneId));
  const unitSeconds = letters.some((text) => text.includes("s")) ? 1 : 60;
  const units = new Float64Array(remembered).fill(NaN);
  const texts: string[] = [];
  return (micros, zoneId) => {
    const clock = clockOf(micros, zoneId);
    const unit = Math.floor((clock.days * 86_400 + clock.secondOfDay) / unitSeconds);
    const place = ((unit % remembered) + remembered) % remembered;
    if (units[place] !== unit) {
      units[place] = unit;
      texts[place] = format(clock);
    }
    return texts[place]!;
  };
}
