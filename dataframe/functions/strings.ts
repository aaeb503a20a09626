import type { Column, RefsOf } from "../column.js";
import { callOver, callWith, literalColumn, unary, variadic, withOperand, type ColumnOrName } from "./make.js";

/** Capital letters. @example df.select(upper("sensorId").as("s")) */
export const upper = unary<string | null, "upper">("upper");
/** Small letters. @example df.select(lower("sensorId").as("s")) */
export const lower = unary<string | null, "lower">("lower");
/** The first letter of each word capital. @example df.select(initcap("sensorId").as("s")) */
export const initcap = unary<string | null, "initcap">("initcap");
/** Length in characters (of a binary in bytes). @example df.select(length("sensorId").as("n")) */
export const length = unary<number | null, "length">("length");
/** Without spaces at both ends. @example df.select(trim("sensorId").as("s")) */
export const trim = unary<string | null, "trim">("trim");
/** Without spaces at the start. @example df.select(ltrim("sensorId").as("s")) */
export const ltrim = unary<string | null, "ltrim">("ltrim");
/** Without spaces at the end. @example df.select(rtrim("sensorId").as("s")) */
export const rtrim = unary<string | null, "rtrim">("rtrim");
/** Backwards; of an array too. @example df.select(reverse("sensorId").as("s")) */
export const reverse = unary<string | null, "reverse">("reverse");
/** The code point of the first character. @example df.select(ascii("sensorId").as("a")) */
export const ascii = unary<number | null, "ascii">("ascii");
/** The character of a code point below 256. @example df.select(chr("id").as("c")) */
export const chr = unary<string | null, "char">("char");
/** Text of bytes. @example df.select(base64(col("sensorId").cast("binary")).as("b")) */
export const base64 = unary<string | null, "base64">("base64");
/** Bytes of their text. @example df.select(unbase64(lit("dGlkZQ==")).as("b")) */
export const unbase64 = unary<Uint8Array | null, "unbase64">("unbase64");
/** Hexadecimal digits. @example df.select(hex("id").as("h")) */
export const hex = unary<string | null, "hex">("hex");
/** Bytes of hexadecimal digits. @example df.select(unhex(lit("ff")).as("b")) */
export const unhex = unary<Uint8Array | null, "unhex">("unhex");
/** The texts one after the other; null when one is. Joins arrays too. @example df.select(concat("sensorId", lit("!")).as("s")) */
export const concat = variadic<string | null>("concat");
/** Whether the first starts with the second. @example df.where(startswith("sensorId", lit("a"))) */
export const startswith = withOperand<boolean | null>("startswith");
/** Whether the first ends with the second. @example df.where(endswith("sensorId", lit("1"))) */
export const endswith = withOperand<boolean | null>("endswith");
/** Whether the first holds the second. @example df.where(contains("sensorId", lit("1"))) */
export const contains = withOperand<boolean | null>("contains");
/** The first `n` characters. @example df.select(left("sensorId", 2).as("s")) */
export const left = withOperand<string | null>("left");
/** The last `n` characters. @example df.select(right("sensorId", 2).as("s")) */
export const right = withOperand<string | null>("right");
/** The text `n` times. @example df.select(repeat("sensorId", 2).as("s")) */
export const repeat = withOperand<string | null>("repeat");

/** The texts with a separator between them, nulls left out. @example df.select(concatWs("-", "sensorId", lit("x")).as("s")) */
export function concatWs<const C extends readonly ColumnOrName[]>(
  separator: string,
  ...columns: C
): Column<string, RefsOf<C[number]>, never> {
  return callOver("concat_ws", [literalColumn(separator), ...columns]);
}

/** `length` characters from the 1-based `start` (from the end when negative). @example df.select(substring("sensorId", 1, 2).as("s")) */
export function substring<const C extends ColumnOrName>(text: C, start: number, count: number): Column<string | null, RefsOf<C>, never> {
  return callWith("substring", text, [start, count]);
}

/** What is before the `count`-th delimiter (after it, from the end, when negative). @example df.select(substringIndex("sensorId", "-", 1).as("s")) */
export function substringIndex<const C extends ColumnOrName>(
  text: C,
  delimiter: string,
  occurrences: number,
): Column<string | null, RefsOf<C>, never> {
  return callWith("substring_index", text, [delimiter, occurrences]);
}

/** The 1-based place of a text in another, 0 when it is not there. @example df.select(instr("sensorId", "1").as("place")) */
export function instr<const C extends ColumnOrName>(text: C, part: string): Column<number | null, RefsOf<C>, never> {
  return callWith("instr", text, [part]);
}

