import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { indexOf, select } from "./columns.js";
import type { PlanContext, Planning } from "./context.js";

/** Changes that are held back, over an input whose last column is the sign. */
export function* planHeldChanges(node: NodeOf<"heldChanges">, { partitions }: PlanContext): Planning {
  const { operatorId, every, unit, eventTime, rows, taken } = node;
  const columns = outputOf(node.input);
  const input = select(yield node.input, [...columns.filter(({ id }) => id !== taken.id), taken]);
  const placeOf = (column: (typeof columns)[number]): number => indexOf(input.output, column);
  const spec = {
    operatorId,
    partitions,
    every,
    unit: unit.map(placeOf),
    eventTime: placeOf(eventTime),
    rows: rows === null ? null : placeOf(rows),
  };
  return { kind: "heldChanges", spec, input, output: outputOf(node) };
}
