import { Cache } from "../../../codegen/cache.js";
import { findTimeZone, type TimeZone } from "../../../values/timeZone.js";

/** Where Java's short names are those of another English than America's. */
const locales = ["en-US", "en-GB", "en-AU", "en-IN", "en-ZA", "en-NZ"] as const;
const names = new Cache<string>(1000);

/** The name of a zone at an instant: `PST`, `Pacific Standard Time`; fixed offsets have none and are written as they are. */
export function zoneName(zone: TimeZone, id: string, epochSeconds: number, style: "short" | "long"): string {
  if (zone.fixedOffsetSeconds !== null) {
    if (id !== "UTC" && id !== "GMT") return id;
    if (style === "short") return id;
    return id === "UTC" ? "Coordinated Universal Time" : "Greenwich Mean Time";
  }
  const offset = zone.offsetAt(epochSeconds);
  const known = style === "short" ? otherNames[zone.id] : undefined;
  if (known?.[0] === offset / 3600) return known[1];
  // The platform has no names for times before its zones had their rules of today: the name is that of the same offset today.
  const today =
    recent.find((seconds) => zone.offsetAt(seconds) === offset) ??
    (zone.offsetAt(recent[0]!) < zone.offsetAt(recent[1]!) ? recent[0]! : recent[1]!);
  const ms = Math.max(-8.64e15, Math.min(8.64e15, today * 1000));
  return names.get(`${zone.id} ${style} ${offset}`, () => intlName(zone.id, ms, style));
}

/** A winter and a summer. */
const recent = [1_704_067_200, 1_719_792_000];

/** Short names, and their offsets in hours, that the platform does not know in any English. */
const otherNames: Readonly<Record<string, readonly [hours: number, name: string]>> = {
  "Asia/Tokyo": [9, "JST"],
  "Asia/Seoul": [9, "KST"],
  "Asia/Shanghai": [8, "CST"],
  "Asia/Hong_Kong": [8, "HKT"],
  "Asia/Singapore": [8, "SGT"],
  "Europe/Moscow": [3, "MSK"],
  "America/Sao_Paulo": [-3, "BRT"],
};

function intlName(id: string, ms: number, style: "short" | "long"): string {
  const candidates = (style === "long" ? locales.slice(0, 1) : locales).map((locale) => nameIn(locale, id, ms, style));
  return candidates.find((name) => !/^GMT[+-]/.test(name)) ?? candidates[0]!;
}

function nameIn(locale: string, timeZone: string, ms: number, timeZoneName: "short" | "long"): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName }).formatToParts(ms);
  return parts.find((part) => part.type === "timeZoneName")!.value;
}

/** Abbreviations that are no zone's id, by the zone that Java takes for them in America's English. */
const abbreviations: Readonly<Record<string, string>> = {
  PST: "America/Los_Angeles",
  PDT: "America/Los_Angeles",
  MST: "America/Denver",
  MDT: "America/Denver",
  CST: "America/Chicago",
  CDT: "America/Chicago",
  EST: "America/New_York",
  EDT: "America/New_York",
  AKST: "America/Anchorage",
  AKDT: "America/Anchorage",
  HST: "Pacific/Honolulu",
  CET: "Europe/Paris",
  CEST: "Europe/Paris",
  EET: "Europe/Bucharest",
  EEST: "Europe/Bucharest",
  WET: "Europe/Lisbon",
  WEST: "Europe/Lisbon",
  BST: "Europe/London",
  MSK: "Europe/Moscow",
  IST: "Asia/Kolkata",
  JST: "Asia/Tokyo",
  KST: "Asia/Seoul",
  "PACIFIC STANDARD TIME": "America/Los_Angeles",
  "PACIFIC DAYLIGHT TIME": "America/Los_Angeles",
  "PACIFIC TIME": "America/Los_Angeles",
  "CENTRAL STANDARD TIME": "America/Chicago",
  "EASTERN STANDARD TIME": "America/New_York",
  "MOUNTAIN STANDARD TIME": "America/Denver",
  "CENTRAL EUROPEAN STANDARD TIME": "Europe/Paris",
  "COORDINATED UNIVERSAL TIME": "UTC",
  "GREENWICH MEAN TIME": "GMT",
};

/** The zone that stands at a place of a text, and how long its name is; the longest name counts. Null where none stands. */
export function zoneAt(text: string, at: number, withNames: boolean): { readonly zone: TimeZone; readonly length: number } | null {
  const found = /^(?:[A-Za-z]+(?:[/_-][A-Za-z_]+)*(?:[+-]\d{1,2}(?::?\d{2}){0,2})?|[+-]\d{1,2}(?::?\d{2}){0,2})/.exec(text.slice(at));
  if (withNames) {
    const upper = text.slice(at).toUpperCase();
    const named = Object.keys(abbreviations).filter((name) => upper.startsWith(name) && !/^[A-Z]/.test(upper.slice(name.length)));
    const longest = named.toSorted((a, b) => b.length - a.length)[0];
    if (longest !== undefined && longest.length >= (found?.[0].length ?? 0)) {
      return { zone: findTimeZone(abbreviations[longest]!)!, length: longest.length };
    }
  }
  for (let length = found?.[0].length ?? 0; length > 0; length--) {
    const zone = findTimeZone(text.slice(at, at + length));
    if (zone !== null) return { zone, length };
  }
  return null;
}
