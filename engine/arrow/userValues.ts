import { nearestName } from "../errors/nearest.js";
import { StreamingError } from "../errors/streamingError.js";
import { parseDate, parseDateTime } from "./civil.js";
import { Timestamp } from "./timestamp.js";
import { checkNamesDiffer, namesOf } from "./columnNames.js";
import { sqlTypeName, type DataType, type MapType, type StructType } from "./types.js";
import type { MapValue, Value } from "./value.js";
import { parseDecimal } from "./valueText.js";

const wholeRanges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  byte: [-128n, 127n],
  short: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
};

/**
 * What a user gave for a value of `type`, as the engine knows it: the way back of `toRow`, and a little more (a `Date` for a timestamp, an ISO
 * text for a date or a timestamp, a number for a decimal, an object or an array for a struct).
 *
 * @param path names the column in messages
 * @throws VALUE_NOT_OF_TYPE, UNKNOWN_FIELD
 */
export function valueFromUser(type: DataType, given: unknown, path = "value"): Value {
  if (given === null || given === undefined) return null;
  const value = convert(type, given, path);
  if (value === undefined) throw refusal(type, given, path);
  return value;
}

/**
 * The same for what is a member of something: a column of a row, a field, an element.
 *
 * @throws VALUE_NOT_OF_TYPE also for a null where there must be none
 */
export function memberFromUser(type: DataType, nullable: boolean, given: unknown, path: string): Value {
  const value = valueFromUser(type, given, path);
  if (value !== null || nullable) return value;
  throw new StreamingError("VALUE_NOT_OF_TYPE", { column: path, type: `${sqlTypeName(type)} NOT NULL`, value: "null", valueType: "null" });
}

function refusal(type: DataType, given: unknown, path: string): StreamingError {
  const isShort = typeof given === "string" || typeof given === "number" || typeof given === "bigint" || typeof given === "boolean";
  const text = isShort ? String(given) : typeof given;
  return new StreamingError("VALUE_NOT_OF_TYPE", {
    column: path,
    type: sqlTypeName(type),
    value: text ?? "an object",
    valueType: typeof given,
  });
}

/** Undefined when it is no value of the type. */
function convert(type: DataType, given: unknown, path: string): Value | undefined {
  switch (type.kind) {
    case "boolean":
      return typeof given === "boolean" ? given : undefined;
    case "byte":
    case "short":
    case "int":
    case "long":
      return wholeNumber(type.kind, given);
    case "float":
      return typeof given === "number" ? Math.fround(given) : undefined;
    case "double":
      return typeof given === "number" ? given : undefined;
    case "decimal":
      return decimal(type.precision, type.scale, given);
    case "string":
      return typeof given === "string" ? given : undefined;
    case "binary":
      return given instanceof Uint8Array ? given : undefined;
    case "date":
      if (given instanceof Date) return Number.isNaN(given.getTime()) ? undefined : Math.floor(given.getTime() / 86_400_000);
      return typeof given === "string" ? (parseDate(given) ?? undefined) : undefined;
    case "timestamp":
    case "timestamp_ntz":
      return dateTime(given);
    case "array":
      return Array.isArray(given)
        ? given.map((element) => memberFromUser(type.element, type.containsNull, element, `${path}.element`))
        : undefined;
    case "map":
      return mapValue(type, given, path);
    case "struct":
      return structValue(type, given, path);
    default:
      return undefined;
  }
}

function wholeNumber(kind: "byte" | "short" | "int" | "long", given: unknown): Value | undefined {
  if (typeof given !== "bigint" && !(typeof given === "number" && Number.isSafeInteger(given))) return undefined;
  const [least, most] = wholeRanges[kind]!;
  if (given < least || given > most) return undefined;
  return kind === "long" ? BigInt(given) : Number(given);
}

function decimal(precision: number, scale: number, given: unknown): bigint | undefined {
  if (typeof given !== "string" && typeof given !== "number" && typeof given !== "bigint") return undefined;
  const unscaled = parseDecimal(String(given), scale);
  const limit = 10n ** BigInt(precision);
  return unscaled !== null && unscaled < limit && unscaled > -limit ? unscaled : undefined;
}

function dateTime(given: unknown): bigint | undefined {
  if (given instanceof Timestamp) return given.microseconds;
  if (given instanceof Date) return Number.isNaN(given.getTime()) ? undefined : BigInt(given.getTime()) * 1000n;
  return typeof given === "string" ? parseDateTime(given)?.microseconds : undefined;
}

function mapValue(type: MapType, given: unknown, path: string): MapValue | undefined {
  const entries = given instanceof Map ? [...(given as Map<unknown, unknown>)] : isPlainObject(given) ? Object.entries(given) : undefined;
  return (
    entries && {
      keys: entries.map(([key]) => memberFromUser(type.key, false, key, `${path}.key`)),
      values: entries.map(([, value]) => memberFromUser(type.value, type.valueContainsNull, value, `${path}.value`)),
    }
  );
}

function structValue(type: StructType, given: unknown, path: string): Value[] | undefined {
  const nested = (i: number): string => (path === "value" ? type.fields[i]!.name : `${path}.${type.fields[i]!.name}`);
  const member = (i: number, value: unknown): Value => memberFromUser(type.fields[i]!.type, type.fields[i]!.nullable, value, nested(i));
  if (Array.isArray(given)) return given.length === type.fields.length ? given.map((value, i) => member(i, value)) : undefined;
  if (!isPlainObject(given)) return undefined;
  checkNamesDiffer(namesOf(type), { ignoreCase: false });
  const names = new Set(namesOf(type));
  for (const name of Object.keys(given)) {
    if (names.has(name)) continue;
    const nearest = nearestName(name, names);
    throw new StreamingError("UNKNOWN_FIELD", {
      field: name,
      suggestion: nearest ? `Did you mean \`${nearest}\`?` : `The fields are: ${[...names].join(", ")}.`,
    });
  }
  return type.fields.map((field, i) => member(i, Object.hasOwn(given, field.name) ? given[field.name] : null));
}

function isPlainObject(given: unknown): given is Record<string, unknown> {
  return (
    typeof given === "object" &&
    given !== null &&
    !Array.isArray(given) &&
    !(given instanceof Date) &&
    !(given instanceof Uint8Array) &&
    !(given instanceof Map)
  );
}
