import { lateColumns, sideColumn } from "../../plan/lateRows.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { indexOf, withColumns } from "./columns.js";
import type { Planning } from "./context.js";
import { attributeOf } from "./project.js";

/** A tap: the columns that it tells of are there, because it asks for them. */
export function* planLateTap(node: NodeOf<"lateTap">): Planning {
  const { judge, rule, time, told } = node;
  const { input, indexes } = withColumns(yield node.input, [time]);
  const late = [...told, ...lateColumns].map(({ name, type }) => sideColumn(name, type));
  const output = outputOf(node);
  return {
    kind: "lateTap",
    judge,
    rule,
    time: indexes[0]!,
    told: told.map((column) => indexOf(input.output, attributeOf(column))),
    late,
    input,
    output,
  };
}
