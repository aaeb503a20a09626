import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { select, withColumn } from "./columns.js";
import type { Planning } from "./context.js";

/** `session_window(…)`: the session of each row; an aggregation above merges them. */
export function* planSessionWindow(node: NodeOf<"sessionWindow">): Planning {
  const time = withColumn(yield node.input, node.time);
  const { input, index } = withColumn(time.input, node.end);
  const output = [...input.output, node.window];
  return select({ kind: "sessionWindow", timeColumn: time.index, endColumn: index, input, output }, outputOf(node));
}
