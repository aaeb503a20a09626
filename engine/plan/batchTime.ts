import type { Attribute } from "../expression/expression.js";
import { factsOf, type LogicalPlan, type NodeOf } from "./logicalPlan.js";
import { inputsOf } from "./outputOf.js";
import { childrenOf } from "./transform.js";

/** Whether the event time of a `withWatermark` is the time of the batch that a row comes in: a column that is `current_timestamp()`, whatever it is called since. */
export function isBatchTime({ column, input }: NodeOf<"withWatermark">): boolean {
  const asked: { readonly plan: LogicalPlan; readonly column: Attribute }[] = [{ plan: input, column: column as Attribute }];
  let isFound = false;
  for (let next = asked.pop(); next !== undefined; next = asked.pop()) {
    const { plan, column: wanted } = next;
    const children = childrenOf(plan);
    const origins = factsOf(plan).origins(plan, inputsOf(plan));
    const origin = origins.map((of) => of(wanted));
    if (origin.every((e) => e === null)) return false;
    for (const [i, e] of origin.entries()) {
      // A union has the column from each of its inputs, a join from one of them.
      if (e === null) continue;
      if (e.kind === "attribute") asked.push({ plan: children[i]!, column: e });
      else if (e.kind === "call" && e.name === "current_timestamp") isFound = true;
      else return false;
    }
  }
  return isFound;
}
