import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName } from "../../arrow/types.js";
import type { Expression, UnresolvedCast } from "../../expression/expression.js";
import { fold } from "../../expression/fold.js";
import { resolveCast, type AnalysisContext } from "../../expression/types/coerce.js";
import { sqlText } from "../sqlText.js";

/** The value of `DATE '…'` or `TIMESTAMP '…'`. @throws INVALID_TYPED_LITERAL */
export function typedLiteral({ child, type }: UnresolvedCast, context: AnalysisContext): Expression {
  const value = fold(resolveCast(child, type, true, context));
  if (value.kind === "literal" && value.value !== null) return value;
  throw new StreamingError("INVALID_TYPED_LITERAL", { valueType: `"${sqlTypeName(type)}"`, value: `'${sqlText(child)}'` });
}
