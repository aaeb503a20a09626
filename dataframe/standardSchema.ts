import { field, types, type DataType, type Field, type Schema } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/*
 * A Standard Schema object (of zod, valibot, arktype …) as a schema: by the JSON Schema that it gives of what comes in. It says what columns there are; nothing is
 * validated by it, and defaults and transformations do not run.
 */

/** What is taken of a Standard Schema: `I` is what comes in. */
export interface StandardSchema<I = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: I } | undefined;
  };
}

/** The row of a Standard Schema: what may be left out may be null, an object of any names is a map. */
export type RowOfStandard<I> = I extends infer Given ? { -readonly [K in keyof Given]-?: Cell<Given[K]> } : never;

type Cell<V> = (undefined extends V ? null : never) | Present<Exclude<V, undefined>>;
type Present<V> = V extends readonly (infer E)[]
  ? Cell<E>[]
  : V extends object
    ? string extends keyof V
      ? Map<string, Cell<V[string & keyof V]>>
      : { -readonly [K in keyof V]-?: Cell<V[K]> }
    : V;

type Json = Readonly<Record<string, unknown>>;

export function isStandardSchema(given: unknown): given is StandardSchema {
  // arktype's are functions.
  if ((typeof given !== "object" && typeof given !== "function") || given === null || !("~standard" in given)) return false;
  const standard = given["~standard"];
  return isJson(standard) && standard["version"] === 1;
}

/** @throws UNSUPPORTED_STANDARD_SCHEMA where it says nothing of itself, or what no column can hold */
export function schemaOfStandard(given: StandardSchema): Schema {
  const root = jsonSchemaOf(given);
  const reader = new JsonSchemaReader(root);
  const { type } = reader.valueOf(root, []);
  if (type.kind === "struct") return type;
  throw refused([], "is no object with named members", "Give an object schema: its members become the columns.");
}

function jsonSchemaOf(given: StandardSchema): Json {
  const { vendor, jsonSchema } = given["~standard"] as { readonly vendor: string; readonly jsonSchema?: { readonly input?: unknown } };
  if (typeof jsonSchema?.input !== "function") {
    const advice = "Give one that does: zod from 4.2, arktype from 2.1.28, for valibot toStandardJsonSchema(…) of @valibot/to-json-schema.";
    throw refused([], `of ${vendor} gives no JSON Schema of itself`, advice);
  }
  try {
    return (jsonSchema as { input(options: { target: string }): Json }).input({ target: "draft-2020-12" });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refused(
      [],
      `of ${vendor} has no JSON Schema (${why})`,
      "Use text, numbers, booleans, arrays, objects and records, and cast columns to what else is wanted.",
    );
  }
}

interface Read {
  readonly type: DataType;
  readonly nullable: boolean;
}

const cast = "Give it one type that JSON has, or write this schema with t.";

class JsonSchemaReader {
  constructor(private readonly root: Json) {}

  valueOf(schema: Json, path: readonly string[], open: readonly Json[] = []): Read {
    if (open.includes(schema))
      throw refused(path, "holds itself", "A column's type has an end: write this schema with t., down to the depth that is wanted.");
    const inside = [...open, schema];
    const ref = schema["$ref"];
    if (typeof ref === "string") return this.valueOf(this.target(ref, path), path, inside);
    const choices = schema["anyOf"] ?? schema["oneOf"];
    if (Array.isArray(choices)) return this.choice(choices.map(asJson), path, inside);
    if (Array.isArray(schema["allOf"])) return this.valueOf(merged(schema, path), path, inside);
    const values = "const" in schema ? [schema["const"]] : schema["enum"];
    if (Array.isArray(values)) return literals(values, path);
    const given = schema["type"];
    if (!Array.isArray(given)) return this.ofType(given, schema, path, inside);
    return this.choice(
      given.map((type: unknown) => ({ ...schema, type })),
      path,
      inside,
    );
  }

  /** One of several: null beside one type. */
  private choice(choices: readonly Json[], path: readonly string[], open: readonly Json[]): Read {
    const others = choices.filter((choice) => choice["type"] !== "null");
    const read = others.map((choice) => this.valueOf(choice, path, open));
    const first = read[0];
    if (first === undefined) throw refused(path, "is always null", "Leave it out.");
    const nullable = others.length < choices.length || read.some((each) => each.nullable);
    const different = read.find(({ type }) => JSON.stringify(type) !== JSON.stringify(first.type));
    if (different === undefined) return { type: first.type, nullable };
    const isNumber = read.every(({ type }) => type.kind === "long" || type.kind === "double");
    if (isNumber) return { type: types.double, nullable };
    throw refused(path, `is of several types (${[...new Set(read.map(({ type }) => type.kind))].join(", ")})`, cast);
  }

