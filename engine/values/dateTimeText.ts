import { civilFromDays, daysFromCivil, floorDiv, floorMod, isValidDate, microsPerDay } from "./calendar.js";
import { trimSpaces } from "./numberText.js";
import { findTimeZone, localToInstant, timeZone, type TimeZone } from "./timeZone.js";

/** Dates and timestamps as text: what CAST reads and writes. */

/** Days since 1970; undefined when the text is no date. After `T` or a space anything may follow. */
export function parseDate(text: string): number | undefined {
  const match = /^([+-]?)(\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T].*)?)?)?$/s.exec(trimSpaces(text));
  if (match === null) return undefined;
  const year = Number(match[2]) * (match[1] === "-" ? -1 : 1);
  const [month, day] = [Number(match[3] ?? 1), Number(match[4] ?? 1)];
  const days = isValidDate(year, month, day) ? daysFromCivil(year, month, day) : NaN;
  return (days | 0) === days ? days : undefined;
}

interface LocalTime {
  /** Days; null for a text with a time only. */
  readonly days: number | null;
  readonly microsOfDay: bigint;
  readonly zone: string | undefined;
}

const timestampPattern =
  /^(?:([+-]?)(\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T](\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?(\D.*)?)?)?)?)?)?|T?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?(\D.*)?)?|T(\d{1,2}))$/s;

function parseLocal(text: string): LocalTime | undefined {
  const m = timestampPattern.exec(trimSpaces(text));
  if (m === null) return undefined;
  const timeOnly = m[2] === undefined;
  const [hour, minute, second, fraction] = timeOnly ? [m[10] ?? m[15], m[11], m[12], m[13]] : [m[5], m[6], m[7], m[8]];
  const [h, min, s] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  if (h > 23 || min > 59 || s > 59) return undefined;
  const micros = BigInt((fraction ?? "").slice(0, 6).padEnd(6, "0"));
  const microsOfDay = BigInt(h * 3600 + min * 60 + s) * 1_000_000n + micros;
  if (timeOnly) return { days: null, microsOfDay, zone: m[14] };
  const year = Number(m[2]) * (m[1] === "-" ? -1 : 1);
  const [month, day] = [Number(m[3] ?? 1), Number(m[4] ?? 1)];
  if (!isValidDate(year, month, day)) return undefined;
  return { days: daysFromCivil(year, month, day), microsOfDay, zone: m[9] };
}

/**
 * Microseconds since the epoch; undefined when the text is no timestamp.
 *
 * @param zoneName used where the text names none
 * @param nowMs the batch time: a text with a time only means that day; null: it is no timestamp
 */
export function parseTimestamp(text: string, zoneName: string, nowMs: number | null): bigint | undefined {
  const local = parseLocal(text);
  if (local === undefined) return undefined;
  const zone = local.zone === undefined ? timeZone(zoneName) : findTimeZone(local.zone.trim());
  if (zone === null) return undefined;
  const days = local.days ?? (nowMs === null ? null : localDays(nowMs, zone));
  if (days === null) return undefined;
  return withinLong(localToMicros(BigInt(days) * microsPerDay + local.microsOfDay, zone));
}

function withinLong(micros: bigint): bigint | undefined {
  return BigInt.asIntN(64, micros) === micros ? micros : undefined;
}

/** Microseconds of a wall clock; a zone in the text is read over. */
export function parseTimestampNtz(text: string): bigint | undefined {
  const local = parseLocal(text);
  if (local === undefined || local.days === null) return undefined;
  if (local.zone !== undefined && findTimeZone(local.zone.trim()) === null) return undefined;
  return withinLong(BigInt(local.days) * microsPerDay + local.microsOfDay);
}

function localDays(nowMs: number, zone: TimeZone): number {
  const seconds = Math.floor(nowMs / 1000);
  return Math.floor((seconds + zone.offsetAt(seconds)) / 86400);
}

/** The instant at which a zone's clock shows `local` (microseconds). */
export function localToMicros(local: bigint, zone: TimeZone): bigint {
  const seconds = floorDiv(local, 1_000_000n);
  return BigInt(localToInstant(zone, Number(seconds))) * 1_000_000n + floorMod(local, 1_000_000n);
}

/** What a zone's clock shows at an instant (microseconds). */
export function microsToLocal(micros: bigint, zone: TimeZone): bigint {
  const seconds = Number(floorDiv(micros, 1_000_000n));
  return micros + BigInt(zone.offsetAt(seconds)) * 1_000_000n;
}

/** `2024-02-29`; years beyond four digits with a sign. */
export function dateText(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${yearText(year)}-${pad2(month)}-${pad2(day)}`;
}

function yearText(year: number): string {
  const digits = String(Math.abs(year)).padStart(4, "0");
  return year < 0 ? `-${digits}` : year > 9999 ? `+${digits}` : digits;
}

function pad2(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

/** `2024-02-29 13:14:15.1`: microseconds of a wall clock, no trailing zeros of the fraction. */
export function localText(local: bigint): string {
  const days = Number(floorDiv(local, microsPerDay));
  const micros = Number(floorMod(local, microsPerDay));
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros % 1_000_000)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const time = `${pad2(Math.floor(seconds / 3600))}:${pad2(Math.floor(seconds / 60) % 60)}:${pad2(seconds % 60)}`;
  return `${dateText(days)} ${time}${fraction === "" ? "" : `.${fraction}`}`;
}

export function timestampText(micros: bigint, zoneName: string): string {
  return localText(microsToLocal(micros, timeZone(zoneName)));
}
