import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName } from "../../arrow/types.js";
import { freshId, type Attribute, type Expression } from "../../expression/expression.js";
import { resolveFunction } from "../../expression/resolve.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";
import type { LogicalPlan, NamedExpression, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { expressionNodes } from "../../expression/traverse.js";
import { distinctInputs } from "./reidentify.js";
import { resolveExpression } from "./resolveExpression.js";
import { Scope } from "./scope.js";

/** A join: its sides with attributes of their own, the condition resolved over both; `using` becomes a condition and a Project. */
export function resolveJoin(plan: NodeOf<"join">, context: AnalysisContext): LogicalPlan {
  const [left, right] = distinctInputs([plan.left, plan.right]) as [LogicalPlan, LogicalPlan];
  if (plan.using !== null) return usingJoin({ ...plan, left, right }, plan.using, context);
  if (plan.condition === null) return { ...plan, left, right };
  const scope = new Scope([...outputOf(left), ...outputOf(right)], context);
  const condition = resolveExpression(plan.condition, scope);
  const invalid = [...expressionNodes(condition)].filter((e) => e.kind === "aggregateCall" || e.kind === "windowCall");
  if (invalid.length > 0) {
    const invalidExprSqls = invalid.map((e) => `"${sqlText(e)}"`).join(", ");
    throw new StreamingError("UNSUPPORTED_EXPR_FOR_OPERATOR", { operator: "Join", invalidExprSqls });
  }
  const type = typeOf(condition);
  if (type.kind !== "boolean") {
    throw new StreamingError("JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE", {
      joinCondition: `"${sqlText(condition)}"`,
      conditionType: `"${sqlTypeName(type)}"`,
    });
  }
  return { ...plan, condition, left, right };
}

/** The key columns come out once: from the side that always has a row, from either in a full join. */
function usingJoin(plan: NodeOf<"join">, names: readonly string[], context: AnalysisContext): LogicalPlan {
  const keys = names.map((name) => ({ left: keyOf(plan.left, name, "left"), right: keyOf(plan.right, name, "right") }));
  const call = (name: string, args: readonly Expression[]): Expression =>
    resolveFunction({ name, args, distinct: false, filter: null }, context);
  const condition = keys.map(({ left, right }) => call("=", [left, right])).reduce((a, b) => call("and", [a, b]));
  const join: NodeOf<"join"> = { ...plan, using: null, condition };
  const taken = new Set(keys.flatMap(({ left, right }) => [left.id, right.id]));
  const output = outputOf(join);
  const byId = new Map(output.map((a) => [a.id, a]));
  const first: NamedExpression[] = keys.map(({ left, right }) => {
    if (plan.joinType === "full") return { kind: "alias", child: call("coalesce", [left, right]), name: left.name, id: freshId() };
    return plan.joinType === "right" ? byId.get(right.id)! : byId.get(left.id)!;
  });
  return { kind: "project", expressions: [...first, ...output.filter((a) => !taken.has(a.id))], input: join };
}

function keyOf(plan: LogicalPlan, name: string, side: "left" | "right"): Attribute {
  const output = outputOf(plan);
  const found = output.filter((a) => a.hidden === undefined && a.name.toLowerCase() === name.toLowerCase());
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new StreamingError("AMBIGUOUS_REFERENCE", {
      name: `\`${name}\``,
      referenceNames: `[${found.map((a) => `\`${a.name}\``).join(", ")}]`,
    });
  }
  const suggestion = output.map((a) => `\`${a.name}\``).join(", ");
  throw new StreamingError("UNRESOLVED_USING_COLUMN_FOR_JOIN", { colName: `\`${name}\``, side, suggestion });
}
