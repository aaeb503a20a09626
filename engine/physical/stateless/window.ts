import { batchOf, type Batch } from "../../arrow/batch.js";
import { concatBatches, retainBatch, slicesOf } from "../../arrow/columns.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { windowAggregate } from "./windowAggregates.js";
import { framesOf } from "./windowFrames.js";
import { partitionsOf, peersOf } from "./windowPartitions.js";
import { placeFunction } from "./windowPlaces.js";
import type { WindowSpec } from "./windowSpec.js";

/** Functions OVER windows, of rows that come sorted by partition and order. */
export interface WindowNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "window";
  readonly spec: WindowSpec;
  readonly input: Plan;
}

export const window: OperatorFacts<WindowNode> = {
  kind: "window",
  ...oneInput,
  ...stateless,
  gathers: () => true,
  ...noExpressions,
  explain: ({ spec, input }) => {
    const names = (columns: readonly number[]): string => columns.map((column) => input.output[column]!.name).join(", ");
    const order = names(spec.order.map(({ column }) => column));
    return `Window [${spec.calls.map(({ name, args }) => `${name}(${names(args)})`).join(", ")}], partition [${names(spec.partition)}], order [${order}]`;
  },
  make: (node, { chunks }) => new WindowOperator(node, chunks),
};

/**
 * Functions OVER windows of a bounded table. Consumes batches sorted by partition and order, keeps copies of them until `finish`, emits all rows in their order,
 * each with what the functions say of the rows around it.
 *
 * Invariant: every row comes out once.
 */
export class WindowOperator implements Operator {
  #parts: Batch[] = [];

  constructor(
    private readonly node: WindowNode,
    private readonly chunks: ChunkSizes,
  ) {}

  begin(): void {
    this.#parts = [];
  }

  process(batch: Batch): Iterable<Emission> {
    if (batch.length > 0) this.#parts.push(retainBatch(batch));
    return nothing;
  }

  *finish(): Iterable<Emission> {
    const { spec, input, output } = this.node;
    const rows = concatBatches(schemaOf(input.output), this.#parts);
    this.#parts = [];
    if (rows.length === 0) return;
    const partitions = partitionsOf(rows, spec);
    const peers = peersOf(rows, spec, partitions);
    const results = spec.calls.map((call) => {
      const frames = framesOf(call.frame, rows, spec, partitions, peers);
      return call.aggregate === null
        ? placeFunction(call, rows, partitions, peers, frames)
        : windowAggregate(call, call.aggregate, rows, frames);
    });
    const whole = batchOf(schemaOf(output), [...rows.columns, ...results], rows.length);
    for (const batch of slicesOf(whole, this.chunks.emittedRows)) yield emission(batch);
  }
}
