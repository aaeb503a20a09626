import type { Timestamp } from "../engine/arrow/rows.js";
import { field, types, type DataType, type DecimalType, type Field, type Schema } from "../engine/arrow/types.js";
import { parseDataType, parseSchema } from "../engine/sql/ddl.js";
import { isStandardSchema, schemaOfStandard, type RowOfStandard, type StandardSchema } from "./standardSchema.js";
import type { Decimal, LocalDate, LocalDateTime } from "./types/values.js";
import { checkArguments, instanceOf, isPlainObject, notExpected, recordOf, type Kind } from "./arguments.js";

declare const valueOf: unique symbol;

/** A type of a column, as `t` makes it: what the engine knows of it, whether it may be null, and (for the compiler) what a row holds. */
export class ColumnType<out V = unknown> {
  declare readonly [valueOf]: V;

  constructor(
    readonly dataType: DataType,
    readonly nullable: boolean = true,
  ) {}

  /** The same type without nulls (SQL's NOT NULL). @example schema({ id: t.long.notNull }) */
  get notNull(): ColumnType<NonNullable<V>> {
    return new ColumnType<NonNullable<V>>(this.dataType, false);
  }

  /** The same type with nulls, which is how every type starts. @example schema({ id: t.long.notNull.orNull }) */
  get orNull(): ColumnType<V | null> {
    return new ColumnType<V | null>(this.dataType, true);
  }
}

/** The value of a type, for the compiler. */
export type TypeValue<T> = T extends ColumnType<infer V> ? V : unknown;

/** A schema that carries the type of its rows. Everything that takes a schema takes it. */
export class TypedSchema<out Row> extends ColumnType<Row | null> implements Schema {
  readonly kind = "struct";
  readonly fields: Schema["fields"];

  constructor(struct: Schema) {
    super(struct);
    this.fields = struct.fields;
  }
}

/** The type of the rows of a schema. @example type Row = RowOf<typeof Reading> */
export type RowOf<S> = S extends TypedSchema<infer Row> ? Row : Record<string, unknown>;

type Members = Readonly<Record<string, ColumnType>>;
type RowOfMembers<M extends Members> = M extends infer Given ? { -readonly [K in keyof Given]: TypeValue<Given[K]> } : never;

/**
 * A schema, column by column, or that of a Standard Schema object (zod, valibot, arktype), by the JSON Schema that it gives. Columns of `t` are nullable unless
 * they say `.notNull`; of a Standard Schema, if they may be left out or null.
 *
 * @throws UNSUPPORTED_STANDARD_SCHEMA
 * @example const Reading = schema({ sensorId: t.string, at: t.timestamp, celsius: t.double })
 */
export function schema<I>(standard: StandardSchema<I>): TypedSchema<RowOfStandard<I>>;
export function schema<M extends Members>(columns: M): TypedSchema<RowOfMembers<M>>;
export function schema(columns: StandardSchema | Members): TypedSchema<never> {
  return new TypedSchema(isStandardSchema(columns) ? schemaOfStandard(columns) : structOf(columns));
}

function structOf(columns: Members): Schema {
  checkArguments("schema", [columnTypes], [columns]);
  return types.struct(Object.entries(columns).map(([name, type]) => field(name, type.dataType, type.nullable)));
}

const columnType = instanceOf("a type of t, such as t.string", ColumnType);
const columnTypes = recordOf("an object of types of t by column name", columnType);
const digits = (least: number): Kind => ({
  expected: `a whole number from ${least} to 38`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= 38,
});

/**
 * The types of columns, by Spark's names.
 *
 * @example schema({ id: t.long.notNull, tags: t.array(t.string), price: t.decimal(10, 2) })
 */
export const t = {
  boolean: new ColumnType<boolean | null>(types.boolean),
  byte: new ColumnType<number | null>(types.byte),
  short: new ColumnType<number | null>(types.short),
  int: new ColumnType<number | null>(types.int),
  /** Read as a number; a value beyond 2^53 is an error then, never a wrong digit. */
  long: new ColumnType<number | null>(types.long),
  /** A long read as bigint. */
  bigint: new ColumnType<bigint | null>({ kind: "long", asBigint: true }),
  float: new ColumnType<number | null>(types.float),
  double: new ColumnType<number | null>(types.double),
  /** Read as text with exactly `scale` fraction digits. */
  decimal: (precision: number, scale: number): ColumnType<Decimal | null> => new ColumnType(decimalType(precision, scale)),
  string: new ColumnType<string | null>(types.string),
  binary: new ColumnType<Uint8Array | null>(types.binary),
  /** Read as `yyyy-MM-dd`. */
  date: new ColumnType<LocalDate | null>(types.date),
  /** A point in time, read as `Timestamp`: a Date that keeps its microseconds. */
  timestamp: new ColumnType<Timestamp | null>(types.timestamp),
  /** A wall-clock time without a zone, read as ISO text. */
  timestampNtz: new ColumnType<LocalDateTime | null>(types.timestampNtz),
  array: <V>(element: ColumnType<V>): ColumnType<V[] | null> => {
    checkArguments("t.array", [columnType], [element]);
    return new ColumnType(types.array(element.dataType, element.nullable));
  },
  map: <K, V>(key: ColumnType<K>, value: ColumnType<V>): ColumnType<Map<NonNullable<K>, V> | null> => {
    checkArguments("t.map", [columnType, columnType], [key, value]);
    return new ColumnType(types.map(key.dataType, value.dataType, value.nullable));
  },
  struct: <M extends Members>(members: M): ColumnType<RowOfMembers<M> | null> => new ColumnType(structOf(members)),
} as const;

