import type { Column, ValueOf } from "../column.js";
import { binary, callOver, callWith, literalColumn, nullary, random, unary, type ColumnOrName, type Takes } from "./make.js";

/** The absolute value. @example df.select(abs("celsius").as("a")) */
export function abs<const C extends ColumnOrName>(value: C): Column<ValueOf<C>, Takes<C, "number", "abs">, never> {
  return callOver("abs", [value]);
}

/** `-value`. @example df.select(negative("celsius").as("n")) */
export function negative<const C extends ColumnOrName>(value: C): Column<ValueOf<C>, Takes<C, "number", "negative">, never> {
  return callOver("negative", [value]);
}

/** Rounded half up to `scale` digits. @example df.select(round("celsius", 1).as("c")) */
export function round<const C extends ColumnOrName>(value: C, scale = 0): Column<ValueOf<C>, Takes<C, "number", "round">, never> {
  return callWith("round", value, [scale]);
}

/** Rounded half to even to `scale` digits. @example df.select(bround("celsius", 1).as("c")) */
export function bround<const C extends ColumnOrName>(value: C, scale = 0): Column<ValueOf<C>, Takes<C, "number", "bround">, never> {
  return callWith("bround", value, [scale]);
}

/** The next whole number up. @example df.select(ceil("celsius").as("c")) */
export const ceil = unary<number | null, "CEIL", "number">("CEIL");
/** The next whole number down. @example df.select(floor("celsius").as("c")) */
export const floor = unary<number | null, "FLOOR", "number">("FLOOR");
/** The nearest whole number, as a double. @example df.select(rint("celsius").as("c")) */
export const rint = unary<number | null, "rint", "number">("rint");
/** −1, 0 or 1, as a double. @example df.select(signum("celsius").as("s")) */
export const signum = unary<number | null, "SIGNUM", "number">("SIGNUM");
/** The square root. @example df.select(sqrt("celsius").as("r")) */
export const sqrt = unary<number | null, "SQRT", "number">("SQRT");
/** The cube root. @example df.select(cbrt("celsius").as("r")) */
export const cbrt = unary<number | null, "CBRT", "number">("CBRT");
/** e to the power. @example df.select(exp("celsius").as("e")) */
export const exp = unary<number | null, "EXP", "number">("EXP");
/** e to the power, less 1. @example df.select(expm1("celsius").as("e")) */
export const expm1 = unary<number | null, "EXPM1", "number">("EXPM1");
/** The natural logarithm. @example df.select(ln("celsius").as("l")) */
export const ln = unary<number | null, "ln", "number">("ln");
/** The logarithm to base 10. @example df.select(log10("celsius").as("l")) */
export const log10 = unary<number | null, "LOG10", "number">("LOG10");
/** The logarithm to base 2. @example df.select(log2("celsius").as("l")) */
export const log2 = unary<number | null, "LOG2", "number">("LOG2");
/** The natural logarithm of 1 more. @example df.select(log1p("celsius").as("l")) */
export const log1p = unary<number | null, "LOG1P", "number">("LOG1P");
/** The sine. @example df.select(sin("celsius").as("s")) */
export const sin = unary<number | null, "SIN", "number">("SIN");
/** The cosine. @example df.select(cos("celsius").as("c")) */
export const cos = unary<number | null, "COS", "number">("COS");
/** The tangent. @example df.select(tan("celsius").as("t")) */
export const tan = unary<number | null, "TAN", "number">("TAN");
/** The inverse sine. @example df.select(asin("celsius").as("a")) */
export const asin = unary<number | null, "ASIN", "number">("ASIN");
/** The inverse cosine. @example df.select(acos("celsius").as("a")) */
export const acos = unary<number | null, "ACOS", "number">("ACOS");
/** The inverse tangent. @example df.select(atan("celsius").as("a")) */
export const atan = unary<number | null, "ATAN", "number">("ATAN");
/** The hyperbolic sine. @example df.select(sinh("celsius").as("s")) */
export const sinh = unary<number | null, "SINH", "number">("SINH");
/** The hyperbolic cosine. @example df.select(cosh("celsius").as("c")) */
export const cosh = unary<number | null, "COSH", "number">("COSH");
/** The hyperbolic tangent. @example df.select(tanh("celsius").as("t")) */
export const tanh = unary<number | null, "TANH", "number">("TANH");
/** Radians of degrees. @example df.select(radians("celsius").as("r")) */
export const radians = unary<number | null, "RADIANS", "number">("RADIANS");
/** Degrees of radians. @example df.select(degrees("celsius").as("d")) */
export const degrees = unary<number | null, "DEGREES", "number">("DEGREES");
/** How many bits are set. @example df.select(bitCount("id").as("b")) */
export const bitCount = unary<number | null, "bit_count", "number">("bit_count");
/** The angle of a point. @example df.select(atan2("celsius", "id").as("a")) */
export const atan2 = binary<number | null, "ATAN2", "number">("ATAN2");
/** √(a² + b²). @example df.select(hypot("celsius", "id").as("h")) */
export const hypot = binary<number | null, "HYPOT", "number">("HYPOT");
/** a to the power b. @example df.select(pow("celsius", lit(2)).as("p")) */
export const pow = binary<number | null, "POWER", "number">("POWER");
/** The remainder that is never negative. @example df.select(pmod("id", lit(7)).as("r")) */
export const pmod = binary<number | null, "pmod", "number">("pmod");
/** π. @example df.select(pi().as("pi")) */
export const pi = nullary<number>("PI");
/** e. @example df.select(e().as("e")) */
export const e = nullary<number>("E");

