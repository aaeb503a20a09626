import { StreamingError } from "../../errors/streamingError.js";
import type { Expression } from "../../expression/expression.js";
import type { NodeOf } from "../logicalPlan.js";
import { sqlText } from "../sqlText.js";
import { isStreaming } from "../streamingPlan.js";
import { expressionNodes } from "../../expression/traverse.js";

/** @throws NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING for a function OVER (…) on a stream */
export function refuseWindowFunctions({ expressions, input }: NodeOf<"project">): void {
  if (!isStreaming(input)) return;
  for (const item of expressions) {
    for (const e of expressionNodes(item)) {
      if (e.kind !== "unresolvedFunction" || e.over !== true) continue;
      throw new StreamingError("NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", {
        windowFunc: sqlText(e).toUpperCase(),
        columnName: `\`${nameOf(item)}\``,
        windowSpec: e.windowSpec ?? "",
      });
    }
  }
}

function nameOf(item: Expression): string {
  return item.kind === "alias" ? item.name : sqlText(item);
}
