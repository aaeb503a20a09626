import type { Alias, Attribute, EventTime, Expression } from "../expression/expression.js";
import { rewriteExpression } from "../expression/traverse.js";
import { factsOf, type LogicalPlan } from "./logicalPlan.js";
import { mapExpressions } from "./transform.js";

/** What becomes of the identity of a plan's columns. */
export interface AttributeMapping {
  id(id: number): number;
  eventTime(eventTime: EventTime): EventTime | undefined;
}

/** A node with its attributes mapped wherever it names them: those it brings in, and those its expressions read and define. */
export function mapAttributes(node: LogicalPlan, mapping: AttributeMapping): LogicalPlan {
  const map = <E extends Attribute | Alias>({ eventTime: given, ...e }: E): E => {
    const eventTime = given && mapping.eventTime(given);
    return { ...e, id: mapping.id(e.id), ...(eventTime && { eventTime }) } as E;
  };
  const facts = factsOf(node);
  const own = facts.withDefined(node, facts.defined(node).map(map));
  return mapExpressions(own, (e) =>
    rewriteExpression(e, (part): Expression => (part.kind === "attribute" || part.kind === "alias" ? map(part) : part)),
  );
}
