import type { Column, RefsOf } from "../column.js";
import { binary, callOver, callWith, literalColumn, unary, variadic, withOperand, type ColumnOrName, type Takes } from "./make.js";

/** Capital letters. @example df.select(upper("sensorId").as("s")) */
export const upper = unary<string | null, "upper", "text">("upper");
/** Small letters. @example df.select(lower("sensorId").as("s")) */
export const lower = unary<string | null, "lower", "text">("lower");
/** The first letter of each word capital. @example df.select(initcap("sensorId").as("s")) */
export const initcap = unary<string | null, "initcap", "text">("initcap");
/** Length in characters (of a binary in bytes). @example df.select(length("sensorId").as("n")) */
export const length = unary<number | null, "length", "text">("length");
/** Without spaces at both ends. @example df.select(trim("sensorId").as("s")) */
export const trim = unary<string | null, "trim", "text">("trim");
/** Without spaces at the start. @example df.select(ltrim("sensorId").as("s")) */
export const ltrim = unary<string | null, "ltrim", "text">("ltrim");
/** Without spaces at the end. @example df.select(rtrim("sensorId").as("s")) */
export const rtrim = unary<string | null, "rtrim", "text">("rtrim");
/** Backwards; of an array too. @example df.select(reverse("sensorId").as("s")) */
export const reverse = unary<string | null, "reverse", "textOrArray">("reverse");
/** The code point of the first character. @example df.select(ascii("sensorId").as("a")) */
export const ascii = unary<number | null, "ascii", "text">("ascii");
/** The character of a code point below 256. @example df.select(chr("id").as("c")) */
export const chr = unary<string | null, "char", "number">("char");
/** Hexadecimal digits. @example df.select(hex("id").as("h")) */
export const hex = unary<string | null, "hex">("hex");
/** The bytes of hexadecimal digits; null when they are none. @example df.select(unhex(lit("4A")).as("b")) */
export const unhex = unary<Uint8Array | null, "unhex", "text">("unhex");
/** Bytes as base 64. @example df.select(base64("sensorId").as("b")) */
export const base64 = unary<string | null, "base64", "text">("base64");
/** The bytes of a base 64 text. @example df.select(unbase64(lit("QQ==")).as("b")) */
export const unbase64 = unary<Uint8Array | null, "unbase64", "text">("unbase64");
/** The bytes of a text in a character set. @example df.select(encode("sensorId", "utf-8").as("b")) */
export const encode = withOperand<Uint8Array | null, "encode", "text">("encode");
/** The text of bytes in a character set. @example df.select(decode(encode("sensorId", "utf-8"), "utf-8").as("s")) */
export const decode = withOperand<string | null, "decode", "text">("decode");
/** The bytes of a text in hex, base64 or utf-8. @example df.select(toBinary(lit("4A"), "hex").as("b")) */
export const toBinary = withOperand<Uint8Array | null, "to_binary", "text">("to_binary");
/** The same, null when it is none. @example df.select(tryToBinary("sensorId", "hex").as("b")) */
export const tryToBinary = withOperand<Uint8Array | null, "try_to_binary", "text">("try_to_binary");
/** The MD5 digest in hexadecimal digits. @example df.select(md5("sensorId").as("d")) */
export const md5 = unary<string | null, "md5", "text">("md5");
/** The SHA-1 digest in hexadecimal digits. @example df.select(sha1("sensorId").as("d")) */
export const sha1 = unary<string | null, "sha1", "text">("sha1");
/** The SHA-2 digest of 224, 256, 384 or 512 bits. @example df.select(sha2("sensorId", 256).as("d")) */
export const sha2 = withOperand<string | null, "sha2", "text">("sha2");
/** The cyclic redundancy check. @example df.select(crc32("sensorId").as("c")) */
export const crc32 = unary<number | null, "crc32", "text">("crc32");
/** The texts one after the other; null when one is. Joins arrays too. @example df.select(concat("sensorId", lit("!")).as("s")) */
export const concat = variadic<string | null>("concat");
/** Whether the first starts with the second. @example df.where(startswith("sensorId", lit("a"))) */
export const startswith = withOperand<boolean | null, "startswith", "text">("startswith");
/** Whether the first ends with the second. @example df.where(endswith("sensorId", lit("1"))) */
export const endswith = withOperand<boolean | null, "endswith", "text">("endswith");
/** Whether the first holds the second. @example df.where(contains("sensorId", lit("1"))) */
export const contains = withOperand<boolean | null, "contains", "text">("contains");
/** The first `n` characters. @example df.select(left("sensorId", 2).as("s")) */
export const left = withOperand<string | null, "left", "text">("left");
/** The last `n` characters. @example df.select(right("sensorId", 2).as("s")) */
export const right = withOperand<string | null, "right", "text">("right");
/** The text `n` times. @example df.select(repeat("sensorId", 2).as("s")) */
export const repeat = withOperand<string | null, "repeat", "text">("repeat");

/** The texts with a separator between them, nulls left out. @example df.select(concatWs("-", "sensorId", lit("x")).as("s")) */
export function concatWs<const C extends readonly ColumnOrName[]>(
  separator: string,
  ...columns: C
): Column<string, RefsOf<C[number]>, never> {
  return callOver("concat_ws", [literalColumn(separator), ...columns]);
}

/** `length` characters from the 1-based `start` (from the end when negative). @example df.select(substring("sensorId", 1, 2).as("s")) */
export function substring<const C extends ColumnOrName>(
  text: C,
  start: number,
  count: number,
): Column<string | null, Takes<C, "text", "substring">, never> {
  return callWith("substring", text, [start, count]);
}

