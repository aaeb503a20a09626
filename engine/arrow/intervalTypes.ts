import type { DataType } from "./types.js";

/** Whether there is a calendar interval in the type. */
export function holdsInterval(type: DataType): boolean {
  switch (type.kind) {
    case "interval":
      return true;
    case "array":
      return holdsInterval(type.element);
    case "map":
      return holdsInterval(type.key) || holdsInterval(type.value);
    case "struct":
      return type.fields.some((field) => holdsInterval(field.type));
    default:
      return false;
  }
}
