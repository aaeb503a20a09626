import type { Schema } from "../../arrow/types.js";
import type { PushedFilter } from "../../contract/source.js";
import type { Expression } from "../../expression/expression.js";
import { namesOf, noInputs, stateless, textsOf, type NodeBase, type PhysicalFacts } from "../nodeFacts.js";

/** Reads one source (or one bounded table). No operator: the pipeline is fed with what the source gives. */
export interface ScanNode extends NodeBase {
  readonly kind: "scan";
  /** The source's place in the plan, and in the offset log; null for a bounded table of a streaming query. */
  readonly source: number | null;
  readonly table: number;
  readonly description: string;
  /** What of the source's schema is needed. */
  readonly schema: Schema;
  /** Filters that the source or the decoder may take over; `condition` is the same as an expression, for those that neither does. */
  readonly filters: readonly { readonly pushed: PushedFilter; readonly condition: Expression }[];
}

export const scan: PhysicalFacts<ScanNode> = {
  kind: "scan",
  ...noInputs,
  ...stateless,
  gathers: () => false,
  expressions: ({ filters }) => filters.map(({ condition }) => condition),
  explain: ({ description, source, output, filters }) => {
    const pushed = filters.length === 0 ? "" : `, pushed filters ${textsOf(filters.map(({ condition }) => condition))}`;
    return `${source === null ? "Scan" : "MicroBatchScan"} ${description} ${namesOf(output)}${pushed}`;
  },
};