/** What is before the `count`-th delimiter (after it, from the end, when negative). @example df.select(substringIndex("sensorId", "-", 1).as("s")) */
export function substringIndex<const C extends ColumnOrName>(
  text: C,
  delimiter: string,
  occurrences: number,
): Column<string | null, Takes<C, "text", "substringIndex">, never> {
  return callWith("substring_index", text, [delimiter, occurrences]);
}

/** The 1-based place of a text in another, 0 when it is not there. @example df.select(instr("sensorId", "1").as("place")) */
export function instr<const C extends ColumnOrName>(text: C, part: string): Column<number | null, Takes<C, "text", "instr">, never> {
  return callWith("instr", text, [part]);
}

/** The same with the arguments the other way round, from a place on. @example df.select(locate("1", "sensorId").as("place")) */
export function locate<const C extends ColumnOrName>(
  part: string,
  text: C,
  from = 1,
): Column<number | null, Takes<C, "text", "locate">, never> {
  return callOver("locate", [literalColumn(part), text, literalColumn(from)]);
}

/** Filled up on the left to `width` characters. @example df.select(lpad("sensorId", 8, "0").as("s")) */
export function lpad<const C extends ColumnOrName>(
  text: C,
  width: number,
  pad: string,
): Column<string | null, Takes<C, "text", "lpad">, never> {
  return callWith("lpad", text, [width, pad]);
}

/** Filled up on the right to `width` characters. @example df.select(rpad("sensorId", 8, " ").as("s")) */
export function rpad<const C extends ColumnOrName>(
  text: C,
  width: number,
  pad: string,
): Column<string | null, Takes<C, "text", "rpad">, never> {
  return callWith("rpad", text, [width, pad]);
}

/** Every `search` replaced. @example df.select(replace("sensorId", "-", "_").as("s")) */
export function replace<const C extends ColumnOrName>(
  text: C,
  search: string,
  replacement = "",
): Column<string | null, Takes<C, "text", "replace">, never> {
  return callWith("replace", text, [search, replacement]);
}

/** Characters of `matching` replaced one by one by those of `replacement`. @example df.select(translate("sensorId", "-", "_").as("s")) */
export function translate<const C extends ColumnOrName>(
  text: C,
  matching: string,
  replacement: string,
): Column<string | null, Takes<C, "text", "translate">, never> {
  return callWith("translate", text, [matching, replacement]);
}

/** Cut at a Java regular expression. @example df.select(split("sensorId", "-").as("parts")) */
export function split<const C extends ColumnOrName>(
  text: C,
  pattern: string,
  limit = -1,
): Column<string[] | null, Takes<C, "text", "split">, never> {
  return callWith("split", text, [pattern, limit]);
}

/** Length in bytes. @example df.select(octetLength("sensorId").as("n")) */
export const octetLength = unary<number | null, "octet_length", "text">("octet_length");
/** Length in bits. @example df.select(bitLength("sensorId").as("n")) */
export const bitLength = unary<number | null, "bit_length", "text">("bit_length");
/** As many spaces. @example df.select(space("id").as("s")) */
export const space = unary<string | null, "space", "number">("space");
/** How many insertions, deletions and replacements make one text of the other. @example df.select(levenshtein("sensorId", lit("a-2")).as("d")) */
export const levenshtein = binary<number | null, "levenshtein", "text">("levenshtein");
/** The place of a text in a list with commas, from 1; 0 when it is not there. @example df.select(findInSet("sensorId", lit("a-1,b-2")).as("n")) */
export const findInSet = binary<number | null, "find_in_set", "text">("find_in_set");
/** The argument with that number, from 1. @example df.select(elt(lit(2), "sensorId", lit("x")).as("s")) */
export const elt = variadic<unknown>("elt");

/** Without spaces, or those characters, at both ends. @example df.select(btrim("sensorId", "a1").as("s")) */
export function btrim<const C extends ColumnOrName>(text: C, characters?: string): Column<string | null, Takes<C, "text", "btrim">, never> {
  return callWith("btrim", text, characters === undefined ? [] : [characters]);
}

/** The part with that number (from 1, negative from the end) of a text cut at a delimiter. @example df.select(splitPart("sensorId", "-", 1).as("s")) */
export function splitPart<const C extends ColumnOrName>(
  text: C,
  delimiter: string,
  part: number,
): Column<string | null, Takes<C, "text", "splitPart">, never> {
  return callWith("split_part", text, [delimiter, part]);
}

/** A part of the text, as long as the replacement or as said, replaced from a place on. @example df.select(overlay("sensorId", "X", 1).as("s")) */
export function overlay<const C extends ColumnOrName>(
  text: C,
  replacement: string,
  place: number,
  count = -1,
): Column<string | null, Takes<C, "text", "overlay">, never> {
  return callWith("overlay", text, [replacement, place, count]);
}

/** Whether it matches an SQL pattern: % is anything, _ one character. @example df.where(like("sensorId", "a%")) */
export function like<const C extends ColumnOrName>(text: C, pattern: string): Column<boolean | null, Takes<C, "text", "like">, never> {
  return callWith("like", text, [pattern]);
}

/** `like` without regard to case. @example df.where(ilike("sensorId", "A%")) */
export function ilike<const C extends ColumnOrName>(text: C, pattern: string): Column<boolean | null, Takes<C, "text", "ilike">, never> {
  return callWith("ilike", text, [pattern]);
}

/** Whether a Java regular expression matches a part of it. @example df.where(rlike("sensorId", "^a")) */
export function rlike<const C extends ColumnOrName>(text: C, pattern: string): Column<boolean | null, Takes<C, "text", "rlike">, never> {
  return callWith("rlike", text, [pattern]);
}
