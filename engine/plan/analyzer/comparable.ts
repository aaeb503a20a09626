import { sqlTypeName } from "../../arrow/types.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import type { Attribute } from "../../expression/expression.js";
import { holds } from "../../expression/types/typeOf.js";

/** Maps have no equality, so that no two rows can be told to be the same. @throws UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE */
export function requireEquality(columns: readonly Attribute[]): void {
  for (const { name, type } of columns) {
    if (holds(type, "map"))
      throw new StreamingError("UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", {
        colName: `\`${name}\``,
        dataType: `"${sqlTypeName(type)}"`,
      });
    if (holds(type, "interval")) throw notYetSupported(`telling apart rows by the column ${name} of type ${sqlTypeName(type)}`);
  }
}
