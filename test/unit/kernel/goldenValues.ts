import { dateText, dateTimeText } from "../../../engine/arrow/civil.js";
import type { DataType } from "../../../engine/arrow/types.js";
import type { MapValue, Value } from "../../../engine/arrow/value.js";
import { decimalText } from "../../../engine/arrow/valueText.js";

/** A value as the golden cases write it. */
export function goldenJson(type: DataType, value: Value): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case "long":
      return Number.isSafeInteger(Number(value)) ? Number(value) : (value as bigint).toString();
    case "float":
    case "double":
      return Number.isFinite(value) ? (type.kind === "float" ? shortest(value as number) : value) : (value as number).toString();
    case "decimal":
      return decimalText(value as bigint, type.scale);
    case "date":
      return dateText(value as number);
    case "timestamp":
      return `${sixDigits(value as bigint)}Z`;
    case "timestamp_ntz":
      return sixDigits(value as bigint);
    case "binary":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "array":
      return (value as readonly Value[]).map((item) => goldenJson(type.element, item));
    case "struct":
      return Object.fromEntries(type.fields.map((field, i) => [field.name, goldenJson(field.type, (value as readonly Value[])[i]!)]));
    case "map": {
      const { keys, values } = value as MapValue;
      return Object.fromEntries(keys.map((key, i) => [key as string, goldenJson(type.value, values[i]!)]));
    }
    default:
      return value;
  }
}

function sixDigits(micros: bigint): string {
  return dateTimeText(micros).replace(/\.(\d+)$/, (_, digits: string) => `.${digits.padEnd(6, "0")}`);
}

/** The double that the float's shortest text names. */
function shortest(value: number): number {
  for (let digits = 1; digits < 10; digits++)
    if (Math.fround(Number(value.toPrecision(digits))) === value) return Number(value.toPrecision(digits));
  return value;
}
