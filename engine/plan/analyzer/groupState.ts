import { sameType, sqlTypeName } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { isStreaming } from "../streamingPlan.js";
import { resolveExpression } from "./resolveExpression.js";
import { Scope } from "./scope.js";
import { timeColumn } from "./watermark.js";

/**
 * A user's function over groups: keys are expressions over the rows alone, and those of the initial state have their types.
 *
 * @throws GROUP_STATE_INITIAL_KEYS, CANNOT_ASSIGN_EVENT_TIME_COLUMN_WITHOUT_WATERMARK, EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE
 */
export function resolveGroupState(plan: NodeOf<"groupState">, context: AnalysisContext): LogicalPlan {
  const scope = new Scope(outputOf(plan.input), context);
  const grouping = plan.grouping.map((e) => resolveExpression(e, scope));
  if (plan.initial !== undefined) {
    const expected = grouping.map(typeOf);
    const found = plan.initial.columns.slice(0, plan.initial.keyCount).map(typeOf);
    const same = found.length === expected.length && found.every((type, i) => sameType(type, expected[i]!));
    const text = (types: typeof found): string => `(${types.map(sqlTypeName).join(", ")})`;
    if (!same) throw new StreamingError("GROUP_STATE_INITIAL_KEYS", { verb: plan.verb, found: text(found), expected: text(expected) });
  }
  const { eventTimeColumn } = plan;
  return { ...plan, grouping, ...(typeof eventTimeColumn === "string" && { eventTimeColumn: stamped(plan, eventTimeColumn, context) }) };
}

/** The output that is the event time of the rows that come out. */
function stamped({ outputs, input, verb }: NodeOf<"groupState">, name: string, context: AnalysisContext): number {
  const column = timeColumn({ kind: "unresolvedAttribute", parts: [name] }, new Scope(outputs, context));
  const isTimed = outputOf(input).some(({ eventTime }) => eventTime !== undefined);
  if (!isTimed && isStreaming(input)) throw new StreamingError("CANNOT_ASSIGN_EVENT_TIME_COLUMN_WITHOUT_WATERMARK", { verb });
  return outputs.findIndex(({ id }) => id === column.id);
}
