import { decimalText } from "../../arrow/valueText.js";
import { sqlTypeName, type DataType } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import { token } from "./jsonReader.js";
import { unescapeInto } from "./jsonStrings.js";
import { decimalOf, parseDecimal } from "../text/numberBytes.js";

/** Jackson's names of the tokens. */
const tokenNames: Record<number, string> = {
  [token.string]: "VALUE_STRING",
  [token.integer]: "VALUE_NUMBER_INT",
  [token.decimal]: "VALUE_NUMBER_FLOAT",
  [token.notFinite]: "VALUE_NUMBER_FLOAT",
  [token.true]: "VALUE_TRUE",
  [token.false]: "VALUE_FALSE",
  [token.null]: "VALUE_NULL",
  [token.object]: "START_OBJECT",
  [token.array]: "START_ARRAY",
};

/** Remembers why the first value of a record could not be converted. Only mode FAILFAST asks, so it listens only while `listening`. */
export class JsonFailure {
  listening = false;
  /** The member whose value is being read; null inside of arrays. */
  fieldName: string | null = null;
  private noted = false;
  private first: ((record: string) => StreamingError) | null = null;

  clear(): void {
    this.fieldName = null;
    this.first = null;
    this.noted = false;
  }

  /** The condition that Spark names as the cause; null where it names none, and the record is just malformed. */
  cause(record: string): StreamingError | null {
    return this.first?.(record) ?? null;
  }

  note(type: DataType, kind: number, bytes: Uint8Array, start: number, stop: number, escaped: boolean): void {
    if (!this.listening || this.noted) return;
    this.noted = true;
    this.first = causeOf(type, kind, textOf(bytes, kind, start, stop, escaped), this.fieldName);
  }

  noteRoot(condition: "INVALID_JSON_ROOT_FIELD" | "MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS"): void {
    if (!this.listening || this.noted) return;
    this.noted = true;
    this.first = (record) => new StreamingError(condition, { badRecord: record, failFastMode: "FAILFAST" });
  }
}

/** Digits up to which a number is written out in a message. */
const longestDecimal = 4000;

function causeOf(type: DataType, kind: number, text: string, fieldName: string | null): ((record: string) => StreamingError) | null {
  const dataType = `"${sqlTypeName(type)}"`;
  if (kind === token.string && text === "") return () => new StreamingError("EMPTY_JSON_FIELD_VALUE", { dataType });
  if (!takes(type, kind)) {
    const parameters = {
      fieldName: fieldName === null ? "NULL" : `'${fieldName}'`,
      fieldValue: text,
      jsonType: tokenNames[kind]!,
      dataType,
    };
    return () => new StreamingError("CANNOT_PARSE_JSON_FIELD", parameters);
  }
  if (type.kind === "float" || type.kind === "double") {
    return (record) =>
      new StreamingError("MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_STRING_AS_DATATYPE", {
        badRecord: record,
        failFastMode: "FAILFAST",
        fieldName: `\`${fieldName ?? "null"}\``,
        fieldValue: `'${text}'`,
        inputType: '"STRING"',
        targetType: dataType,
      });
  }
  if (type.kind === "date" || type.kind === "timestamp") {
    return () => new StreamingError("CAST_INVALID_INPUT", { expression: `'${text}'`, sourceType: '"STRING"', targetType: dataType });
  }
  if (type.kind === "decimal" && !Number.isNaN(decimalOf(text).scale)) {
    const rounded = parseDecimal(text, longestDecimal, type.scale);
    // A number of thousands of digits is shown as it was written.
    const roundedValue = rounded === null ? text : decimalText(rounded, type.scale);
    const parameters = { roundedValue, originalValue: text, precision: String(type.precision), scale: String(type.scale) };
    return () => new StreamingError("NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", parameters);
  }
  return null;
}

/** Whether Spark looks at a token of this kind for the type at all. */
function takes(type: DataType, kind: number): boolean {
  const number = kind === token.integer || kind === token.decimal || kind === token.notFinite;
  switch (type.kind) {
    case "byte":
    case "short":
    case "int":
    case "long":
      return kind === token.integer;
    case "float":
    case "double":
    case "decimal":
      return number || kind === token.string;
    case "date":
    case "timestamp_ntz":
    case "binary":
      return kind === token.string;
    case "timestamp":
      return kind === token.string || kind === token.integer;
    default:
      return false;
  }
}

function textOf(bytes: Uint8Array, kind: number, start: number, stop: number, escaped: boolean): string {
  if (kind === token.object) return "{";
  if (kind === token.array) return "[";
  const text = bytes.slice(start, stop);
  return new TextDecoder().decode(escaped ? text.subarray(0, unescapeInto(text, 0, text.length, 0)) : text);
}
