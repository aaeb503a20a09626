import { typeName, type DataType } from "../../../engine/arrow/types.js";
import type { MapValue, Value } from "../../../engine/arrow/value.js";
import { civilFromDays, daysFromCivil } from "../../../engine/values/calendar.js";
import { literal } from "../../../engine/expression/expression.js";
import { sqlText } from "../../../engine/plan/sqlText.js";
import type { GoldenRow, GoldenValue } from "./case.js";

/** A golden JSON value as the engine's Value. */
export function toValue(type: DataType, golden: GoldenValue | undefined): Value {
  if (golden === null || golden === undefined) return null;
  switch (type.kind) {
    case "long":
      return BigInt(golden as string | number | bigint);
    case "byte":
    case "short":
    case "int":
    case "double":
      return Number(golden);
    case "float":
      return Math.fround(Number(golden));
    case "decimal":
      return unscaled((golden as string | number | bigint).toString(), type.scale);
    case "date":
      return parseDays(golden as string);
    case "timestamp":
    case "timestamp_ntz":
      return parseMicros(golden as string);
    case "binary":
      return new Uint8Array(Buffer.from(golden as string, "base64"));
    case "array":
      return (golden as readonly GoldenValue[]).map((element) => toValue(type.element, element));
    case "struct":
      return type.fields.map((field) => toValue(field.type, (golden as GoldenRow)[field.name]));
    case "map": {
      const entries = Object.entries(golden as GoldenRow);
      return { keys: entries.map(([key]) => toValue(type.key, key)), values: entries.map(([, value]) => toValue(type.value, value)) };
    }
    default:
      return golden as Value;
  }
}

/** The engine's Value in golden JSON. */
export function toGolden(type: DataType, value: Value): GoldenValue {
  if (value === null) return null;
  switch (type.kind) {
    case "long":
      return safeOrText(value as bigint);
    case "float":
    case "double":
      return doubleOf(value as number);
    case "decimal":
      return scaled(value as bigint, type.scale);
    case "date":
      return isoDate(value as number);
    case "timestamp":
      return `${isoMicros(value as bigint)}Z`;
    case "timestamp_ntz":
      return isoMicros(value as bigint);
    case "binary":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "array":
      return (value as readonly Value[]).map((element) => toGolden(type.element, element));
    case "struct":
      return Object.fromEntries(type.fields.map((field, i) => [field.name, toGolden(field.type, (value as readonly Value[])[i]!)]));
    case "map": {
      const { keys, values } = value as MapValue;
      return Object.fromEntries(
        keys.map((key, i) => [String(toGolden(type.key, key) as string | number | boolean), toGolden(type.value, values[i]!)]),
      );
    }
    case "interval_daytime":
    case "interval_yearmonth":
      return sqlText(literal(value, type));
    case "interval":
      throw new Error(`no golden form for ${typeName(type)}`);
    default:
      return value as GoldenValue;
  }
}

function safeOrText(value: bigint): GoldenValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function doubleOf(value: number): GoldenValue {
  return Number.isFinite(value) ? value : String(value);
}

function unscaled(text: string, scale: number): bigint {
  const [whole, fraction = ""] = text.split(".");
  return BigInt(whole! + fraction.padEnd(scale, "0").slice(0, scale));
}

function scaled(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function parseMicros(text: string): bigint {
  const match = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(text)!;
  const [day, time] = match[1]!.split("T");
  const ofDay = BigInt(Date.parse(`1970-01-01T${time}${match[3] ?? "Z"}`)) / 1000n;
  const seconds = BigInt(parseDays(day!)) * 86_400n + ofDay;
  return seconds * 1_000_000n + BigInt((match[2] ?? "").padEnd(6, "0").slice(0, 6));
}

/** `yyyy-MM-ddTHH:mm:ss.SSSSSS`, as Spark prints years beyond four digits (`+10000-…`). */
function isoMicros(micros: bigint): string {
  const seconds = micros >= 0n ? micros / 1_000_000n : -((-micros + 999_999n) / 1_000_000n);
  const fraction = micros - seconds * 1_000_000n;
  const days = Math.floor(Number(seconds) / 86_400);
  const time = new Date((Number(seconds) - days * 86_400) * 1000).toISOString().slice(10, 19);
  return `${isoDate(days)}${time}.${String(fraction).padStart(6, "0")}`;
}

function isoDate(days: number): string {
  const { year, month, day } = civilFromDays(days);
  const digits = String(Math.abs(year)).padStart(4, "0");
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  return `${sign}${digits}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** `yyyy-MM-dd`, in years that JavaScript's dates do not reach too. */
function parseDays(text: string): number {
  const [, year, month, day] = /^([+-]?\d+)-(\d\d)-(\d\d)$/.exec(text)!;
  return daysFromCivil(Number(year), Number(month), Number(day));
}
