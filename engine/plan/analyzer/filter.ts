import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName, types } from "../../arrow/types.js";
import type { Expression } from "../../expression/expression.js";
import { coerceTo, type AnalysisContext } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { sqlText } from "../sqlText.js";
import { expressionNodes, someExpression } from "../../expression/traverse.js";
import { withMissingColumns } from "./missingColumns.js";
import { prettyText, resolveExpression } from "./resolveExpression.js";
import type { Scope } from "./scope.js";

/** WHERE (and HAVING, which is a filter over an aggregation): a boolean without aggregate functions. */
export function resolveFilter(plan: NodeOf<"filter">, context: AnalysisContext): LogicalPlan {
  return withMissingColumns(
    plan.input,
    context,
    (scope) => [resolveCondition(plan.condition, scope)],
    ([condition], input) => ({ ...plan, condition: condition!, input }),
  );
}

function resolveCondition(given: Expression, scope: Scope): Expression {
  const condition = resolveExpression(given, scope);
  const pretty = (): string => `"${prettyText(given, scope)}"`;
  checkNoWindowCall(condition, "WHERE");
  const aggregates = [...expressionNodes(condition)].filter((e) => e.kind === "aggregateCall");
  if (aggregates.length > 0) {
    throw new StreamingError("INVALID_WHERE_CONDITION", {
      condition: pretty(),
      expressionList: aggregates.map((e) => sqlText(e)).join(", "),
    });
  }
  return booleanCondition(condition, pretty, scope.context);
}

/** @throws WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE */
export function checkNoWindowCall(condition: Expression, clauseName: "WHERE" | "HAVING"): void {
  if (someExpression(condition, (e) => e.kind === "windowCall"))
    throw new StreamingError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", { clauseName });
}

/** A condition as a boolean. @throws DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN */
export function booleanCondition(condition: Expression, pretty: () => string, context: AnalysisContext): Expression {
  const type = typeOf(condition);
  if (type.kind === "boolean") return condition;
  if (type.kind === "null") return coerceTo(condition, types.boolean, context);
  throw new StreamingError("DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", { sqlExpr: pretty(), filter: pretty(), type: `"${sqlTypeName(type)}"` });
}
