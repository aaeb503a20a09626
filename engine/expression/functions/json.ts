import { nullableType } from "../../arrow/nullable.js";
import { columnFromValues, readValue } from "../../arrow/columns.js";
import type { Nulls, ViewColumn } from "../../arrow/column.js";
import { sqlTypeName, typeName, types, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { Cache } from "../../codegen/cache.js";
import { jsonInferenceOptions, jsonReadOptions } from "../../contract/jsonReadOptions.js";
import { Options } from "../../contract/options.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { checkJsonColumn, createJsonColumnDecoder } from "../../kernel/json/jsonColumnDecoder.js";
import { finishedType } from "../../kernel/json/finishedTypes.js";
import { JsonTypeReader } from "../../kernel/json/jsonTypes.js";
import { parseJsonOptions } from "../../kernel/json/jsonOptions.js";
import { createJsonColumnWriter } from "../../kernel/json/jsonWriter.js";
import { rangeOf } from "../compile/snippets.js";
import { literal } from "../expression.js";
import { describeCall } from "../types/describe.js";
import { holds, typeOf } from "../types/typeOf.js";
import { intervalsAsText } from "./intervalTexts.js";
import { jsonAt, parseJsonPath } from "../../values/jsonPath.js";
import { castArgs, unexpectedType, type FunctionEntry } from "./entry.js";
import { constantText } from "./constantText.js";
import { onceForEach } from "./onceForEach.js";

/**
 * JSON in columns. Where rows can be told apart beforehand the physical planner has whole batches decoded and written by operators of their own; what is
 * here is for the rest: elements of arrays, and texts inside of something else.
 */
const fromJson: FunctionEntry = {
  name: "from_json",
  doc: "The struct, array or map that a JSON text holds; fields that do not fit are null.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = resolving.typeArgument;
    if (type === undefined) throw notYetSupported("from_json into a schema that is computed");
    if (type.kind !== "struct" && type.kind !== "array" && type.kind !== "map") throw notYetSupported(`from_json into ${typeName(type)}`);
    if (!["string", "null"].includes(typeOf(args[0]!).kind)) throw unexpectedType(args, 0, '"STRING"', resolving);
    // Every field may come out null, whatever the schema says.
    const decoded = nullableType(type);
    // What is wrong with the options is refused here, not in the first batch.
    checkJsonColumn(decoded, { options: decodeOptions(resolving.options ?? {}, resolving.context.zone), zone: resolving.context.zone });
    return { args: castArgs(args, [types.string], resolving), type: decoded, nullable: true };
  },
  eval: ([text], call) => {
    const bytes = encoder.encode(text as string);
    return decoderOf(call)(bytes, 0, bytes.length);
  },
  generate: (g, [text], call) => {
    const value = g.local(`${g.runtime(decoderOf(call))}(${rangeOf(text!)})`);
    return { value, isNull: `${value} === null` };
  },
};

const encoder = new TextEncoder();

/** The options of a decoder: those that were given, and the session's zone where they name none. */
export function decodeOptions(given: Readonly<Record<string, string>>, zone: string): Readonly<Record<string, string>> {
  const options = new Options("from_json", [...jsonReadOptions, ...jsonInferenceOptions], given);
  return options.get("timeZone") === undefined ? { ...given, timeZone: zone } : given;
}

type DecodeText = (data: Uint8Array, start: number, length: number) => Value;

/** A decoder has a memory and compiles code for the shapes it meets: one for each schema and set of options. */
const decoders = new Cache<DecodeText>(64);

const decoderOf = onceForEach(({ type, options = {}, zone = "UTC" }) => {
  const given = decodeOptions(options, zone);
  return decoders.get(JSON.stringify([type, given]), () => textDecoder(type, given));
});

