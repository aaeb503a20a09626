import type { Batch } from "../arrow/batch.js";
import type { Column } from "../arrow/column.js";
import { field, types } from "../arrow/types.js";
import { compileProjection } from "../expression/compile.js";
import type { Attribute, Expression } from "../expression/expression.js";
import type { OperatorParts } from "./nodeFacts.js";

/** Says of rows, or of pairs of rows side by side, whether a condition holds: a boolean column. */
export type RowCondition = (rows: Batch) => Column;

/** Compiles a condition over these columns. */
export function rowCondition(condition: Expression, input: readonly Attribute[], parts: OperatorParts): RowCondition {
  const outputSchema = types.struct([field("condition", types.boolean)]);
  const projection = compileProjection({ input, filter: null, outputs: [condition], outputSchema });
  return (rows) => projection.run(rows, parts.currentFacts()).columns[0]!;
}
