import { StreamingError } from "../../errors/streamingError.js";
import type { Expression } from "../../expression/expression.js";
import type { NodeOf } from "../logicalPlan.js";
import { sqlText } from "../sqlText.js";
import { windowText } from "../windowText.js";
import { isStreaming } from "../streamingPlan.js";
import { expressionNodes } from "../../expression/traverse.js";

/** @throws NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING for a function OVER (…) on a stream */
export function refuseWindowFunctions({ expressions, input }: NodeOf<"project">): void {
  if (!isStreaming(input)) return;
  for (const item of expressions) {
    for (const e of expressionNodes(item)) {
      if (e.kind !== "unresolvedFunction" || e.over === undefined) continue;
      throw new StreamingError("NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", {
        windowFunc: sqlText({
          kind: "unresolvedFunction",
          name: e.name,
          args: e.args,
          distinct: e.distinct,
          filter: e.filter,
        }).toUpperCase(),
        columnName: `\`${nameOf(item)}\``,
        windowSpec: typeof e.over === "string" ? e.over : windowText(e.over, e.name, e.args, sqlText).toUpperCase(),
      });
    }
  }
}

function nameOf(item: Expression): string {
  return item.kind === "alias" ? item.name : sqlText(item);
}
