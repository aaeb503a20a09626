import { holdsInterval } from "../engine/arrow/intervalTypes.js";
import { types, type DataType } from "../engine/arrow/types.js";
import { freshId, type Expression } from "../engine/expression/expression.js";
import { analyze } from "../engine/plan/analyzer/analyze.js";
import type { AnalyzedPlan, LogicalPlan } from "../engine/plan/logicalPlan.js";
import { outputOf } from "../engine/plan/outputOf.js";

/**
 * A table with its calendar intervals as their texts, also within arrays, maps and structs: as `show()` has them in Spark. They live within expressions, and have no
 * columns of their own.
 */
export function withIntervalTexts(plan: AnalyzedPlan, context: Parameters<typeof analyze>[1]): AnalyzedPlan {
  return outputOf(plan).some(({ type }) => holdsInterval(type)) ? analyze(asTexts(plan), context) : plan;
}

function asTexts(plan: LogicalPlan): LogicalPlan {
  if (plan.kind === "limit") return { ...plan, input: asTexts(plan.input) };
  const output = outputOf(plan);
  // Where the intervals are made they become texts: no column of them is.
  const [input, made] = plan.kind === "project" ? [plan.input, plan.expressions] : [plan, output];
  const expressions = output.map(({ name, type }, i): Expression => {
    const given = made[i]!;
    if (!holdsInterval(type)) return given;
    const child: Expression = {
      kind: "unresolvedCast",
      child: given.kind === "alias" ? given.child : given,
      type: withTexts(type),
      isTry: false,
    };
    return { kind: "alias", child, name, id: freshId() };
  });
  return { kind: "project", expressions, input };
}

function withTexts(type: DataType): DataType {
  switch (type.kind) {
    case "interval":
      return types.string;
    case "array":
      return { ...type, element: withTexts(type.element) };
    case "map":
      return { ...type, key: withTexts(type.key), value: withTexts(type.value) };
    case "struct":
      return types.struct(type.fields.map((field) => ({ ...field, type: withTexts(field.type) })));
    default:
      return type;
  }
}
