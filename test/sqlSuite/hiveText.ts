import type { DataType } from "../../engine/arrow/types.js";
import type { MapValue, Value } from "../../engine/arrow/value.js";
import { valueText } from "../../engine/values/valueText.js";

/** The zone that Spark's suite runs in. */
export const suiteZone = "America/Los_Angeles";

/** A value as Spark's suite prints it (Hive's form). */
export function hiveText(type: DataType, value: Value, nested = false): string {
  if (value === null) return nested ? "null" : "NULL";
  switch (type.kind) {
    case "null":
      return "NULL";
    case "binary":
      return Buffer.from(value as Uint8Array).toString("utf8");
    case "interval_daytime":
      return dayTimeText(value as bigint);
    case "interval_yearmonth":
      return `${(value as number) < 0 ? "-" : ""}${Math.floor(Math.abs(value as number) / 12)}-${Math.abs(value as number) % 12}`;
    case "array":
      return `[${(value as readonly Value[]).map((each) => hiveText(type.element, each, true)).join(",")}]`;
    case "struct":
      return `{${type.fields.map((f, i) => `"${f.name}":${hiveText(f.type, (value as readonly Value[])[i]!, true)}`).join(",")}}`;
    case "map": {
      const { keys, values } = value as MapValue;
      const entries = keys.map((key, i) => `${hiveText(type.key, key, true)}:${hiveText(type.value, values[i]!, true)}`);
      return `{${entries.toSorted().join(",")}}`;
    }
    case "string":
      return nested ? `"${value as string}"` : (value as string);
    default:
      return valueText(value, type, suiteZone);
  }
}

function dayTimeText(micros: bigint): string {
  const size = micros < 0n ? -micros : micros;
  const seconds = size / 1_000_000n;
  const clock = `${pad((seconds / 3600n) % 24n)}:${pad((seconds / 60n) % 60n)}:${pad(seconds % 60n)}.${pad((size % 1_000_000n) * 1000n, 9)}`;
  return `${micros < 0n ? "-" : ""}${seconds / 86_400n} ${clock}`;
}

function pad(n: bigint, width = 2): string {
  return String(n).padStart(width, "0");
}