  private ofType(name: unknown, schema: Json, path: readonly string[], open: readonly Json[]): Read {
    switch (name) {
      case "string":
        return { type: schema["format"] === "date" ? types.date : types.string, nullable: false };
      case "boolean":
        return { type: types.boolean, nullable: false };
      case "integer":
        return { type: types.long, nullable: false };
      case "number":
        return { type: types.double, nullable: false };
      case "array":
        return { type: this.array(schema, path, open), nullable: false };
      case "object":
        return { type: this.object(schema, path, open), nullable: false };
      default:
        throw refused(path, typeof name === "string" ? `is of the type ${name}` : "may be anything", cast);
    }
  }

  private array(schema: Json, path: readonly string[], open: readonly Json[]): DataType {
    if (schema["prefixItems"] !== undefined) throw refused(path, "is a tuple", "Make it an object: a struct has a name for each member.");
    if (!isJson(schema["items"])) throw refused(path, "is an array of anything", cast);
    const { type, nullable } = this.valueOf(schema["items"], [...path, "element"], open);
    return types.array(type, nullable);
  }

  private object(schema: Json, path: readonly string[], open: readonly Json[]): DataType {
    const members = Object.entries(isJson(schema["properties"]) ? schema["properties"] : {});
    const patterns = isJson(schema["patternProperties"]) ? Object.values(schema["patternProperties"]) : [];
    const others = [schema["additionalProperties"], ...patterns].filter(isJson).filter((each) => Object.keys(each).length > 0);
    if (members.length === 0) {
      if (others.length !== 1) throw refused(path, "is an object of unknown members", "Name its members, or make it a record of one type.");
      const { type, nullable } = this.valueOf(others[0]!, [...path, "value"], open);
      return types.map(types.string, type, nullable);
    }
    const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
    return types.struct(
      members.map(([name, member]): Field => {
        const { type, nullable } = this.valueOf(asJson(member), [...path, name], open);
        return field(name, type, nullable || !required.has(name));
      }),
    );
  }

  /** What `#/$defs/Name` means. */
  private target(ref: string, path: readonly string[]): Json {
    if (ref === "#") return this.root;
    const steps = ref.startsWith("#/") ? ref.slice(2).split("/") : [];
    let found: unknown = steps.length === 0 ? undefined : this.root;
    for (const step of steps) found = isJson(found) ? found[step.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
    if (!isJson(found)) throw refused(path, `refers to ${ref}, which is not in it`, cast);
    return found;
  }
}

/** All parts of an intersection as one object. */
function merged({ allOf, ...rest }: Json, path: readonly string[]): Json {
  const parts = [...(allOf as readonly unknown[]).map(asJson), ...(Object.keys(rest).some((key) => key === "properties") ? [rest] : [])];
  if (parts.length === 1) return parts[0]!;
  if (!parts.every((part) => isJson(part["properties"]))) throw refused(path, "is an intersection of what are not all objects", cast);
  const properties = Object.fromEntries(parts.flatMap((part) => Object.entries(part["properties"] as Json)));
  const required = parts.flatMap((part) => (Array.isArray(part["required"]) ? (part["required"] as unknown[]) : []));
  return { type: "object", properties, required };
}

/** Some values that are written out. */
function literals(values: readonly unknown[], path: readonly string[]): Read {
  const others = values.filter((value) => value !== null);
  const nullable = others.length < values.length;
  const isAll = (kind: string): boolean => others.length > 0 && others.every((value) => typeof value === kind);
  if (isAll("string")) return { type: types.string, nullable };
  if (isAll("boolean")) return { type: types.boolean, nullable };
  // A literal 1 may stand beside 1.5 in the data; JavaScript has one kind of number.
  if (isAll("number")) return { type: others.every(Number.isSafeInteger) ? types.long : types.double, nullable };
  throw refused(path, "is one of values of several types", cast);
}

function asJson(value: unknown): Json {
  return isJson(value) ? value : {};
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(path: readonly string[], what: string, advice: string): StreamingError {
  const place = path.length === 0 ? "The Standard Schema" : `\`${path.join(".")}\` of the Standard Schema`;
  return new StreamingError("UNSUPPORTED_STANDARD_SCHEMA", { place, what, instead: advice });
}
