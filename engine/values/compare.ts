import { StreamingError } from "../errors/streamingError.js";
import type { DataType } from "../arrow/types.js";
import { typeName } from "../arrow/types.js";
import type { Value } from "../arrow/value.js";

/**
 * Spark's order of two values that are not null: NaN equals itself and is above every number, -0.0 equals 0.0, strings and binaries go by their
 * (UTF-8) bytes, false is below true; inside arrays and structs null is the smallest. Negative, zero or positive.
 */
export function compareValues(a: Value, b: Value, type: DataType): number {
  switch (type.kind) {
    case "float":
    case "double":
      return compareDoubles(a as number, b as number);
    case "string":
      return compareStrings(a as string, b as string);
    case "binary":
      return compareBytes(a as Uint8Array, b as Uint8Array);
    case "boolean":
      return Number(a) - Number(b);
    case "array":
      return compareLists(a as readonly Value[], b as readonly Value[], () => type.element);
    case "struct":
      return compareLists(a as readonly Value[], b as readonly Value[], (i) => type.fields[i]!.type);
    case "map":
    case "interval":
      // Refused when the expression is resolved.
      throw new StreamingError("INTERNAL_ERROR", { message: `values of type ${typeName(type)} have no order` });
    case "null":
      return 0;
    default:
      return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
  }
}

function compareDoubles(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** UTF-8 order is code point order; UTF-16 differs for surrogates. */
function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const [xSurrogate, ySurrogate] = [(x & 0xf800) === 0xd800, (y & 0xf800) === 0xd800];
    if (xSurrogate !== ySurrogate) return xSurrogate ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function compareLists(a: readonly Value[], b: readonly Value[], typeAt: (i: number) => DataType): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === null && y === null) continue;
    if (x === null) return -1;
    if (y === null) return 1;
    const order = compareValues(x, y, typeAt(i));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
