import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName, types, type DataType } from "../../arrow/types.js";
import type { Expression } from "../../expression/expression.js";
import { implicitCast, type AnalysisContext } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { sqlText } from "../sqlText.js";

/**
 * `from_json(text, struct schema)`: a call that the planner turns into a decode node, which reads whole batches with the decoder of JSON files.
 * Every field may come out null, whatever the schema says.
 *
 * @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE
 */
export function fromJson(
  text: Expression,
  type: DataType,
  options: Readonly<Record<string, string>> | undefined,
  context: AnalysisContext,
): Expression {
  const argument = implicitCast(text, types.string, context);
  if (argument === null || typeOf(text).kind === "binary") {
    throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
      sqlExpr: `"from_json(${sqlText(text)})"`,
      paramIndex: "first",
      requiredType: '"STRING"',
      inputSql: `"${sqlText(text)}"`,
      inputType: `"${sqlTypeName(typeOf(text))}"`,
    });
  }
  return {
    kind: "call",
    name: "from_json",
    args: [argument],
    type: nullable(type),
    nullable: true,
    evalMode: context.ansi ? "ansi" : "legacy",
    zone: context.zone,
    ...(options && { options }),
  };
}

function nullable(type: DataType): DataType {
  switch (type.kind) {
    case "array":
      return types.array(nullable(type.element));
    case "map":
      return types.map(nullable(type.key), nullable(type.value));
    case "struct":
      return types.struct(type.fields.map((f) => ({ ...f, type: nullable(f.type), nullable: true })));
    default:
      return type;
  }
}
