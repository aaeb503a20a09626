import { decodeText } from "../../engine/arrow/reading.js";
import { field, types, type DataType, type Schema, type StructType } from "../../engine/arrow/types.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import { jsonInferenceOptions, jsonReadOptions } from "../../engine/contract/jsonReadOptions.js";
import { Options } from "../../engine/contract/options.js";
import { samplingRatioOf } from "./sampling.js";
import { JsonTypeParser } from "./jsonTypes.js";
import { mergeTypes } from "./mergeTypes.js";

/** Options that change what is inferred in ways that are not built. */
const unsupported = ["inferTimestamp", "allowComments", "allowUnquotedFieldNames"];

/**
 * The schema of lines of JSON, by Spark's rules: integers are long (decimal when they are larger), other numbers double, fields stand in the order of their
 * names, what has several types is the type that holds them all or else a string, and what is always null is a string.
 *
 * @returns null when there is no line
 */
export function inferJsonSchema(files: readonly Uint8Array[], options: Readonly<Record<string, string>>): Schema | null {
  for (const name of unsupported) {
    const value = options[name]?.toLowerCase();
    if (value !== undefined && value !== "false") throw notYetSupported(`Inferring a JSON schema with the option ${name}`);
  }
  const isOn = (name: string): boolean => options[name]?.toLowerCase() === "true";
  const parser = new JsonTypeParser({ primitivesAsString: isOn("primitivesAsString"), prefersDecimal: isOn("prefersDecimal") });
  const mode = options["mode"]?.toUpperCase() ?? "PERMISSIVE";
  const corruptName = options["columnNameOfCorruptRecord"] ?? "_corrupt_record";
  const ratio = samplingRatioOf(new Options("the json source", [...jsonReadOptions, ...jsonInferenceOptions], options));
  const separator = options["lineSep"] ?? /\r\n|\r|\n/;
  let merged: Map<string, DataType> | null = null;
  let lines = 0;
  for (const bytes of files) {
    const text = decodeText(bytes, 0, bytes.length);
    for (const line of isOn("multiLine") ? [text] : text.split(separator)) {
      if (line.trim() === "") continue;
      const index = lines++;
      if (Math.floor((index + 1) * ratio) === Math.floor(index * ratio)) continue;
      const type = rowType(parser.parse(line));
      if (type === null && mode === "FAILFAST")
        throw new StreamingError("MALFORMED_RECORD_IN_SCHEMA_INFERENCE", { record: line.slice(0, 80) });
      const found: StructType | null = type ?? (mode === "DROPMALFORMED" ? null : types.struct([field(corruptName, types.string)]));
      if (found !== null) addFields((merged ??= new Map()), found);
    }
  }
  return merged === null ? null : finished(types.struct([...merged].map(([name, type]) => field(name, type))), isOn("dropFieldIfAllNull"));
}

/** The fields of a row, merged into those that are known: a row costs what it has, not what all rows before it had. */
function addFields(known: Map<string, DataType>, row: StructType): void {
  for (const { name, type } of row.fields) {
    const before = known.get(name);
    known.set(name, before === undefined ? type : mergeTypes(before, type));
  }
}

/** A line's row: its object, or those of its array. Null when it is neither. */
function rowType(type: DataType | null): StructType | null {
  if (type?.kind === "struct") return type;
  return type?.kind === "array" && type.element.kind === "struct" ? type.element : null;
}

/**
 * Fields in name order, strings for what never had a value (or nothing, if that is wanted); objects that are always empty are left out, as Spark cannot make a
 * column of them.
 */
function finished(type: StructType, dropsNull: boolean): StructType {
  const fields = type.fields.flatMap((member) => {
    const done = finishedType(member.type, dropsNull);
    return done === null ? [] : [field(member.name, done)];
  });
  return types.struct(fields.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)));
}

function finishedType(type: DataType, dropsNull: boolean): DataType | null {
  switch (type.kind) {
    case "null":
      return dropsNull ? null : types.string;
    case "struct": {
      const struct = finished(type, dropsNull);
      return struct.fields.length === 0 ? null : struct;
    }
    case "array": {
      const element = finishedType(type.element, dropsNull);
      return element === null ? null : types.array(element);
    }
    default:
      return type;
  }
}
