import type { Column, Operand } from "../column.js";
import { callMixed, callOver, callWith, literalColumn, unary, type ColumnOrName, type Takes, type TakesValue } from "./make.js";

/** Regular expressions, masks and other tools of texts. */

/** The matches replaced; `$1` is the first group. @example df.select(regexpReplace("sensorId", "[0-9]+", "#").as("t")) */
export function regexpReplace<const C extends ColumnOrName, P extends Operand, R extends Operand>(
  text: C,
  pattern: P,
  replacement: R,
): Column<string | null, Takes<C, "text", "regexpReplace"> | TakesValue<P | R, "text", "regexpReplace">, never> {
  return callMixed("regexp_replace", text, [pattern, replacement]);
}

/** A group (0 is the whole) of the first match. @example df.select(regexpExtract("sensorId", "([a-z]+)", 1).as("t")) */
export function regexpExtract<const C extends ColumnOrName>(
  text: C,
  pattern: string,
  group = 1,
): Column<string | null, Takes<C, "text", "regexpExtract">, never> {
  return callWith("regexp_extract", text, [pattern, group]);
}

/** A group of every match. @example df.select(regexpExtractAll("sensorId", "([a-z]+)", 1).as("t")) */
export function regexpExtractAll<const C extends ColumnOrName>(
  text: C,
  pattern: string,
  group = 1,
): Column<(string | null)[] | null, Takes<C, "text", "regexpExtractAll">, never> {
  return callWith("regexp_extract_all", text, [pattern, group]);
}

/** How many matches there are. @example df.select(regexpCount("sensorId", "[a-z]").as("n")) */
export function regexpCount<const C extends ColumnOrName, P extends Operand>(
  text: C,
  pattern: P,
): Column<number | null, Takes<C, "text", "regexpCount"> | TakesValue<P, "text", "regexpCount">, never> {
  return callMixed("regexp_count", text, [pattern]);
}

/** The first match. @example df.select(regexpSubstr("sensorId", "[a-z]+").as("t")) */
export function regexpSubstr<const C extends ColumnOrName, P extends Operand>(
  text: C,
  pattern: P,
): Column<string | null, Takes<C, "text", "regexpSubstr"> | TakesValue<P, "text", "regexpSubstr">, never> {
  return callMixed("regexp_substr", text, [pattern]);
}

/** The place of the first match, from 1. @example df.select(regexpInstr("sensorId", "[a-z]+").as("n")) */
export function regexpInstr<const C extends ColumnOrName, P extends Operand>(
  text: C,
  pattern: P,
): Column<number | null, Takes<C, "text", "regexpInstr"> | TakesValue<P, "text", "regexpInstr">, never> {
  return callMixed("regexp_instr", text, [pattern]);
}

/** Letters and digits hidden. @example df.select(mask("sensorId").as("t")) */
export function mask<const C extends ColumnOrName>(
  text: C,
  upper: string | null = "X",
  lower: string | null = "x",
  digit: string | null = "n",
  other: string | null = null,
): Column<string | null, Takes<C, "text", "mask">, never> {
  return callWith("mask", text, [upper, lower, digit, other]);
}

/** Whether a number has a check digit by Luhn. @example df.where(luhnCheck("sensorId")) */
export const luhnCheck = unary<boolean | null, "luhn_check", "text">("luhn_check");
/** A text in quotes. @example df.select(quote("sensorId").as("t")) */
export const quote = unary<string | null, "quote", "text">("quote");

/** A number as a text of another base. @example df.select(conv("id", 10, 16).as("hex")) */
export function conv<const C extends ColumnOrName>(
  number: C,
  from: number,
  to: number,
): Column<string | null, Takes<C, "textOrNumber", "conv">, never> {
  return callWith("conv", number, [from, to]);
}

/** The first number, or the second where it is NaN. @example df.select(nanvl("celsius", lit(0)).as("c")) */
export function nanvl<const A extends ColumnOrName, const B extends ColumnOrName>(
  number: A,
  otherwise: B,
): Column<number | null, Takes<A | B, "number", "nanvl">, never> {
  return callOver("nanvl", [number, otherwise]);
}

/** The bucket that a value falls into. @example df.select(widthBucket("celsius", lit(0), lit(40), lit(4)).as("b")) */
export function widthBucket<
  const C extends ColumnOrName,
  const L extends ColumnOrName,
  const H extends ColumnOrName,
  const N extends ColumnOrName,
>(value: C, low: L, high: H, count: N): Column<number | null, Takes<C | L | H | N, "number", "widthBucket">, never> {
  return callOver("width_bucket", [value, low, high, count]);
}

/** The number of elements of a JSON array. @example df.select(jsonArrayLength("json").as("n")) */
export const jsonArrayLength = unary<number | null, "json_array_length", "text">("json_array_length");
/** The keys of a JSON object. @example df.select(jsonObjectKeys("json").as("k")) */
export const jsonObjectKeys = unary<(string | null)[] | null, "json_object_keys", "text">("json_object_keys");

/** Ends the query where the condition is not true. @example df.select(assertTrue(col("id").isNotNull()).as("ok")) */
export function assertTrue<const C extends ColumnOrName>(
  condition: C,
  message?: string,
): Column<null, Takes<C, "boolean", "assertTrue">, never> {
  return callOver("assert_true", message === undefined ? [condition] : [condition, literalColumn(message)]);
}

/** Ends the query. @example df.where(col("id").lt(0)).select(raiseError(lit("a negative id")).as("never")) */
export const raiseError = unary<null, "raise_error", "text">("raise_error");
