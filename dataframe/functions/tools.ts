import type { Column } from "../column.js";
import { literalColumn, callOver, callWith, nullary, random, unary, variadic, type ColumnOrName, type Takes } from "./make.js";

/** Hashes, random numbers, addresses, checks and forms of texts. */

/** A hash of 32 bits of all values, the same as Spark's. @example df.select(hash("sensorId", "id").as("h")) */
export const hash = variadic<number>("hash");
/** A hash of 64 bits of all values, the same as Spark's. @example df.select(xxhash64("sensorId", "id").as("h")) */
export const xxhash64 = variadic<number | bigint>("xxhash64");
/** What the clock of the session time zone shows at the time of the batch. @example df.select(localtimestamp().as("t")) */
export const localtimestamp = nullary<string>("localtimestamp");

/** The name of the catalog. @example df.select(currentCatalog().as("c")) */
export const currentCatalog = nullary<string>("current_catalog");
/** The name of the database that USE has chosen. @example df.select(currentDatabase().as("d")) */
export const currentDatabase = nullary<string>("current_database");
/** The same as `currentDatabase`. @example df.select(currentSchema().as("d")) */
export const currentSchema = nullary<string>("current_schema");
/** The part of the batch that a row is in: a batch has one, 0. @example df.select(sparkPartitionId().as("p")) */
export const sparkPartitionId = nullary<number>("spark_partition_id");

/** A number of the standard normal distribution, drawn as `rand` draws. @example df.select(randn(7).as("r")) */
export function randn(seed?: number): Column<number, never, never> {
  return seed === undefined ? random("randn") : callOver("randn", [literalColumn(seed)]);
}

/** A number between two constants, evenly distributed, of their type; drawn as `rand` draws. @example df.select(uniform(1, 6, 7).as("r")) */
export function uniform(low: number, high: number, seed?: number): Column<number, never, never> {
  const bounds = [literalColumn(low), literalColumn(high)];
  return seed === undefined ? random("uniform", bounds) : callOver("uniform", [...bounds, literalColumn(seed)]);
}

/** A text of as many random digits and letters, drawn as `rand` draws. @example df.select(randstr(8, 7).as("s")) */
export function randstr(length: number, seed?: number): Column<string, never, never> {
  const given = [literalColumn(length)];
  return seed === undefined ? random("randstr", given) : callOver("randstr", [...given, literalColumn(seed)]);
}

/** A text with the values filled in, as Java's Formatter does. @example df.select(formatString("%s has %d", "sensorId", "id").as("s")) */
export function formatString<const C extends readonly ColumnOrName[]>(
  format: string,
  ...values: C
): Column<string | null, Takes<C[number], "anything", "formatString">, never> {
  return callOver("format_string", [literalColumn(format), ...values]);
}

/** A number in groups of three digits, with as many behind the point or by a pattern. @example df.select(formatNumber("celsius", 2).as("s")) */
export function formatNumber<const C extends ColumnOrName>(
  value: C,
  digits: number | string,
): Column<string | null, Takes<C, "number", "formatNumber">, never> {
  return callWith("format_number", value, [digits]);
}

/** How a text sounds, by American Soundex. @example df.select(soundex("sensorId").as("s")) */
export const soundex = unary<string | null, "soundex", "text">("soundex");

/** The map of a text of pairs; the delimiters are regular expressions. @example df.select(strToMap("sensorId", ",", "-").as("m")) */
export function strToMap<const C extends ColumnOrName>(
  text: C,
  pairs = ",",
  keys = ":",
): Column<Map<string, string | null> | null, Takes<C, "text", "strToMap">, never> {
  return callWith("str_to_map", text, [pairs, keys]);
}

/** What a path finds in a JSON text, as JSON; texts without quotes. @example df.select(getJsonObject("sensorId", "$.a[0].b").as("j")) */
export function getJsonObject<const C extends ColumnOrName>(
  json: C,
  path: string,
): Column<string | null, Takes<C, "text", "getJsonObject">, never> {
  return callWith("get_json_object", json, [path]);
}

/** Whether the bytes of a text are valid UTF-8. @example df.select(isValidUtf8("sensorId").as("ok")) */
export const isValidUtf8 = unary<boolean | null, "is_valid_utf8", "text">("is_valid_utf8");
/** The text with U+FFFD where its bytes are no UTF-8. @example df.select(makeValidUtf8("sensorId").as("s")) */
export const makeValidUtf8 = unary<string | null, "make_valid_utf8", "text">("make_valid_utf8");
/** The text; fails where its bytes are no UTF-8. @example df.select(validateUtf8("sensorId").as("s")) */
export const validateUtf8 = unary<string | null, "validate_utf8", "text">("validate_utf8");
/** The text; null where its bytes are no UTF-8. @example df.select(tryValidateUtf8("sensorId").as("s")) */
export const tryValidateUtf8 = unary<string | null, "try_validate_utf8", "text">("try_validate_utf8");

/** A text as a part of a URL. @example df.select(urlEncode("sensorId").as("s")) */
export const urlEncode = unary<string | null, "url_encode", "text">("url_encode");
/** The text of a part of a URL. @example df.select(urlDecode("sensorId").as("s")) */
export const urlDecode = unary<string | null, "url_decode", "text">("url_decode");
/** The same, null when it is none. @example df.select(tryUrlDecode("sensorId").as("s")) */
export const tryUrlDecode = unary<string | null, "try_url_decode", "text">("try_url_decode");

/** A part of a URL: HOST, PATH, QUERY (with a key: its value), REF … @example df.select(parseUrl(lit("http://a.b/c?d=1"), "QUERY", "d").as("q")) */
export function parseUrl<const C extends ColumnOrName>(
  url: C,
  part: string,
  key?: string,
): Column<string | null, Takes<C, "text", "parseUrl">, never> {
  return callWith("parse_url", url, key === undefined ? [part] : [part, key]);
}

/** The same, null when it is no URL. @example df.select(tryParseUrl("sensorId", "HOST").as("h")) */
export function tryParseUrl<const C extends ColumnOrName>(
  url: C,
  part: string,
  key?: string,
): Column<string | null, Takes<C, "text", "tryParseUrl">, never> {
  return callWith("try_parse_url", url, key === undefined ? [part] : [part, key]);
}
