import { nearestName } from "../../engine/errors/nearest.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { aggregateFunctions } from "../../engine/expression/aggregates/index.js";
import { listAggregates } from "../../engine/expression/aggregates/listAggregates.js";
import { findEntry, functionNames } from "../../engine/expression/functions/table.js";
import { generatorNames } from "../../engine/expression/resolve.js";
import { windowFunctionNames } from "../../engine/plan/analyzer/windowCalls.js";
import type { Show } from "../../engine/sql/statement.js";
import type { SessionContext } from "../sessionContext.js";

/** Every function that SQL can call by a name, in order. */
export function builtInFunctions(): readonly string[] {
  const names = [
    ...functionNames(),
    ...Object.keys(aggregateFunctions),
    ...Object.keys(listAggregates),
    ...generatorNames,
    ...windowFunctionNames,
  ];
  const ofWindows = ["window", "session_window", "window_time"];
  return [...new Set([...names, ...ofWindows])].filter((name) => /^[a-z]\w*$/.test(name)).toSorted();
}

/** Those of Spark, those of the user, or both. */
export function functionsOf(session: SessionContext, scope: Show["scope"]): readonly string[] {
  const system = scope === "user" ? [] : builtInFunctions();
  const user = scope === "system" ? [] : [...session.userFunctions.keys()];
  return [...new Set([...system, ...user])].toSorted();
}

/** Whether SQL can call a function of that name, in any case. */
export function isFunction(session: SessionContext, name: string): boolean {
  return functionsOf(session, "all").includes(name.toLowerCase());
}

/** What a function does. @throws UNRESOLVED_ROUTINE */
export function functionDoc(session: SessionContext, name: string): string {
  const key = name.toLowerCase();
  if (!session.userFunctions.has(key)) {
    const entry = findEntry(key) ?? (Object.hasOwn(aggregateFunctions, key) ? aggregateFunctions[key] : listAggregates[key]);
    if (entry !== undefined) return entry.doc;
  }
  if (isFunction(session, key)) return "N/A.";
  const nearest = nearestName(key, [...session.userFunctions.keys(), ...functionNames()]);
  throw new StreamingError("UNRESOLVED_ROUTINE", {
    routineName: `\`${name}\``,
    searchPath: "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]",
    suggestion: nearest === undefined ? "SHOW FUNCTIONS lists what there is." : `Did you mean \`${nearest}\`?`,
  });
}
