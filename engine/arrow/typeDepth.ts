import type { DataType } from "./types.js";

/** Types nested deeper are refused: what handles values of a type goes down with it. */
export const deepestType = 500;

const depths = new WeakMap<DataType, number>();

/** How deep a type is nested: 1 for what holds no other. Parts that were asked before are not asked again. */
export function typeDepth(type: DataType): number {
  const parts = partsOf(type);
  if (parts.length === 0) return 1;
  let depth = depths.get(type);
  if (depth === undefined) {
    depth = 1 + Math.max(...parts.map(typeDepth));
    depths.set(type, depth);
  }
  return depth;
}

function partsOf(type: DataType): readonly DataType[] {
  switch (type.kind) {
    case "array":
      return [type.element];
    case "map":
      return [type.key, type.value];
    case "struct":
      return type.fields.map((field) => field.type);
    default:
      return [];
  }
}
