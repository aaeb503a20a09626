import type { Expression } from "../../expression/expression.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { ttlOf } from "./changeTtl.js";
import { select, withColumns } from "./columns.js";
import type { PlanContext, Planning } from "./context.js";

/** Marks of rows, over an input that has groupings, values and conditions as columns. */
export function* planDistinctMarks(node: NodeOf<"distinctMarks">, context: PlanContext): Planning {
  const { operatorId, sets, taken } = node;
  const grouping = node.grouping.map((e) => (e.kind === "alias" ? e.child : e));
  const wanted: Expression[] = [...grouping, ...sets.flatMap(({ values, filter }) => (filter === null ? values : [...values, filter]))];
  const { input, indexes } = withColumns(yield node.input, wanted);
  let at = grouping.length;
  const groups = indexes.slice(0, at);
  const bound = sets.map(({ values, filter }) => {
    const columns = [...groups, ...indexes.slice(at, (at += values.length))];
    return { columns, filter: filter === null ? null : indexes[at++]! };
  });
  const timed = grouping.findIndex((e) => e.kind === "attribute" && e.eventTime !== undefined);
  const spec = {
    operatorId,
    partitions: context.partitions,
    sets: bound,
    eventTime: timed < 0 ? null : groups[timed]!,
    groups: groups.length,
    ttlMs: taken === null && groups.length > 0 ? ttlOf(context, timed < 0 ? null : timed) : null,
    change: taken === null ? null : input.output.findIndex(({ id }) => id === taken.id),
  };
  const output = [...input.output, ...sets.map(({ mark }) => mark)];
  return select({ kind: "distinctMarks", spec, input, output }, outputOf(node));
}
