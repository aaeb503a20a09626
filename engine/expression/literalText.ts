import { sqlTypeName, type DataType } from "../arrow/types.js";
import type { Value } from "../arrow/value.js";
import { dayTimeIntervalText, yearMonthIntervalText } from "../arrow/valueText.js";
import { valueText } from "../values/valueText.js";

/** A constant as Spark names columns after it: strings stand without quotes, times in the zone of the session. */
export function literalText(value: Value, type: DataType, zone: string): string {
  if (value === null) return "NULL";
  switch (type.kind) {
    case "decimal":
    case "double":
    case "float":
      return valueText(value, type, zone);
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return `${sqlTypeName(type)} '${valueText(value, type, zone)}'`;
    case "binary":
      return `X'${Array.from(value as Uint8Array, (b) => b.toString(16).padStart(2, "0").toUpperCase()).join("")}'`;
    case "interval_daytime":
      return dayTimeIntervalText(value as bigint, type.units);
    case "interval_yearmonth":
      return yearMonthIntervalText(value as number, type.units);
    default:
      return typeof value === "object"
        ? JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part))
        : String(value);
  }
}
