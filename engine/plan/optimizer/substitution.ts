import type { Expression } from "../../expression/expression.js";
import { isDeterministic } from "../determinism.js";
import { expressionNodes, referencesOf, rewriteExpression } from "../../expression/traverse.js";

/** What the columns of a projection are computed from, by id. */
export function definitionsOf(expressions: readonly Expression[]): ReadonlyMap<number, Expression> {
  return new Map(expressions.flatMap((e) => (e.kind === "alias" ? [[e.id, e.child] as const] : [])));
}

/** The expression over the input of the projection that defines its columns. */
export function substitute(e: Expression, definitions: ReadonlyMap<number, Expression>): Expression {
  return rewriteExpression(e, (part) => (part.kind === "attribute" ? (definitions.get(part.id) ?? part) : part));
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

/** Whether an expression may be computed below the projection that defines what it reads: nothing random or costly would be computed twice. */
export function canSubstitute(e: Expression, definitions: ReadonlyMap<number, Expression>): boolean {
  if (!isDeterministic(e)) return false;
  return [...referencesOf(e)].every((id) => {
    const definition = definitions.get(id);
    return definition === undefined || (isDeterministic(definition) && !isCostly(definition));
  });
}

export function isCostly(e: Expression): boolean {
  for (const part of expressionNodes(e)) if (part.kind === "call" && costly.has(part.name)) return true;
  return false;
}
