import { anything, checkArguments, recordOf, text } from "../arguments.js";
import { call, Column, columnExpression, type RefsOf } from "../column.js";
import { literalOf } from "../literal.js";
import { schemaInput, type RowOfInput, type SchemaInput } from "../schema.js";
import { callWith, unary, type ColumnOrName, type Takes } from "./make.js";

/** Numbers by formats, records of CSV, sentences; how many different values there are, about. */

/** How many different values there are, about: the largest standard deviation relative to that is a constant, 0.05 where none is given. @example df.agg(approxCountDistinct("sensorId", 0.02).as("sensors")) */
export function approxCountDistinct<const C extends ColumnOrName>(column: C, relativeError?: number): Column<number, RefsOf<C>, never> {
  return callWith("approx_count_distinct", column, relativeError === undefined ? [] : [relativeError]);
}

/** The number in a text, by a format such as `$999,999.00S`. @example df.select(toNumber(lit("$78.12"), "$99.99").as("n")) */
export function toNumber<const C extends ColumnOrName>(
  value: C,
  format: string,
): Column<string | null, Takes<C, "text", "toNumber">, never> {
  return callWith("to_number", value, [format]);
}

/** The same, null where the text is not of the format. @example df.select(tryToNumber("sensorId", "999").as("n")) */
export function tryToNumber<const C extends ColumnOrName>(
  value: C,
  format: string,
): Column<string | null, Takes<C, "text", "tryToNumber">, never> {
  return callWith("try_to_number", value, [format]);
}

/** The sentences of a text, each as its words. @example df.select(sentences(lit("Hi there! Good morning.")).as("s")) */
export const sentences = unary<string[][] | null, "sentences", "text">("sentences");

const csvOptions = recordOf("an object of options, each a text", text);

/** A record of CSV as a struct; null fields where it does not fit. @example df.select(fromCsv(lit("1,a"), "a INT, b STRING").as("r")).select("r.*") */
export function fromCsv<const C extends ColumnOrName, S extends SchemaInput>(
  record: C,
  as: S,
  options: Readonly<Record<string, string>> = {},
): Column<RowOfInput<S> | null, Takes<C, "text", "fromCsv">, never> {
  checkArguments("fromCsv", [anything, anything, csvOptions], [record, as, options]);
  return new Column({ ...call("from_csv", [columnExpression(record, "from_csv")]), typeArgument: schemaInput(as), options });
}

/** A struct as a record of CSV. @example df.select(toCsv(struct("sensorId", "celsius")).as("line")) */
export function toCsv<const C extends ColumnOrName>(
  value: C,
  options: Readonly<Record<string, string>> = {},
): Column<string | null, Takes<C, "nested", "toCsv">, never> {
  checkArguments("toCsv", [anything, csvOptions], [value, options]);
  return new Column({ ...call("to_csv", [columnExpression(value, "to_csv")]), options });
}

/** The type of a constant JSON text, as the text of a schema. @example df.select(schemaOfJson('{"a": 1}').as("s")) */
export function schemaOfJson(json: string, options: Readonly<Record<string, string>> = {}): Column<string, never, never> {
  checkArguments("schemaOfJson", [text, csvOptions], [json, options]);
  return new Column({ ...call("schema_of_json", [literalOf(json)]), options });
}

/** The columns of a constant record of CSV, as the text of a schema. @example df.select(schemaOfCsv("1,abc").as("s")) */
export function schemaOfCsv(record: string, options: Readonly<Record<string, string>> = {}): Column<string, never, never> {
  checkArguments("schemaOfCsv", [text, csvOptions], [record, options]);
  return new Column({ ...call("schema_of_csv", [literalOf(record)]), options });
}
