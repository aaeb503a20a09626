import { typeName, type DataType } from "../../../engine/arrow/types.js";
import type { MapValue, Value } from "../../../engine/arrow/value.js";
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
      return Math.round(Date.parse(`${jsYear(golden as string)}T00:00:00Z`) / 86_400_000);
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
  const seconds = BigInt(Date.parse(`${jsYear(match[1]!)}${match[3] ?? "Z"}`)) / 1000n;
  return seconds * 1_000_000n + BigInt((match[2] ?? "").padEnd(6, "0").slice(0, 6));
}

/** `yyyy-MM-ddTHH:mm:ss.SSSSSS`, as Spark prints years beyond four digits (`+10000-…`). */
function isoMicros(micros: bigint): string {
  const seconds = micros >= 0n ? micros / 1_000_000n : -((-micros + 999_999n) / 1_000_000n);
  const fraction = micros - seconds * 1_000_000n;
  return `${isoYear(new Date(Number(seconds) * 1000).toISOString().slice(0, -5))}.${String(fraction).padStart(6, "0")}`;
}

function isoDate(days: number): string {
  return isoYear(new Date(days * 86_400_000).toISOString().slice(0, -14));
}

/** Years that have a sign need six digits in JavaScript. */
function jsYear(text: string): string {
  return text.replace(/^([+-])(\d{4,5})-/, (_all, sign: string, digits: string) => `${sign}${digits.padStart(6, "0")}-`);
}

/** JavaScript writes years beyond four digits with six, Java with as many as it takes and at least four. */
function isoYear(text: string): string {
  return text.replace(/^([+-])0*(\d{4,})/, "$1$2");
}