/** Decodes one text at a time. */
function textDecoder(type: DataType, options: Readonly<Record<string, string>>): DecodeText {
  const decoder = createJsonColumnDecoder(type, { options, zone: "UTC", bufferBytes: 1 << 16 });
  const starts = new Int32Array(1);
  const lengths = new Int32Array(1);
  const nulls: Nulls = null;
  return (data, start, length) => {
    starts[0] = start;
    lengths[0] = length;
    const text: ViewColumn = { type: types.string, encoding: "view", length: 1, nulls, data, starts, lengths };
    return readValue(decoder.decodeColumn(text), 0);
  };
}

/** The planner writes columns that are `to_json` whole batches at a time; evaluated row by row it is where it stands inside of something else. */
const toJson: FunctionEntry = {
  name: "to_json",
  doc: "The JSON text of a struct, array or map.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = typeOf(args[0]!);
    if (type.kind !== "struct" && type.kind !== "array" && type.kind !== "map") {
      const sqlExpr = `"${describeCall(resolving.name, args)}"`;
      throw new StreamingError("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", { sqlExpr, schema: `"${sqlTypeName(type)}"` });
    }
    // What is wrong with the options is refused here, not in the first batch.
    createJsonColumnWriter({ options: resolving.options ?? {}, zone: resolving.context.zone });
    return { args: holds(type, "interval") ? [intervalsAsText(args[0]!)] : args, type: types.string, nullable: true };
  },
  eval: ([value], call) => readValue(writerOf(call)(columnFromValues(typeOf(call.args[0]!), [value!])), 0),
};

/** A writer compiles code for the types it meets. */
const writers = new Cache<ReturnType<typeof createJsonColumnWriter>>(64);

const writerOf = onceForEach(({ args, options = {}, zone = "UTC" }) =>
  writers.get(JSON.stringify([typeOf(args[0]!), options, zone]), () => createJsonColumnWriter({ options, zone })),
);

const paths = new Cache<{ readonly steps: ReturnType<typeof parseJsonPath> }>(1000);

const getJsonObject: FunctionEntry = {
  name: "get_json_object",
  doc: "What a path (`$.a[0].b`, `$[*].a`) finds in a JSON text, as JSON; texts without quotes.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    const wrong = args.findIndex((arg) => !["string", "null"].includes(typeOf(arg).kind));
    if (wrong >= 0) throw unexpectedType(args, wrong, '"STRING"', resolving);
    return { args: castArgs(args, [types.string], resolving), type: types.string, nullable: true };
  },
  eval: ([text, path]) => {
    const { steps } = paths.get(path as string, () => ({ steps: parseJsonPath(path as string) }));
    return steps === null ? null : jsonAt(text as string, steps);
  },
};

const schemaOfJson: FunctionEntry = {
  name: "schema_of_json",
  doc: "The type of a constant JSON text, as the text of a schema.",
  arity: [1, 1],
  nulls: "own",
  resolve: (args, resolving) => {
    const text = constantText(args, resolving, "json");
    return literal(sqlTypeName(jsonSchema(text, resolving.options ?? {})), types.string);
  },
};

/** The type of a JSON text. @throws MALFORMED_RECORD_IN_SCHEMA_INFERENCE */
export function jsonSchema(text: string, given: Readonly<Record<string, string>>): DataType {
  const options = new Options("schema_of_json", [...jsonReadOptions, ...jsonInferenceOptions], given);
  const reader = new JsonTypeReader({
    reading: parseJsonOptions(given, "UTC"),
    primitivesAsString: options.boolean("primitivesAsString"),
    prefersDecimal: options.boolean("prefersDecimal"),
    inferTimestamp: options.boolean("inferTimestamp"),
  });
  const bytes = encoder.encode(text);
  const type = reader.read(bytes, 0, bytes.length);
  if (type === null) throw new StreamingError("MALFORMED_RECORD_IN_SCHEMA_INFERENCE", { record: text.slice(0, 80) });
  return finishedType(type, options.boolean("dropFieldIfAllNull")) ?? types.struct([]);
}

export const jsonFunctions: readonly FunctionEntry[] = [fromJson, toJson, getJsonObject, schemaOfJson];
