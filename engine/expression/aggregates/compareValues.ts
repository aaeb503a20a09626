import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { assert } from "../../errors/assert.js";
import { compareBytes } from "../../state/cells.js";

const encoder = new TextEncoder();

/** Spark's order of two values of a type: nulls first, NaN last, −0.0 equal to 0.0, strings bytewise. For types without a hot loop. */
export function compareValues(type: DataType, a: Value, b: Value): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  switch (type.kind) {
    case "null":
      return 0;
    case "float":
    case "double":
      return compareDoubles(a as number, b as number);
    case "string":
      return compareArrays(encoder.encode(a as string), encoder.encode(b as string));
    case "binary":
      return compareArrays(a as Uint8Array, b as Uint8Array);
    case "struct":
      return firstDifference(
        type.fields.map((f) => f.type),
        a as readonly Value[],
        b as readonly Value[],
      );
    case "array": {
      const [x, y] = [a as readonly Value[], b as readonly Value[]];
      const shared = Array.from({ length: Math.min(x.length, y.length) }, () => type.element);
      return firstDifference(shared, x, y) || x.length - y.length;
    }
    default:
      assert(type.kind !== "map" && type.kind !== "interval", `values of ${type.kind} have no order`);
      return a < b ? -1 : Number(a > b);
  }
}

function compareDoubles(a: number, b: number): number {
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a < b ? -1 : Number(a > b);
}

function compareArrays(a: Uint8Array, b: Uint8Array): number {
  return compareBytes(a, 0, a.length, b, 0, b.length);
}

function firstDifference(elementTypes: readonly DataType[], a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < elementTypes.length; i++) {
    const difference = compareValues(elementTypes[i]!, a[i]!, b[i]!);
    if (difference !== 0) return difference;
  }
  return 0;
}
