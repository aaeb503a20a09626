import { batchFromRows, readValue } from "../../arrow/columns.js";
import { nullableType } from "../../arrow/nullable.js";
import { sqlTypeName, types, type DataType, type StructType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { Cache } from "../../codegen/cache.js";
import { csvInferenceOptions, csvReadOptions } from "../../contract/csvOptions.js";
import { Options } from "../../contract/options.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { checkCsvSchema, createCsvDecoder, csvReader } from "../../kernel/csv/createCsvDecoder.js";
import { CsvInference } from "../../kernel/csv/csvInference.js";
import { createCsvWriter } from "../../kernel/csv/csvWriter.js";
import { checkAllNamesDiffer } from "../../arrow/columnNames.js";
import type { Decoder } from "../../kernel/text/lineDecoder.js";
import { literal } from "../expression.js";
import { describeCall } from "../types/describe.js";
import { holds, typeOf } from "../types/typeOf.js";
import { intervalsAsText } from "./intervalTexts.js";
import { castArgs, unexpectedType, type FunctionEntry } from "./entry.js";
import { onceForEach } from "./onceForEach.js";
import { constantText } from "./constantText.js";

type Given = Readonly<Record<string, string>>;

/** A record of CSV in a column: read by the decoder that reads files, written by their writer. */
const fromCsv: FunctionEntry = {
  name: "from_csv",
  doc: "The struct that a record of CSV holds; fields that do not fit are null.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = resolving.typeArgument;
    if (type === undefined) throw notYetSupported("from_csv into a schema that is computed");
    if (type.kind !== "struct") {
      throw new StreamingError("INVALID_SCHEMA.NON_STRUCT_TYPE", {
        inputSchema: `"${sqlTypeName(type)}"`,
        dataType: `"${sqlTypeName(type)}"`,
      });
    }
    if (typeOf(args[0]!).kind !== "string" && typeOf(args[0]!).kind !== "null") throw unexpectedType(args, 0, '"STRING"', resolving);
    const decoded = nullableType(type) as StructType;
    const options = resolving.options ?? {};
    checkAllNamesDiffer(decoded, { ignoreCase: false });
    checkCsvSchema(decoded, options);
    checkMode(options);
    return { args: castArgs(args, [types.string], resolving), type: decoded, nullable: true };
  },
  eval: ([text], call) => decoderOf(call)(text as string),
};

/** @throws PARSE_MODE_UNSUPPORTED */
function checkMode(given: Given): void {
  const mode = new Options("from_csv", [...csvReadOptions, ...csvInferenceOptions], given).get("mode")?.toUpperCase();
  if (mode === "DROPMALFORMED") throw new StreamingError("PARSE_MODE_UNSUPPORTED", { funcName: "`from_csv`", mode });
}

const encoder = new TextEncoder();

const decoders = new Cache<(text: string) => Value>(64);

const decoderOf = onceForEach(({ type, options = {}, zone = "UTC" }) =>
  decoders.get(JSON.stringify([type, options, zone]), () => recordDecoder(type as StructType, options, zone)),
);

/** Reads one record at a time: a line end in a text is no end of the record. */
function recordDecoder(schema: StructType, options: Given, zone: string): (text: string) => Value {
  const decoder = createCsvDecoder(
    { format: "csv", schema, options: { ...options, multiLine: "true", header: "false" } },
    { zone, bufferBytes: 1 << 12 },
    [],
  );
  return (text) => {
    const batch = fed(decoder, text);
    if (batch === null || batch.length === 0) return schema.fields.map(() => null);
    return batch.columns.map((column) => readValue(column, 0));
  };
}

/** Gives a text to a decoder as if it were a file. */
function fed(decoder: Decoder, text: string): ReturnType<Decoder["decode"]> {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) {
    const buffer = decoder.buffer();
    const count = Math.min(buffer.length, bytes.length - at);
    buffer.set(bytes.subarray(at, at + count));
    at += count;
    if (at < bytes.length) decoder.decode(count, false);
    else return decoder.decode(count, true);
  }
  return null;
}

const toCsv: FunctionEntry = {
  name: "to_csv",
  doc: "A struct as a record of CSV.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = typeOf(args[0]!);
    if (type.kind !== "struct") {
      throw new StreamingError("DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", {
        sqlExpr: `"${describeCall(resolving.name, args)}"`,
        functionName: `\`${resolving.name}\``,
        dataType: `"${sqlTypeName(type)}"`,
      });
    }
    createCsvWriter(type, resolving.options ?? {}, resolving.context.zone);
    return { args: holds(type, "interval") ? [intervalsAsText(args[0]!)] : args, type: types.string, nullable: true };
  },
  eval: ([value], call) => writerOf(call)(value as readonly Value[]),
};

const writers = new Cache<(values: readonly Value[]) => string>(64);

const writerOf = onceForEach(({ args, options = {}, zone = "UTC" }) => {
  const schema = typeOf(args[0]!) as StructType;
  return writers.get(JSON.stringify([schema, options, zone]), () => {
    const writer = createCsvWriter(schema, { ...options, lineSep: "\n" }, zone);
    return (values) => writer.lines(batchFromRows(schema, [[...values]])).slice(0, -1);
  });
});

const schemaOfCsv: FunctionEntry = {
  name: "schema_of_csv",
  doc: "The columns of a constant record of CSV, as the text of a schema.",
  arity: [1, 1],
  nulls: "own",
  resolve: (args, resolving) => {
    const text = constantText(args, resolving, "csv");
    return literal(sqlTypeName(csvSchema(text, resolving.options ?? {})), types.string);
  },
};

/** The columns of a record of CSV. */
export function csvSchema(text: string, given: Given): DataType {
  const options = new Options("schema_of_csv", [...csvReadOptions, ...csvInferenceOptions], given);
  let inference: CsvInference | null = null;
  const decoder = csvReader({ ...given, multiLine: "true", header: "false" }, { zone: "UTC", bufferBytes: 1 << 12 }, (parts) => {
    inference = new CsvInference(parts, true, options.boolean("preferDate"), 1);
    return inference;
  });
  fed(decoder, text);
  return (inference as CsvInference | null)?.schema() ?? types.struct([]);
}

export const csvFunctions: readonly FunctionEntry[] = [fromCsv, toCsv, schemaOfCsv];
