import { types, type DataType } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { Expression } from "../expression.js";
import { describe } from "../types/describe.js";
import { hasUnit } from "../types/intervalTypes.js";
import type { Resolving } from "./entry.js";

/** The fields that EXTRACT knows. */

export const extractFields: Readonly<Record<string, string>> = {
  year: "year",
  y: "year",
  years: "year",
  yr: "year",
  yrs: "year",
  quarter: "quarter",
  qtr: "quarter",
  month: "month",
  mon: "month",
  mons: "month",
  months: "month",
  week: "weekofyear",
  w: "weekofyear",
  weeks: "weekofyear",
  day: "day",
  d: "day",
  days: "day",
  dayofweek: "dayofweek",
  dow: "dayofweek",
  dayofweek_iso: "extract dayofweek_iso",
  dow_iso: "extract dayofweek_iso",
  doy: "dayofyear",
  yearofweek: "extract yearofweek",
  hour: "hour",
  h: "hour",
  hours: "hour",
  hr: "hour",
  hrs: "hour",
  minute: "minute",
  m: "minute",
  min: "minute",
  mins: "minute",
  minutes: "minute",
};

/** The refusal of a field: one that the type has not, or that is no constant. */
export function fieldRefused(field: Expression, source: Expression, resolving: Resolving): StreamingError {
  if (field.kind !== "literal") {
    const [paramName, paramType] = ["`field`", '"STRING"'];
    return new StreamingError("NON_FOLDABLE_ARGUMENT", { funcName: `\`${resolving.name}\``, paramName, paramType });
  }
  return new StreamingError("INVALID_EXTRACT_FIELD", { field: `\`${field.value as string}\``, expr: `"${describe(source)}"` });
}

/** The fields of intervals, and the seconds of timestamps, which have fractions; null for what is a function of its own. */
export function partOf(field: string, of: DataType): { readonly name: string; readonly type: DataType } | null {
  const { kind } = of;
  const name = ["s", "sec", "secs", "second", "seconds"].includes(field) ? "second" : (extractFields[field] ?? "");
  // An interval of days has no hours to ask for.
  if ((kind === "interval_daytime" || kind === "interval_yearmonth") && !hasUnit(of, name)) return null;
  if (name === "second" && kind !== "interval_yearmonth" && kind !== "interval") return { name, type: types.decimal(8, 6) };
  if (kind === "interval_yearmonth" && (name === "year" || name === "month"))
    return { name, type: name === "year" ? types.int : types.byte };
  if (kind === "interval_daytime" && (name === "day" || name === "hour" || name === "minute"))
    return { name, type: name === "day" ? types.int : types.byte };
  return null;
}
