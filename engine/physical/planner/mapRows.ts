import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { Planning } from "./context.js";
import { planProject } from "./project.js";

/** A user's function of rows: over the columns that it sees. */
export function* planMapRows(node: NodeOf<"mapRows">): Planning {
  const { verb, name, functionId, columns } = node;
  return { kind: "mapRows", verb, name, functionId, input: planProject(null, columns, yield node.input, null), output: outputOf(node) };
}
