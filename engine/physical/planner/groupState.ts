import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { withColumns } from "./columns.js";
import type { PlanContext, Planning } from "./context.js";
import { attributeOf, planProject } from "./project.js";

/** A user's function over groups: the columns that it sees first, keys that are none of them behind. */
export function* planGroupState(node: NodeOf<"groupState">, context: PlanContext): Planning {
  const seen = planProject(null, node.columns, yield node.input, null);
  const { input, indexes: keys } = withColumns(
    seen,
    node.grouping.map((e) => (e.kind === "alias" ? e.child : e)),
  );
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
    stamp: typeof node.eventTimeColumn === "number" && time >= 0 ? node.eventTimeColumn : null,
    verb: node.verb,
  };
  const initial = node.initial === undefined ? null : planProject(null, node.initial.columns, yield node.initial.input, null);
  return { kind: "groupState", spec, input, initial, output: outputOf(node) };
}