/** The bits moved to the left. @example df.select(shiftleft("id", 2).as("s")) */
export function shiftleft<const C extends ColumnOrName>(
  value: C,
  bits: number,
): Column<ValueOf<C>, Takes<C, "number", "shiftleft">, never> {
  return callWith("shiftleft", value, [bits]);
}

/** The bits moved to the right, with the sign. @example df.select(shiftright("id", 2).as("s")) */
export function shiftright<const C extends ColumnOrName>(
  value: C,
  bits: number,
): Column<ValueOf<C>, Takes<C, "number", "shiftright">, never> {
  return callWith("shiftright", value, [bits]);
}

/**
 * A random number in [0, 1): seeded from the batch, so that a replay draws the same. A seed always gives the same numbers; without one every call of this function
 * has its own, however often its column is used. @example df.select(rand(7).as("r"))
 */
export function rand(seed?: number): Column<number, never, never> {
  return seed === undefined ? random("rand") : callOver("rand", [literalColumn(seed)]);
}

/** A random UUID: seeded from the batch, so that a replay draws the same. @example df.select(uuid().as("u")) */
export function uuid(): Column<string, never, never> {
  return random("uuid");
}

/** `a / b` without its fraction. @example df.select(div("id", lit(2)).as("half")) */
export const div = binary<number | null, "div", "number">("div");
/** `a + b`, null when it overflows. @example df.select(tryAdd("id", lit(1)).as("n")) */
export const tryAdd = binary<number | null, "try_add", "numberOrTime">("try_add");
/** `a - b`, null when it overflows. @example df.select(trySubtract("id", lit(1)).as("n")) */
export const trySubtract = binary<number | null, "try_subtract", "numberOrTime">("try_subtract");
/** `a * b`, null when it overflows. @example df.select(tryMultiply("id", lit(2)).as("n")) */
export const tryMultiply = binary<number | null, "try_multiply", "number">("try_multiply");
/** `a / b`, null when b is 0. @example df.select(tryDivide("celsius", "id").as("q")) */
export const tryDivide = binary<number | null, "try_divide", "number">("try_divide");
/** `a % b`, null when b is 0. @example df.select(tryMod("id", lit(2)).as("r")) */
export const tryMod = binary<number | null, "try_mod", "number">("try_mod");
/** The cotangent. @example df.select(cot("celsius").as("c")) */
export const cot = unary<number | null, "COT", "number">("COT");
/** The secant. @example df.select(sec("celsius").as("s")) */
export const sec = unary<number | null, "SEC", "number">("SEC");
/** The cosecant. @example df.select(csc("celsius").as("c")) */
export const csc = unary<number | null, "CSC", "number">("CSC");
/** The inverse hyperbolic sine. @example df.select(asinh("celsius").as("a")) */
export const asinh = unary<number | null, "ASINH", "number">("ASINH");
/** The inverse hyperbolic cosine. @example df.select(acosh("id").as("a")) */
export const acosh = unary<number | null, "ACOSH", "number">("ACOSH");
/** The inverse hyperbolic tangent. @example df.select(atanh("celsius").as("a")) */
export const atanh = unary<number | null, "ATANH", "number">("ATANH");
/** n! of 0 to 20, null beyond. @example df.select(factorial(lit(5)).as("f")) */
export const factorial = unary<number | null, "factorial", "number">("factorial");
/** The binary digits of a whole number. @example df.select(bin("id").as("b")) */
export const bin = unary<string | null, "bin", "number">("bin");

/** The number itself. @example df.select(positive("celsius").as("c")) */
export function positive<const C extends ColumnOrName>(value: C): Column<ValueOf<C>, Takes<C, "number", "positive">, never> {
  return callOver("positive", [value]);
}

/** All bits the other way round. @example df.select(bitwiseNot("id").as("b")) */
export function bitwiseNot<const C extends ColumnOrName>(value: C): Column<ValueOf<C>, Takes<C, "number", "bitwiseNot">, never> {
  return callOver("~", [value]);
}

/** The natural logarithm, or that to a base. @example df.select(log(10, "id").as("l")) */
export function log<const C extends ColumnOrName>(value: C): Column<number | null, Takes<C, "number", "log">, never>;
export function log<const C extends ColumnOrName>(base: number, value: C): Column<number | null, Takes<C, "number", "log">, never>;
export function log(a: ColumnOrName | number, b?: ColumnOrName): Column<number | null> {
  return typeof a === "number" ? callOver("log", [literalColumn(a), b!]) : callOver("log", [a]);
}

/** The bit at a place, counted from the right and from 0. @example df.select(getbit("id", 0).as("odd")) */
export function getbit<const C extends ColumnOrName>(value: C, place: number): Column<number | null, Takes<C, "number", "getbit">, never> {
  return callWith("getbit", value, [place]);
}

/** The bits moved to the right, filled up with zeros. @example df.select(shiftrightunsigned("id", 2).as("s")) */
export function shiftrightunsigned<const C extends ColumnOrName>(
  value: C,
  bits: number,
): Column<ValueOf<C>, Takes<C, "number", "shiftrightunsigned">, never> {
  return callWith("shiftrightunsigned", value, [bits]);
}

/** The place of a whole number in its bitmap, from 0 to 32767. @example df.select(bitmapBitPosition("id").as("p")) */
export const bitmapBitPosition = unary<number | null, "bitmap_bit_position", "number">("bitmap_bit_position");
/** The number of the bitmap that a whole number has its place in. @example df.select(bitmapBucketNumber("id").as("b")) */
export const bitmapBucketNumber = unary<number | null, "bitmap_bucket_number", "number">("bitmap_bucket_number");
/** The number of bits that are set in a bitmap. @example df.select(bitmapCount(encode("sensorId", "UTF-8")).as("n")) */
export const bitmapCount = unary<number | null, "bitmap_count">("bitmap_count");
