import { field, types, type DataType, type StructType } from "../../arrow/types.js";

/**
 * Fields in name order, strings for what never had a value (or nothing, if that is wanted); objects that are always empty, and what has no name, are left
 * out, as Spark cannot make a column of them.
 */
export function finishedStruct(type: StructType, dropsNull: boolean): StructType {
  const fields = type.fields.flatMap((member) => {
    if (member.name === "") return [];
    const done = finishedType(member.type, dropsNull);
    return done === null ? [] : [field(member.name, done)];
  });
  return types.struct(fields.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)));
}

/** A type that was found, as a column may have it; null when it is left out. */
export function finishedType(type: DataType, dropsNull: boolean): DataType | null {
  switch (type.kind) {
    case "null":
      return dropsNull ? null : types.string;
    case "struct": {
      const struct = finishedStruct(type, dropsNull);
      return struct.fields.length === 0 ? null : struct;
    }
    case "array": {
      const element = finishedType(type.element, dropsNull);
      return element === null ? null : types.array(element);
    }
    default:
      return type;
  }
}
