import { StreamingError } from "../errors/streamingError.js";
import type { DataType, StructType } from "./types.js";

/**
 * Refuses columns of one name where rows are told by names. Spark does not look at the case of letters; objects of JavaScript do.
 *
 * @throws COLUMN_ALREADY_EXISTS
 */
export function checkNamesDiffer(names: readonly string[], { ignoreCase }: { readonly ignoreCase: boolean }): void {
  const seen = new Set<string>();
  for (const name of names) {
    const key = ignoreCase ? name.toLowerCase() : name;
    if (seen.has(key)) throw new StreamingError("COLUMN_ALREADY_EXISTS", { columnName: `\`${key}\`` });
    seen.add(key);
  }
}

/** The names of a type's fields. */
export function namesOf({ fields }: StructType): string[] {
  return fields.map(({ name }) => name);
}

/** The same for the fields of every struct within. */
export function checkAllNamesDiffer(type: DataType, how: { readonly ignoreCase: boolean }): void {
  switch (type.kind) {
    case "struct":
      checkNamesDiffer(namesOf(type), how);
      for (const field of type.fields) checkAllNamesDiffer(field.type, how);
      return;
    case "array":
      checkAllNamesDiffer(type.element, how);
      return;
    case "map":
      checkAllNamesDiffer(type.key, how);
      checkAllNamesDiffer(type.value, how);
      return;
    default:
  }
}
