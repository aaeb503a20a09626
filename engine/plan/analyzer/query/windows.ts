import { StreamingError } from "../../../errors/streamingError.js";
import type { Expression, WindowDefinition } from "../../../expression/expression.js";
import { rewriteExpression } from "../../../expression/traverse.js";
import type { NamedWindow } from "../../unresolved.js";

/** Windows by name in OVER replaced by what the WINDOW clause says of them. @throws MISSING_WINDOW_SPECIFICATION */
export function withNamedWindows(item: Expression, windows: readonly NamedWindow[]): Expression {
  return rewriteExpression(item, (e) => {
    if (e.kind !== "unresolvedFunction" || e.over === undefined) return e;
    const over = typeof e.over === "string" ? definitionOf(e.over, windows) : complete(e.over, windows);
    return { ...e, over };
  });
}

function definitionOf(name: string, windows: readonly NamedWindow[]): WindowDefinition {
  const found = windows.find((window) => window.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new StreamingError("MISSING_WINDOW_SPECIFICATION", { windowName: name });
  return complete(found.definition, windows);
}

/** A definition with what the window it begins with says. */
function complete(definition: WindowDefinition, windows: readonly NamedWindow[]): WindowDefinition {
  if (definition.base === null) return definition;
  const base = definitionOf(definition.base, windows);
  return {
    base: null,
    partition: definition.partition.length > 0 ? definition.partition : base.partition,
    order: definition.order.length > 0 ? definition.order : base.order,
    frame: definition.frame ?? base.frame,
  };
}
