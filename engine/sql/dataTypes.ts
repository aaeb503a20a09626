import { StreamingError, notYetSupported } from "../errors/streamingError.js";
import { deepestType } from "../arrow/typeDepth.js";
import { typeName, types, type DataType, type Field } from "../arrow/types.js";
import type { TokenStream } from "./tokenStream.js";

const simpleTypes: Readonly<Record<string, DataType>> = {
  BOOLEAN: types.boolean,
  TINYINT: types.byte,
  BYTE: types.byte,
  SMALLINT: types.short,
  SHORT: types.short,
  INT: types.int,
  INTEGER: types.int,
  BIGINT: types.long,
  LONG: types.long,
  FLOAT: types.float,
  REAL: types.float,
  DOUBLE: types.double,
  DATE: types.date,
  TIMESTAMP: types.timestamp,
  TIMESTAMP_LTZ: types.timestamp,
  TIMESTAMP_NTZ: types.timestampNtz,
  STRING: types.string,
  BINARY: types.binary,
  VOID: types.null,
};

const yearMonthUnits = ["YEAR", "MONTH"];
const dayTimeUnits = ["DAY", "HOUR", "MINUTE", "SECOND"];

/**
 * A type as DDL writes it: `bigint`, `decimal(10,2)`, `array<…>`, `map<…>`, `struct<a: int NOT NULL COMMENT 'x', …>`, `interval day to second`.
 *
 * @throws UNSUPPORTED_DATATYPE, PARSE_SYNTAX_ERROR
 */
export function readDataType(tokens: TokenStream, depth = 1): DataType {
  if (depth > deepestType) throw tokens.unexpected(`the type is nested deeper than ${deepestType}`);
  const { word, text } = tokens.peek();
  switch (word) {
    case "ARRAY":
      return bracketed(tokens, () => types.array(readDataType(tokens, depth + 1)));
    case "MAP":
      return bracketed(tokens, () => {
        const key = readDataType(tokens, depth + 1);
        tokens.expect(",");
        return types.map(key, readDataType(tokens, depth + 1));
      });
    case "STRUCT":
      return structType(tokens, depth);
    case "DECIMAL":
    case "DEC":
    case "NUMERIC":
      tokens.next();
      return decimalType(tokens);
    case "INTERVAL":
      tokens.next();
      return intervalType(tokens);
    case "CHAR":
    case "CHARACTER":
    case "VARCHAR":
    case "VARIANT":
    case "OBJECT":
    case "GEOMETRY":
    case "GEOGRAPHY":
      throw notYetSupported(`The type ${word}`);
    case "TIME":
      throw new StreamingError("UNSUPPORTED_TIME_TYPE");
    default:
  }
  const type = simpleTypes[word];
  if (type === undefined) {
    tokens.identifier("a type");
    throw new StreamingError("UNSUPPORTED_DATATYPE", { typeName: `"${text.toUpperCase()}"` });
  }
  tokens.next();
  if (type.kind === "string" && tokens.accept("COLLATE") && tokens.next().word !== "UTF8_BINARY") throw notYetSupported("A collation");
  return type;
}

function bracketed<T>(tokens: TokenStream, inside: () => T): T {
  tokens.next();
  tokens.expect("<");
  const result = inside();
  tokens.expectPart(">");
  return result;
}

function structType(tokens: TokenStream, depth: number): DataType {
  tokens.next();
  if (tokens.accept("<>")) return types.struct([]);
  tokens.expect("<");
  const fields = tokens.is(">") ? [] : tokens.commaSeparated(() => readField(tokens, depth + 1));
  tokens.expectPart(">");
  return types.struct(fields);
}

/** `name[:] type [NOT NULL] [COMMENT 'text']`. */
export function readField(tokens: TokenStream, depth = 1): Field {
  const name = tokens.identifier("a column name");
  tokens.accept(":");
  const type = readDataType(tokens, depth);
  const nullable = !tokens.accept("NOT", "NULL");
  if (tokens.accept("COMMENT") && tokens.next().kind !== "string") throw tokens.unexpected("expected the text of the comment");
  return { name, type, nullable };
}

function decimalType(tokens: TokenStream): DataType {
  if (!tokens.accept("(")) return types.decimal(10, 0);
  const precision = wholeNumber(tokens);
  const scale = tokens.accept(",") ? wholeNumber(tokens) : 0;
  tokens.expect(")");
  if (precision > 38)
    throw new StreamingError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", { precision: String(precision), maxPrecision: "38" });
  if (scale > precision) {
    throw new StreamingError("DECIMAL_SCALE_EXCEEDS_PRECISION", { scale: String(scale), precision: String(precision) });
  }
  return types.decimal(precision, scale);
}

function wholeNumber(tokens: TokenStream): number {
  const token = tokens.peek();
  if (token.kind !== "number" || !/^\d+$/.test(token.text)) throw tokens.unexpected("expected a whole number");
  tokens.next();
  return Number(token.text);
}

function intervalType(tokens: TokenStream): DataType {
  for (const [units, type] of [
    [yearMonthUnits, types.intervalYearMonth],
    [dayTimeUnits, types.intervalDayTime],
  ] as const) {
    if (!tokens.isAny(...units)) continue;
    const from = tokens.next().word.toLowerCase();
    if (!tokens.accept("TO")) return { ...type, units: from };
    if (!tokens.isAny(...units)) throw tokens.unexpected(`expected one of ${units.join(", ")}`);
    const span = `${from} to ${tokens.next().word.toLowerCase()}`;
    return span === typeName(type).slice("interval ".length) ? type : { ...type, units: span };
  }
  return types.calendarInterval;
}
