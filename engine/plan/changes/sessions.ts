import type { NodeOf } from "../logicalPlan.js";
import { nodesOf } from "../transform.js";

/** Whether an aggregation makes sessions of rows below it. */
export function isSessionGrouping({ grouping, input }: NodeOf<"aggregate">): boolean {
  const sessions = new Set([...nodesOf(input)].flatMap((node) => (node.kind === "sessionWindow" ? [node.window.id] : [])));
  return grouping.some((e) => {
    const column = e.kind === "alias" ? e.child : e;
    return column.kind === "attribute" && sessions.has(column.id);
  });
}
