import type { Attribute } from "../../expression/expression.js";
import { attributeOf } from "../attributeOf.js";
import type { NodeOf } from "../logicalPlan.js";
import { nodesOf } from "../transform.js";

/** The grouping of an aggregation that is a session of rows below it; null where none is. */
export function sessionGrouping({ grouping, input }: NodeOf<"aggregate">): Attribute | null {
  const sessions = new Set([...nodesOf(input)].flatMap((node) => (node.kind === "sessionWindow" ? [node.window.id] : [])));
  const found = grouping.find((e) => {
    const column = e.kind === "alias" ? e.child : e;
    return column.kind === "attribute" && sessions.has(column.id);
  });
  return found === undefined ? null : attributeOf(found);
}
