import { batchOf } from "../../arrow/batch.js";
import { types } from "../../arrow/types.js";
import { compileProjection } from "../../expression/compile.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { windowColumn } from "./windows.js";

/** Whether the window that starts there has groups. */
export type KeepsWindow = (startUs: number) => boolean;

/** Without a condition. */
export const allWindows: KeepsWindow = () => true;

/** It is asked again of each batch's windows; so many answers are kept. */
const keptAnswers = 4096;

/**
 * The condition on windows alone that a filter above their aggregation asks. It is asked here, of a window and not of its groups, because Spark asks it of the rows
 * before they are aggregated: windows that fail it are never state.
 *
 * @param condition over the attribute `window`, the same in every batch
 */
export function windowFilter(condition: Expression, window: Attribute, durationUs: number): KeepsWindow {
  const projection = compileProjection({ input: [window], filter: condition, outputs: [], outputSchema: types.struct([]) });
  const schema = schemaOf([window]);
  const known = new Map<number, boolean>();
  return (startUs) => {
    let keeps = known.get(startUs);
    if (keeps === undefined) {
      const column = windowColumn(window.type, Float64Array.of(startUs), durationUs);
      keeps = projection.run(batchOf(schema, [column], 1), { batchTimeMs: 0, batchId: 0 }).length === 1;
      if (known.size >= keptAnswers) known.clear();
      known.set(startUs, keeps);
    }
    return keeps;
  };
}
