import { types } from "../../arrow/types.js";
import { literal, type Attribute, type Expression } from "../../expression/expression.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { select, withColumn } from "./columns.js";
import type { Planning } from "./context.js";

/** withWatermark: the event times of a column are watched; of a window its end. */
export function* planWatermark(node: NodeOf<"withWatermark">): Planning {
  const column = node.column as Attribute;
  const { input, index } = withColumn(yield node.input, column.type.kind === "struct" ? endOf(column) : column);
  const { watermarkId } = node;
  const output = outputOf(node);
  const all = [...output, ...input.output.slice(output.length)];
  return select({ kind: "watermark", watermarkId, delayMs: node.delayMs!, column: index, input, output: all }, output);
}

/** The end of a window. */
function endOf(window: Attribute): Expression {
  const args = [window, literal("end", types.string)];
  return { kind: "call", name: "getField", args, type: types.timestamp, nullable: true, evalMode: "ansi" };
}
