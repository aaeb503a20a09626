import { types, type DataType } from "../../arrow/types.js";
import type { MapValue, Value } from "../../arrow/value.js";
import { valueText } from "../../values/valueText.js";
import type { Expression } from "../expression.js";
import { holds, nullableOf, typeOf } from "../types/typeOf.js";
import { callOf, type FunctionEntry } from "./entry.js";

/** Calendar intervals in something else: writers of columns take their texts, as calendar intervals have no columns. */

/** The expression with the text of each calendar interval in place of it. */
export function intervalsAsText(e: Expression): Expression {
  return callOf("texts of intervals", [e], textType(typeOf(e)), nullableOf(e), "ansi");
}

function textType(type: DataType): DataType {
  switch (type.kind) {
    case "interval":
      return types.string;
    case "array":
      return types.array(textType(type.element), type.containsNull);
    case "map":
      return types.map(textType(type.key), textType(type.value), type.valueContainsNull);
    case "struct":
      return types.struct(type.fields.map((field) => ({ ...field, type: textType(field.type) })));
    default:
      return type;
  }
}

function withTexts(value: Value, type: DataType): Value {
  if (value === null || !holds(type, "interval")) return value;
  switch (type.kind) {
    case "interval":
      return valueText(value, type, "UTC");
    case "array":
      return (value as readonly Value[]).map((element) => withTexts(element, type.element));
    case "map": {
      const { keys, values } = value as MapValue;
      return { keys: keys.map((key) => withTexts(key, type.key)), values: values.map((part) => withTexts(part, type.value)) };
    }
    case "struct":
      return (value as readonly Value[]).map((part, i) => withTexts(part, type.fields[i]!.type));
    default:
      return value;
  }
}

export const intervalTexts: FunctionEntry = {
  name: "texts of intervals",
  doc: "",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args) => ({ args, type: textType(typeOf(args[0]!)), nullable: true }),
  eval: ([value], { args }) => withTexts(value!, typeOf(args[0]!)),
};
