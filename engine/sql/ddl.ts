import { types, type DataType, type Schema } from "../arrow/types.js";
import { readDataType, readField } from "./dataTypes.js";
import { TokenStream } from "./tokenStream.js";

/**
 * A type from its DDL text.
 *
 * @example parseDataType("array<struct<a: int, b: decimal(10,2)>>")
 * @throws PARSE_SYNTAX_ERROR, UNSUPPORTED_DATATYPE
 */
export function parseDataType(text: string): DataType {
  const tokens = new TokenStream(text);
  const type = readDataType(tokens);
  tokens.expectEnd();
  return type;
}

/**
 * A schema from DDL: a list of columns, or one struct type.
 *
 * @example parseSchema("id bigint NOT NULL, name string COMMENT 'who'")
 * @throws PARSE_SYNTAX_ERROR, UNSUPPORTED_DATATYPE
 */
export function parseSchema(ddl: string): Schema {
  const tokens = new TokenStream(ddl);
  if (tokens.peek().kind === "end") return types.struct([]);
  if (tokens.is("STRUCT", "<") || tokens.is("STRUCT", "<>")) {
    const type = readDataType(tokens);
    tokens.expectEnd();
    if (type.kind === "struct") return type;
  }
  const fields = tokens.commaSeparated(() => readField(tokens));
  tokens.expectEnd();
  return types.struct(fields);
}

/**
 * What `from_json` and its like take as a schema: columns (`a int, b string`), or any type (`array<int>`).
 *
 * @throws PARSE_SYNTAX_ERROR, UNSUPPORTED_DATATYPE
 */
export function parseSchemaOrType(text: string): DataType {
  try {
    return parseSchema(text);
  } catch (columns) {
    try {
      return parseDataType(text);
    } catch {
      throw columns;
    }
  }
}
