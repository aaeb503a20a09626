import { StreamingError } from "../../errors/streamingError.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { referencesOf } from "../../expression/traverse.js";
import { Scope } from "./scope.js";

/**
 * A filter or sort may name columns that the select below it dropped: they are carried up to it, and dropped after it.
 *
 * @param resolve the node's expressions in a scope
 * @param rebuild the node over the expressions and an input that has what they read
 */
export function withMissingColumns(
  input: LogicalPlan,
  context: AnalysisContext,
  resolve: (scope: Scope) => readonly Expression[],
  rebuild: (expressions: readonly Expression[], input: LogicalPlan) => LogicalPlan,
): LogicalPlan {
  const output = outputOf(input);
  try {
    return rebuild(resolve(new Scope(output, context)), input);
  } catch (error) {
    const unresolved = error instanceof StreamingError && error.condition.startsWith("UNRESOLVED_COLUMN");
    if (!unresolved || input.kind !== "project") throw error;
    const hidden = hiddenColumns(output, input.input);
    const expressions = resolveHidden(() => resolve(new Scope([...output, ...hidden], context)), error);
    const needed = new Set(expressions.flatMap((e) => [...referencesOf(e)]));
    const carried = hidden.filter((a) => needed.has(a.id));
    const wider: LogicalPlan = { ...input, expressions: [...input.expressions, ...carried] };
    return { kind: "project", expressions: output, input: rebuild(expressions, wider) };
  }
}

/** The columns below the select that it gives no name of. */
function hiddenColumns(output: readonly Attribute[], below: LogicalPlan): readonly Attribute[] {
  const names = new Set(output.map((a) => a.name.toLowerCase()));
  return outputOf(below).filter((a) => !names.has(a.name.toLowerCase()));
}

/** What is not there either is refused with the columns that can be seen. */
function resolveHidden<T>(resolve: () => T, first: StreamingError): T {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof StreamingError && error.condition.startsWith("UNRESOLVED_COLUMN")) throw first;
    throw error;
  }
}
