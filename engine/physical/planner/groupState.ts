import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode } from "../plan.js";
import { withColumn } from "./columns.js";
import type { PlanContext } from "./context.js";
import { attributeOf, planProject } from "./project.js";

/** A user's function over groups: the columns that it sees first, keys that are none of them behind. */
export function planGroupState(node: NodeOf<"groupState">, context: PlanContext): PhysicalNode {
  let input = planProject(null, node.columns, context.plan(node.input), null);
  const keys = node.grouping.map((e) => {
    const added = withColumn(input, e.kind === "alias" ? e.child : e);
    input = added.input;
    return added.index;
  });
  const time = input.output.findIndex(({ eventTime }) => eventTime !== undefined);
  const { operatorId = "groupState", operatorName, functionId, timeMode, timers } = node;
  const spec = {
    operatorId,
    operatorName,
    functionId,
    partitions: context.partitions,
    keys,
    keyAttributes: node.grouping.map(attributeOf),
    columnCount: node.columns.length,
    eventTime: time < 0 ? null : time,
    timeMode,
    timers,
    output: node.outputs,
  };
  return { kind: "groupState", spec, input, output: outputOf(node) };
}
