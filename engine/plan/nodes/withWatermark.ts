import { assert } from "../../errors/assert.js";
import type { Attribute, EventTime, Expression } from "../../expression/expression.js";
import { sqlText } from "../sqlText.js";
import { oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";

/** Declares the event time of a stream, and how late its rows may come. */
export interface WithWatermark<Plan> {
  readonly kind: "withWatermark";
  /** Set by the analyzer from the name it was given. */
  readonly column: Expression;
  /** The delay as it was written (`10 seconds`). */
  readonly delay: string;
  /** Set by the analyzer. */
  readonly delayMs?: number;
  readonly watermarkId: number;
  readonly input: Plan;
}

export const withWatermark: NodeFacts<WithWatermark<Input>> = {
  kind: "withWatermark",
  ...oneInput,
  ...sameColumns,
  ...stateless,
  expressions: ({ column }) => [column],
  withExpressions: (node, [column]) => ({ ...node, column: column! }),
  output: ({ column, delayMs, watermarkId }, [columns]) => {
    assert(column.kind === "attribute" && delayMs !== undefined, "a watermark has its column and delay only after analysis");
    return columns!.map((attribute) =>
      attribute.id === column.id ? { ...attribute, eventTime: { delayMs, watermarkId } } : plain(attribute),
    );
  },
  // A condition on the event time stays above: the rows that it drops move the watermark, as in Spark.
  letsFilterPass: ({ column }, columns) => column.kind === "attribute" && !columns.has(column.id),
  explain: ({ column, delay }) => `WithWatermark ${sqlText(column)}, ${delay}`,
};

/** A new watermark replaces the one there was, whichever column carried it. */
function plain(attribute: Attribute & { readonly eventTime?: EventTime }): Attribute {
  if (attribute.eventTime === undefined) return attribute;
  const { eventTime: _, ...rest } = attribute;
  return rest;
}