/** The same with the arguments the other way round, from a place on. @example df.select(locate("1", "sensorId").as("place")) */
export function locate<const C extends ColumnOrName>(part: string, text: C, from = 1): Column<number | null, RefsOf<C>, never> {
  return callOver("locate", [literalColumn(part), text, literalColumn(from)]);
}

/** Filled up on the left to `width` characters. @example df.select(lpad("sensorId", 8, "0").as("s")) */
export function lpad<const C extends ColumnOrName>(text: C, width: number, pad: string): Column<string | null, RefsOf<C>, never> {
  return callWith("lpad", text, [width, pad]);
}

/** Filled up on the right to `width` characters. @example df.select(rpad("sensorId", 8, " ").as("s")) */
export function rpad<const C extends ColumnOrName>(text: C, width: number, pad: string): Column<string | null, RefsOf<C>, never> {
  return callWith("rpad", text, [width, pad]);
}

/** Every `search` replaced. @example df.select(replace("sensorId", "-", "_").as("s")) */
export function replace<const C extends ColumnOrName>(text: C, search: string, replacement = ""): Column<string | null, RefsOf<C>, never> {
  return callWith("replace", text, [search, replacement]);
}

/** Characters of `matching` replaced one by one by those of `replacement`. @example df.select(translate("sensorId", "-", "_").as("s")) */
export function translate<const C extends ColumnOrName>(
  text: C,
  matching: string,
  replacement: string,
): Column<string | null, RefsOf<C>, never> {
  return callWith("translate", text, [matching, replacement]);
}

/** Cut at a Java regular expression. @example df.select(split("sensorId", "-").as("parts")) */
export function split<const C extends ColumnOrName>(text: C, pattern: string, limit = -1): Column<string[] | null, RefsOf<C>, never> {
  return callWith("split", text, [pattern, limit]);
}

/** A group of the first match of a Java regular expression, "" without a match. @example df.select(regexpExtract("sensorId", "([0-9]+)", 1).as("n")) */
export function regexpExtract<const C extends ColumnOrName>(text: C, pattern: string, group = 1): Column<string | null, RefsOf<C>, never> {
  return callWith("regexp_extract", text, [pattern, group]);
}

/** Every match of a Java regular expression replaced. @example df.select(regexpReplace("sensorId", "[0-9]+", "#").as("s")) */
export function regexpReplace<const C extends ColumnOrName>(
  text: C,
  pattern: string,
  replacement: string,
): Column<string | null, RefsOf<C>, never> {
  return callWith("regexp_replace", text, [pattern, replacement]);
}

/** A number with thousands separators and `digits` fraction digits. @example df.select(formatNumber("celsius", 2).as("s")) */
export function formatNumber<const C extends ColumnOrName>(value: C, digits: number): Column<string | null, RefsOf<C>, never> {
  return callWith("format_number", value, [digits]);
}

/** Java's `String.format`. @example df.select(formatString("%s!", "sensorId").as("s")) */
export function formatString<const C extends readonly ColumnOrName[]>(
  format: string,
  ...columns: C
): Column<string, RefsOf<C[number]>, never> {
  return callOver("format_string", [literalColumn(format), ...columns]);
}

/** MD5 as hexadecimal text. @example df.select(md5(col("sensorId").cast("binary")).as("h")) */
export const md5 = unary<string | null, "md5">("md5");
/** SHA-1 as hexadecimal text. @example df.select(sha1(col("sensorId").cast("binary")).as("h")) */
export const sha1 = unary<string | null, "sha1">("sha1");
/** CRC-32. @example df.select(crc32(col("sensorId").cast("binary")).as("h")) */
export const crc32 = unary<number | null, "crc32">("crc32");
/** Spark's murmur3 hash, bit for bit. @example df.select(hash("sensorId", "id").as("h")) */
export const hash = variadic<number>("hash");
/** Spark's xxHash64, bit for bit. @example df.select(xxhash64("sensorId", "id").cast("string").as("h")) */
export const xxhash64 = variadic<number>("xxhash64");

/** SHA-2 of 224, 256, 384 or 512 bits as hexadecimal text. @example df.select(sha2(col("sensorId").cast("binary"), 256).as("h")) */
export function sha2<const C extends ColumnOrName>(value: C, bits: 224 | 256 | 384 | 512): Column<string | null, RefsOf<C>, never> {
  return callWith("sha2", value, [bits]);
}
