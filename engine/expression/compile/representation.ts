import type { DataType } from "../../arrow/types.js";
import type { Representation } from "./code.js";

/** How a value of the type stands in generated code. */
export function representationOf(type: DataType): Representation {
  switch (type.kind) {
    case "boolean":
      return "boolean";
    case "byte":
    case "short":
    case "int":
    case "float":
    case "double":
    case "date":
    case "interval_yearmonth":
      return "number";
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_daytime":
      return "long";
    case "decimal":
      return "decimal";
    case "string":
    case "binary":
      return "bytes";
    default:
      return "value";
  }
}
