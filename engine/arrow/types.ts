/**
 * The logical types: Spark's. How a column of a type is laid out in memory is its encoding (`column.ts`).
 */
export type DataType =
  | NullType
  | BooleanType
  | IntegralType
  | FloatingType
  | DecimalType
  | StringType
  | BinaryType
  | DateType
  | TimestampType
  | TimestampNtzType
  | DayTimeIntervalType
  | YearMonthIntervalType
  | CalendarIntervalType
  | ArrayType
  | MapType
  | StructType;

export interface NullType {
  readonly kind: "null";
}
export interface BooleanType {
  readonly kind: "boolean";
}
export interface IntegralType {
  readonly kind: "byte" | "short" | "int" | "long";
  /** Of a long: rows that users see give it as bigint (`t.bigint`). Says nothing about the values. */
  readonly asBigint?: boolean;
}
export interface FloatingType {
  readonly kind: "float" | "double";
}
export interface DecimalType {
  readonly kind: "decimal";
  /** 1 to 38. */
  readonly precision: number;
  /** 0 to precision. */
  readonly scale: number;
}
export interface StringType {
  readonly kind: "string";
}
export interface BinaryType {
  readonly kind: "binary";
}
/** Days since 1970-01-01, proleptic Gregorian. */
export interface DateType {
  readonly kind: "date";
}
/** Microseconds since 1970-01-01T00:00:00Z. */
export interface TimestampType {
  readonly kind: "timestamp";
}
/** Microseconds since 1970-01-01T00:00:00 of a wall clock without a zone. */
export interface TimestampNtzType {
  readonly kind: "timestamp_ntz";
}
/** Microseconds. */
export interface DayTimeIntervalType {
  readonly kind: "interval_daytime";
  /** The units it is made of, as its name shows them (`day`, `hour to second`); default `day to second`. No part of the type's identity. */
  readonly units?: string;
}
/** Months. */
export interface YearMonthIntervalType {
  readonly kind: "interval_yearmonth";
  /** `year`, `month`; default `year to month`. No part of the type's identity. */
  readonly units?: string;
}
/** Months, days and microseconds: only as a literal argument (of windows and of timestamp arithmetic), never as a column. */
export interface CalendarIntervalType {
  readonly kind: "interval";
}
export interface ArrayType {
  readonly kind: "array";
  readonly element: DataType;
  readonly containsNull: boolean;
}
export interface MapType {
  readonly kind: "map";
  readonly key: DataType;
  readonly value: DataType;
  readonly valueContainsNull: boolean;
}
export interface StructType {
  readonly kind: "struct";
  readonly fields: readonly Field[];
}

/** A named column of a schema, or a named member of a struct. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

/** The columns of a table. Names may repeat (Spark allows it until something must name one). */
export type Schema = StructType;

export const types = {
  null: { kind: "null" },
  boolean: { kind: "boolean" },
  byte: { kind: "byte" },
  short: { kind: "short" },
  int: { kind: "int" },
  long: { kind: "long" },
  float: { kind: "float" },
  double: { kind: "double" },
  string: { kind: "string" },
  binary: { kind: "binary" },
  date: { kind: "date" },
  timestamp: { kind: "timestamp" },
  timestampNtz: { kind: "timestamp_ntz" },
  intervalDayTime: { kind: "interval_daytime" },
  intervalYearMonth: { kind: "interval_yearmonth" },
  calendarInterval: { kind: "interval" },
  decimal: (precision: number, scale: number): DecimalType => ({ kind: "decimal", precision, scale }),
  array: (element: DataType, containsNull = true): ArrayType => ({ kind: "array", element, containsNull }),
  map: (key: DataType, value: DataType, valueContainsNull = true): MapType => ({ kind: "map", key, value, valueContainsNull }),
  struct: (fields: readonly Field[]): StructType => ({ kind: "struct", fields }),
} as const;

/** A field; nullable unless said otherwise. */
export function field(name: string, type: DataType, nullable = true): Field {
  return { name, type, nullable };
}

/** The type of an event-time window: Spark's `window()` gives it. */
export const windowType: StructType = types.struct([field("start", types.timestamp), field("end", types.timestamp)]);

/** Whether both are the same type; nullability of fields and elements does not count. */
export function sameType(a: DataType, b: DataType): boolean {
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case "decimal":
      return b.kind === "decimal" && a.precision === b.precision && a.scale === b.scale;
    case "array":
      return b.kind === "array" && sameType(a.element, b.element);
    case "map":
      return b.kind === "map" && sameType(a.key, b.key) && sameType(a.value, b.value);
    case "struct":
      return (
        b.kind === "struct" &&
        a.fields.length === b.fields.length &&
        a.fields.every((f, i) => f.name === b.fields[i]!.name && sameType(f.type, b.fields[i]!.type))
      );
    default:
      return true;
  }
}

/** Whether intervals in the types, which are alike else, have the same units. */
export function sameUnits(a: DataType, b: DataType): boolean {
  if (a.kind === "array" && b.kind === "array") return sameUnits(a.element, b.element);
  if (a.kind === "map" && b.kind === "map") return sameUnits(a.key, b.key) && sameUnits(a.value, b.value);
  if (a.kind === "struct" && b.kind === "struct") return a.fields.every(({ type }, i) => sameUnits(type, b.fields[i]!.type));
  if (a.kind === "interval_daytime" && b.kind === "interval_daytime") return (a.units ?? "day to second") === (b.units ?? "day to second");
  if (a.kind === "interval_yearmonth" && b.kind === "interval_yearmonth")
    return (a.units ?? "year to month") === (b.units ?? "year to month");
  return true;
}

/** Spark's `simpleString` of a type: what DDL, progress and golden cases print (`bigint`, `struct<a:int>`). */
export function typeName(type: DataType): string {
  switch (type.kind) {
    case "null":
      return "void";
    case "byte":
      return "tinyint";
    case "short":
      return "smallint";
    case "long":
      return "bigint";
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "interval_daytime":
      return `interval ${type.units ?? "day to second"}`;
    case "interval_yearmonth":
      return `interval ${type.units ?? "year to month"}`;
    case "array":
      return `array<${typeName(type.element)}>`;
    case "map":
      return `map<${typeName(type.key)},${typeName(type.value)}>`;
    case "struct":
      return `struct<${type.fields.map((f) => `${f.name}:${typeName(f.type)}`).join(",")}>`;
    default:
      return type.kind;
  }
}

/** Spark's `sql` name of a type, as error parameters print it (`"BIGINT"` without the quotes). */
export function sqlTypeName(type: DataType): string {
  switch (type.kind) {
    case "array":
      return `ARRAY<${sqlTypeName(type.element)}>`;
    case "map":
      return `MAP<${sqlTypeName(type.key)}, ${sqlTypeName(type.value)}>`;
    case "struct":
      return `STRUCT<${type.fields.map((f) => `${f.name}: ${sqlTypeName(f.type)}${f.nullable ? "" : " NOT NULL"}`).join(", ")}>`;
    default:
      return typeName(type).toUpperCase();
  }
}
