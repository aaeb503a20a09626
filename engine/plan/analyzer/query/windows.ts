import { StreamingError } from "../../../errors/streamingError.js";
import type { Expression, WindowDefinition } from "../../../expression/expression.js";
import { rewriteExpression } from "../../../expression/traverse.js";
import type { NamedWindow } from "../../unresolved.js";

/** Windows by name in OVER replaced by what the WINDOW clause says of them. @throws MISSING_WINDOW_SPECIFICATION */
export function withNamedWindows(item: Expression, windows: readonly NamedWindow[]): Expression {
  return rewriteExpression(item, (e) => {
    if (e.kind !== "unresolvedFunction" || e.over === undefined) return e;
    const name = typeof e.over === "string" ? e.over : e.over.base;
    return name === null ? e : { ...e, over: definitionOf(name, windows) };
  });
}

function definitionOf(name: string, windows: readonly NamedWindow[]): WindowDefinition {
  const found = findWindow(windows, name);
  if (found === undefined) throw new StreamingError("MISSING_WINDOW_SPECIFICATION", { windowName: name });
  return found.definition;
}

/**
 * The windows of a WINDOW clause, those that are another's name with what that one says: as in Spark a name of a name is none.
 *
 * @throws INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION, INVALID_SQL_SYNTAX.UNRESOLVED_WINDOW_REFERENCE, INVALID_SQL_SYNTAX.INVALID_WINDOW_REFERENCE
 */
export function checkedWindows(windows: readonly NamedWindow[]): readonly NamedWindow[] {
  return windows.map((window, i) => {
    if (findWindow(windows.slice(0, i), window.name) !== undefined) throw refused("REPETITIVE_WINDOW_DEFINITION", window.name);
    const { base } = window.definition;
    if (base === null) return window;
    const found = findWindow(windows, base);
    if (found === undefined) throw refused("UNRESOLVED_WINDOW_REFERENCE", base);
    if (found.definition.base !== null) throw refused("INVALID_WINDOW_REFERENCE", base);
    return { ...window, definition: found.definition };
  });
}

function findWindow(windows: readonly NamedWindow[], name: string): NamedWindow | undefined {
  return windows.find((window) => window.name.toLowerCase() === name.toLowerCase());
}

function refused(
  what: "REPETITIVE_WINDOW_DEFINITION" | "UNRESOLVED_WINDOW_REFERENCE" | "INVALID_WINDOW_REFERENCE",
  name: string,
): StreamingError {
  return new StreamingError(`INVALID_SQL_SYNTAX.${what}`, { windowName: `\`${name}\`` });
}
