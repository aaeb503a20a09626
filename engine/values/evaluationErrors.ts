import { StreamingError } from "../errors/streamingError.js";

/** The errors of evaluation, each a call that throws: generated code and the interpreter raise the same ones. */

const config = '"spark.sql.ansi.enabled"';

/** @throws ARITHMETIC_OVERFLOW */
export function throwOverflow(alternative: string, message = "overflow"): never {
  throw new StreamingError("ARITHMETIC_OVERFLOW", {
    message,
    alternative: alternative === "" ? "" : `Use '${alternative}' to tolerate overflow and return NULL instead.`,
    config,
  });
}

/** @throws BINARY_ARITHMETIC_OVERFLOW */
export function throwSmallOverflow(left: number, symbol: string, right: number, suffix: string, alternative: string): never {
  throw new StreamingError("BINARY_ARITHMETIC_OVERFLOW", {
    value1: `${left}${suffix}`,
    symbol,
    value2: `${right}${suffix}`,
    functionName: `\`${alternative}\``,
  });
}

/** @throws DIVIDE_BY_ZERO */
export function throwDivideByZero(): never {
  throw new StreamingError("DIVIDE_BY_ZERO", { config });
}

/** @throws REMAINDER_BY_ZERO */
export function throwRemainderByZero(): never {
  throw new StreamingError("REMAINDER_BY_ZERO", { config });
}

/** @throws NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION */
export function throwDecimalRange(value: string, precision: number, scale: number): never {
  throw new StreamingError("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", {
    value,
    precision: String(precision),
    scale: String(scale),
    config,
  });
}

/** @throws CAST_INVALID_INPUT; `expression` is the value as a SQL literal, types are SQL names */
export function throwCastInput(expression: string, sourceType: string, targetType: string): never {
  throw new StreamingError("CAST_INVALID_INPUT", {
    expression,
    sourceType: `"${sourceType}"`,
    targetType: `"${targetType}"`,
    ansiConfig: config,
  });
}

/** @throws CAST_OVERFLOW */
export function throwCastOverflow(value: string, sourceType: string, targetType: string): never {
  throw new StreamingError("CAST_OVERFLOW", { value, sourceType: `"${sourceType}"`, targetType: `"${targetType}"`, ansiConfig: config });
}

/** @throws INVALID_ARRAY_INDEX */
export function throwArrayIndex(index: number, size: number): never {
  throw new StreamingError("INVALID_ARRAY_INDEX", { indexValue: String(index), arraySize: String(size) });
}

/** @throws INVALID_ARRAY_INDEX_IN_ELEMENT_AT */
export function throwElementIndex(index: number, size: number): never {
  throw new StreamingError("INVALID_ARRAY_INDEX_IN_ELEMENT_AT", { indexValue: String(index), arraySize: String(size) });
}

/** @throws INVALID_INDEX_OF_ZERO */
export function throwIndexZero(): never {
  throw new StreamingError("INVALID_INDEX_OF_ZERO");
}
