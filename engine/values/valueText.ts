import type { DataType } from "../arrow/types.js";
import type { IntervalValue, MapValue, Value } from "../arrow/value.js";
import { dayTimeIntervalText, decimalText, yearMonthIntervalText } from "../arrow/valueText.js";
import { dateText, localText, timestampText } from "./dateTimeText.js";
import { doubleText, floatText } from "./numberText.js";

const decoder = new TextDecoder();

/** How the texts of values may be otherwise. */
export interface TextStyle {
  /** Nulls inside a value (`null`): where that is empty, what parts them has no space either. */
  readonly nullText?: string;
  /** Decimals below a millionth are written with an exponent (`0E-10`), as Java does and Spark's casts outside of ANSI mode. */
  readonly exponents?: boolean;
}

/** What `CAST(… AS STRING)` gives; the value is not null. */
export function valueText(value: Value, type: DataType, zone: string, style: TextStyle = {}): string {
  switch (type.kind) {
    case "string":
      return value as string;
    case "binary":
      return decoder.decode(value as Uint8Array);
    case "float":
      return floatText(value as number);
    case "double":
      return doubleText(value as number);
    case "decimal":
      return (style.exponents === true ? javaDecimalText : decimalText)(value as bigint, type.scale);
    case "date":
      return dateText(value as number);
    case "timestamp":
      return timestampText(value as bigint, zone);
    case "timestamp_ntz":
      return localText(value as bigint);
    case "array":
      return `[${joined((value as readonly Value[]).map((v) => element(v, type.element, zone, style)))}]`;
    case "struct":
      return `{${joined((value as readonly Value[]).map((v, i) => element(v, type.fields[i]!.type, zone, style)))}}`;
    case "map": {
      const { keys, values } = value as MapValue;
      const entries = keys.map((k, i) => `${element(k, type.key, zone, style)} ->${element(values[i]!, type.value, zone, style)}`);
      return `{${joined(entries)}}`;
    }
    case "interval_daytime":
      return dayTimeIntervalText(value as bigint, type.units);
    case "interval_yearmonth":
      return yearMonthIntervalText(value as number, type.units);
    case "interval":
      return calendarIntervalText(value as IntervalValue);
    default:
      return (value as boolean | number | bigint).toString();
  }
}

/** A value inside another, with the space before it; nothing at all for a null that has no text. */
function element(value: Value, type: DataType, zone: string, style: TextStyle): string {
  const { nullText = "null" } = style;
  if (value === null) return nullText === "" ? "" : ` ${nullText}`;
  return ` ${valueText(value, type, zone, style)}`;
}

/** A decimal with an exponent where its first digit stands behind the sixth place, as Java's `BigDecimal.toString`. */
function javaDecimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  const exponent = digits.length - 1 - scale;
  if (exponent >= -6) return decimalText(unscaled, scale);
  return `${unscaled < 0n ? "-" : ""}${digits[0]}${digits.length > 1 ? "." : ""}${digits.slice(1)}E${exponent}`;
}

function joined(elements: readonly string[]): string {
  const text = elements.join(",");
  return text.startsWith(" ") ? text.slice(1) : text;
}

/** The value as a SQL literal, as error parameters show it. */
export function sqlLiteral(value: Value, type: DataType, zone: string): string {
  if (value === null) return "NULL";
  switch (type.kind) {
    case "string":
      return `'${value as string}'`;
    case "byte":
      return `${value as number}Y`;
    case "short":
      return `${value as number}S`;
    case "long":
      return `${value as bigint}L`;
    case "float":
      return Number.isFinite(value) ? `CAST('${floatText(value as number)}' AS FLOAT)` : floatText(value as number);
    case "double":
      return Number.isFinite(value) ? `${doubleText(value as number)}D` : doubleText(value as number);
    case "decimal":
      return `${decimalText(value as bigint, type.scale)}BD`;
    case "date":
      return `DATE '${valueText(value, type, zone)}'`;
    case "timestamp":
      return `TIMESTAMP '${valueText(value, type, zone)}'`;
    case "timestamp_ntz":
      return `TIMESTAMP_NTZ '${valueText(value, type, zone)}'`;
    default:
      return valueText(value, type, zone);
  }
}

/** Years, months, days and what they have of a day, each in its unit: `1 years 2 months 3.5 seconds`. */
function calendarIntervalText({ months, days, microseconds }: IntervalValue): string {
  const hours = microseconds / 3_600_000_000n;
  const minutes = (microseconds / 60_000_000n) % 60n;
  const rest = microseconds % 60_000_000n;
  const units: readonly (readonly [bigint, string])[] = [
    [BigInt(Math.trunc(months / 12)), "years"],
    [BigInt(months % 12), "months"],
    [BigInt(days), "days"],
    [hours, "hours"],
    [minutes, "minutes"],
  ];
  const words = units.filter(([count]) => count !== 0n).map(([count, unit]) => `${count} ${unit}`);
  if (rest !== 0n) words.push(`${decimalText(rest, 6).replace(/\.?0+$/, "")} seconds`);
  return words.length === 0 ? "0 seconds" : words.join(" ");
}
