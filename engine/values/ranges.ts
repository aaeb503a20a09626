import type { DataType } from "../arrow/types.js";

/** The largest magnitude of each integral type: values run from -limit to limit - 1. */
export const integerLimits = { byte: 128, short: 32768, int: 2147483648 } as const;

export const longMax = 9223372036854775807n;
export const longMin = -9223372036854775808n;

/** Whether a BigInt is a value of the integral type. */
export function fitsIntegral(value: bigint, kind: DataType["kind"]): boolean {
  switch (kind) {
    case "byte":
      return value >= -128n && value <= 127n;
    case "short":
      return value >= -32768n && value <= 32767n;
    case "int":
      return value >= -2147483648n && value <= 2147483647n;
    default:
      return value >= longMin && value <= longMax;
  }
}

/** A BigInt wrapped around to the integral type's width, as Java does. */
export function wrapIntegral(value: bigint, kind: DataType["kind"]): bigint {
  switch (kind) {
    case "byte":
      return BigInt.asIntN(8, value);
    case "short":
      return BigInt.asIntN(16, value);
    case "int":
      return BigInt.asIntN(32, value);
    default:
      return BigInt.asIntN(64, value);
  }
}
