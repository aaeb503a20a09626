import { StreamingError } from "../../errors/streamingError.js";
import type { Attribute } from "../../expression/expression.js";
import { oneInput, operatorText, sameColumns, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/** dropDuplicates, distinct: the first row of each key. */
export interface Deduplicate<Plan> {
  readonly kind: "deduplicate";
  /** Null: all columns. */
  readonly columns: readonly string[] | null;
  readonly keys?: readonly Attribute[];
  readonly withinWatermark: boolean;
  readonly input: Plan;
  readonly operatorId?: string;
  /** Its operator's id where the query says it (`.id(…)`). */
  readonly ownId?: string;
}

export const deduplicate: NodeFacts<Deduplicate<Input>> = {
  kind: "deduplicate",
  ...oneInput,
  ...sameColumns,
  expressions: ({ keys }) => keys ?? [],
  withExpressions: (node, keys) => (node.keys === undefined ? node : { ...node, keys: keys as readonly Attribute[] }),
  // Which row of a key is the first would be another.
  letsFilterPass: () => false,
  operatorKind: (_, [streams]) => (streams ? "deduplicate" : "batch-deduplicate"),
  keepsState: ({ withinWatermark, keys = [] }, [streams]) => streams! && (withinWatermark || keys.some(hasEventTime)),
  emitsChanges: () => false,
  refusal: ({ withinWatermark }, { streams, inputs }) =>
    withinWatermark && streams[0]! && !inputs[0]!.some(hasEventTime)
      ? new StreamingError("DEDUPLICATE_WITHIN_WATERMARK_NEEDS_WATERMARK")
      : null,
  explain: (node) => `Deduplicate ${listText(node.keys ?? [])}${node.withinWatermark ? " within watermark" : ""}${operatorText(node)}`,
};

function hasEventTime({ eventTime }: Attribute): boolean {
  return eventTime !== undefined;
}
