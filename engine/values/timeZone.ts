import { Cache } from "../codegen/cache.js";
import { StreamingError } from "../errors/streamingError.js";

/**
 * Time zones by IANA name (the platform's tables, through Intl) or by fixed offset.
 *
 * A zone's offsets are cached by quarter of an hour: since 1970 no zone has changed its clocks in between.
 */
export interface TimeZone {
  readonly id: string;
  /** Null when the offset depends on the instant. */
  readonly fixedOffsetSeconds: number | null;
  /** Seconds east of UTC at an instant. */
  offsetAt(epochSeconds: number): number;
}

/** Names may come out of the data: what is no zone is remembered too. */
const zones = new Cache<{ readonly zone: TimeZone | null }>(1000);

/** The zone of that name or offset; null when there is none. */
export function findTimeZone(name: string): TimeZone | null {
  return zones.get(name, () => ({ zone: makeZone(name) })).zone;
}

/** @throws INVALID_TIMEZONE */
export function timeZone(name: string): TimeZone {
  const zone = findTimeZone(name);
  if (zone === null) throw new StreamingError("INVALID_TIMEZONE", { timeZone: name });
  return zone;
}

/** Names of three letters that Java still knows. */
const shortNames: Record<string, string> = {
  ACT: "Australia/Darwin",
  AET: "Australia/Sydney",
  AGT: "America/Argentina/Buenos_Aires",
  ART: "Africa/Cairo",
  AST: "America/Anchorage",
  BET: "America/Sao_Paulo",
  BST: "Asia/Dhaka",
  CAT: "Africa/Harare",
  CNT: "America/St_Johns",
  CST: "America/Chicago",
  CTT: "Asia/Shanghai",
  EAT: "Africa/Addis_Ababa",
  ECT: "Europe/Paris",
  IET: "America/Indiana/Indianapolis",
  IST: "Asia/Kolkata",
  JST: "Asia/Tokyo",
  MIT: "Pacific/Apia",
  NET: "Asia/Yerevan",
  NST: "Pacific/Auckland",
  PLT: "Asia/Karachi",
  PNT: "America/Phoenix",
  PRT: "America/Puerto_Rico",
  PST: "America/Los_Angeles",
  SST: "Pacific/Guadalcanal",
  VST: "Asia/Ho_Chi_Minh",
  EST: "-05:00",
  MST: "-07:00",
  HST: "-10:00",
};

function makeZone(name: string): TimeZone | null {
  const offset = parseOffset(name);
  if (offset !== null) return { id: name, fixedOffsetSeconds: offset, offsetAt: () => offset };
  const short = shortNames[name];
  if (short !== undefined) return makeZone(short);
  // Java's names keep their case; Intl would take any.
  if (!/^[A-Z][A-Za-z_]*([/+-][A-Za-z0-9_+-]+)*$/.test(name)) return null;
  try {
    return regionZone(name);
  } catch {
    return null;
  }
}

function parseOffset(name: string): number | null {
  if (name === "Z" || name === "UTC" || name === "GMT" || name === "UT") return 0;
  const match = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{1,2}))?(?::?(\d{2}))?$/.exec(name);
  if (match === null) return null;
  const [hours, minutes, seconds] = [Number(match[2]), Number(match[3] ?? 0), Number(match[4] ?? 0)];
  const total = hours * 3600 + minutes * 60 + seconds;
  if (minutes > 59 || seconds > 59 || total > 18 * 3600) return null;
  return match[1] === "-" ? -total : total;
}

function regionZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const cache = new Map<number, number>();
  const compute = (epochSeconds: number): number => localSeconds(format, epochSeconds) - epochSeconds;
  return {
    id: name,
    fixedOffsetSeconds: null,
    offsetAt(epochSeconds) {
      if (epochSeconds < 0) return compute(epochSeconds);
      const quarter = Math.floor(epochSeconds / 900);
      let offset = cache.get(quarter);
      if (offset === undefined) {
        offset = compute(quarter * 900);
        if (cache.size >= 100_000) cache.clear();
        cache.set(quarter, offset);
      }
      return offset;
    },
  };
}

/** The wall clock at an instant, as seconds since 1970-01-01T00:00 of that clock. */
function localSeconds(format: Intl.DateTimeFormat, epochSeconds: number): number {
  // Beyond what Intl takes (±8.64e15 ms) the zone's last rule is as good as any.
  const clamped = Math.max(-8.64e12, Math.min(8.64e12, epochSeconds));
  let [year, month, day, hour, minute, second, before] = [0, 1, 1, 0, 0, 0, false];
  for (const { type, value } of format.formatToParts(clamped * 1000)) {
    if (type === "year") year = Number(value);
    else if (type === "month") month = Number(value);
    else if (type === "day") day = Number(value);
    else if (type === "hour") hour = Number(value);
    else if (type === "minute") minute = Number(value);
    else if (type === "second") second = Number(value);
    else if (type === "era") before = value.startsWith("B");
  }
  const seconds = Date.UTC(2000, month - 1, day, hour, minute, second) / 1000;
  return seconds + (daysOfYear(before ? 1 - year : year, month) - daysOfYear(2000, month)) * 86400 + (epochSeconds - clamped);
}

/** Days from an arbitrary start to the first of a month, less the month's place in a leap year. */
function daysOfYear(year: number, month: number): number {
  // From March on, a leap year's own February 29th counts.
  return year * 365 + leapYears(month > 2 ? year : year - 1);
}

function leapYears(year: number): number {
  return Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
}

/** The instant at which the zone's clock shows a local time (epoch seconds of that clock). In a gap the clock is moved on, in an overlap the first one counts: as Java. */
export function localToInstant(zone: TimeZone, localEpochSeconds: number): number {
  if (zone.fixedOffsetSeconds !== null) return localEpochSeconds - zone.fixedOffsetSeconds;
  const before = zone.offsetAt(localEpochSeconds - 86400);
  const after = zone.offsetAt(localEpochSeconds + 86400);
  const first = localEpochSeconds - before;
  if (before === after || zone.offsetAt(first) === before) return first;
  const second = localEpochSeconds - after;
  return zone.offsetAt(second) === after ? second : first;
}