function decimalType(precision: number, scale: number): DecimalType {
  checkArguments("t.decimal", [digits(1), digits(0)], [precision, scale]);
  return types.decimal(precision, scale);
}

/** What is taken as a type: DDL text (`"array<int>"`), a type of `t`, or a plain data type. */
export type TypeInput = TypeText | ColumnType | DataType;

/** The DDL names that the compiler knows; any other DDL text is taken as well. */
export type TypeText = keyof NamedTypes | (string & {});

interface NamedTypes {
  boolean: boolean;
  tinyint: number;
  byte: number;
  smallint: number;
  short: number;
  int: number;
  integer: number;
  bigint: number;
  long: number;
  float: number;
  real: number;
  double: number;
  string: string;
  binary: Uint8Array;
  date: LocalDate;
  timestamp: Timestamp;
  timestamp_ntz: LocalDateTime;
}

/** The value of a cast to a type: nullable, since what is cast may be null. */
export type CastTo<T> = T extends keyof NamedTypes
  ? NamedTypes[T] | null
  : T extends `decimal${string}`
    ? Decimal | null
    : T extends ColumnType<infer V>
      ? V | null
      : unknown;

/** What is taken as a schema: `schema({…})`, DDL text (`"id BIGINT, name STRING"`), a Standard Schema object, or a plain struct type. */
export type SchemaInput = string | Schema | TypedSchema<unknown> | StandardSchema;

/** The row type that a schema input stands for. */
export type RowOfInput<S> =
  S extends TypedSchema<infer Row> ? Row : S extends StandardSchema<infer I> ? RowOfStandard<I> : Record<string, unknown>;

/** A schema in any of its forms as plain data. @throws NOT_EXPECTED_TYPE for what is none, and what the parser refuses */
export function schemaInput(input: SchemaInput): Schema {
  if (typeof input === "string") return parseSchema(input);
  if (input instanceof TypedSchema) return { kind: "struct", fields: input.fields };
  if (isStandardSchema(input)) return schemaOfStandard(input);
  // Plain fields are a schema too.
  const type: unknown = isPlainObject(input) ? { kind: "struct", fields: input.fields } : input;
  if (!isType(type) || type.kind !== "struct") throw notExpected("a schema", 1, expectedSchema, input);
  return { kind: "struct", fields: type.fields };
}

const expectedSchema = 'schema({ … }), a text such as "id BIGINT, name STRING", a Standard Schema object, or a plain struct type';

/** A plain type as a program gave it. @throws NOT_EXPECTED_TYPE */
export function checkedType(owner: string, type: unknown): DataType {
  if (isType(type)) return type;
  throw notExpected(owner, 1, 'a type: one of t, a text such as "array<int>", or a plain type', type);
}

/** A type given as such, or as DDL text. @throws NOT_EXPECTED_TYPE, and what the parser refuses */
export function typeInput(type: TypeInput): DataType {
  if (typeof type === "string") return parseDataType(type);
  return type instanceof ColumnType ? type.dataType : checkedType("cast", type);
}

const simpleKinds = new Set(
  "null boolean byte short int long float double string binary date timestamp timestamp_ntz interval_daytime interval_yearmonth interval".split(
    " ",
  ),
);

/** Whether something is a plain type, down to its innermost. */
function isType(given: unknown): given is DataType {
  const open: unknown[] = [given];
  const seen = new Set<unknown>();
  for (let next = open.pop(); open.length > 0 || next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) return false;
    if (seen.has(next)) continue;
    seen.add(next);
    const inner = innerTypes(next as { kind?: unknown });
    if (inner === null) return false;
    open.push(...inner);
  }
  return seen.size > 0;
}

/** The types right below one; null for what is no type. What is missing stands as null. */
function innerTypes(type: Readonly<Record<string, unknown>>): unknown[] | null {
  const { kind } = type;
  if (typeof kind === "string" && simpleKinds.has(kind)) return [];
  if (kind === "array") return [type["element"] ?? null];
  if (kind === "map") return [type["key"] ?? null, type["value"] ?? null];
  if (kind === "decimal") return Number.isInteger(type["precision"]) && Number.isInteger(type["scale"]) ? [] : null;
  if (kind !== "struct" || !Array.isArray(type["fields"])) return null;
  const fields = type["fields"] as readonly unknown[];
  return fields.every(isField) ? fields.map((member) => member.type ?? null) : null;
}

function isField(member: unknown): member is Field {
  return isPlainObject(member) && typeof member["name"] === "string";
}
