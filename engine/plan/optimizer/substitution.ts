import { isUserCall } from "../../expression/functions/userFunctions.js";
import { isDeterministic } from "../../expression/determinism.js";
import type { Expression } from "../../expression/expression.js";
import { expressionNodes, rewriteExpression } from "../../expression/traverse.js";
import type { Origin } from "../nodes/facts.js";

/** The expression over the input of the projection that defines its columns. */
export function substitute(e: Expression, definitions: ReadonlyMap<number, Expression>): Expression {
  return rewriteExpression(e, (part) => (part.kind === "attribute" ? (definitions.get(part.id) ?? part) : part));
}

/** The expression over the columns of an input; null when it reads what is not there, or what may not be used. */
export function inTermsOf(e: Expression, origin: Origin, mayUse: (definition: Expression) => boolean = () => true): Expression | null {
  let possible = true;
  const below = rewriteExpression(e, (part) => {
    if (part.kind !== "attribute") return part;
    const found = origin(part);
    possible &&= found !== null && mayUse(found);
    return found ?? part;
  });
  return possible ? below : null;
}

/** Functions that cost much more than a comparison: never evaluated twice for the sake of an earlier filter. */
const costly = new Set([
  "from_json",
  "from_csv",
  "from_xml",
  "to_json",
  "regexp_extract",
  "regexp_replace",
  "regexp_extract_all",
  "transform",
  "aggregate",
  "filter",
]);

/** Whether the expression may be computed where it was not: nothing random is asked once more, and nothing costly. */
export function isCheap(e: Expression): boolean {
  return e.kind === "attribute" || (isDeterministic(e) && !isCostly(e));
}

function isCostly(e: Expression): boolean {
  for (const part of expressionNodes(e)) if (part.kind === "call" && (costly.has(part.name) || isUserCall(part))) return true;
  return false;
}
