import { batchOf, type Batch } from "../../arrow/batch.js";
import { concatBatches, retainBatch, sliceBatch, slicesOf } from "../../arrow/columns.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { emission, type Emission, type Operator } from "../operator.js";
import { KeptBytes } from "../spill/keptBytes.js";
import type { MemoryShare, QueryMemory } from "../spill/queryMemory.js";
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
  make: (node, { chunks, memory }) => new WindowOperator(node, chunks, memory),
};

/**
 * Functions OVER windows of a bounded table. Consumes batches sorted by partition and order, keeps copies of the rows of the last partitions until the next one begins
 * or `finish`, emits all rows in their order, each with what the functions say of the rows around it.
 *
 * Invariant: every row comes out once, together with its partition.
 */
export class WindowOperator implements Operator {
  #parts: Batch[] = [];
  #kept = 0;
  #bytes = new KeptBytes();
  /** With so many rows, or too many for memory, it looks whether partitions have ended: twice those that the last look has left, so that no row is looked at often. */
  #enough: number;
  readonly #share: MemoryShare;

  constructor(
    private readonly node: WindowNode,
    private readonly chunks: ChunkSizes,
    memory: QueryMemory,
  ) {
    this.#enough = chunks.emittedRows;
    this.#share = memory.share("The rows of one partition of a window");
  }

  begin(): void {
    this.#keep([]);
    this.#enough = this.chunks.emittedRows;
  }

  *process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return;
    this.#add(batch);
    if (this.#kept < this.#enough && !this.#share.isOver(this.#bytes.total)) return;
    const rows = this.#rows();
    const { starts } = partitionsOf(rows, this.node.spec);
    const last = starts[rows.length - 1]!;
    yield* this.#emissions(sliceBatch(rows, 0, last));
    const begun = sliceBatch(rows, last, rows.length);
    this.#keep([begun]);
    this.#enough = Math.max(this.chunks.emittedRows, 2 * begun.length);
    this.#share.hold(this.#bytes.total);
  }

  *finish(): Iterable<Emission> {
    const rows = this.#rows();
    this.#keep([]);
    yield* this.#emissions(rows);
    this.#share.release();
  }

  #rows(): Batch {
    return concatBatches(schemaOf(this.node.input.output), this.#parts);
  }

  #keep(batches: readonly Batch[]): void {
    [this.#parts, this.#kept, this.#bytes] = [[], 0, new KeptBytes()];
    for (const batch of batches) this.#add(batch);
  }

  #add(batch: Batch): void {
    const kept = retainBatch(batch);
    this.#parts.push(kept);
    this.#kept += kept.length;
    this.#bytes.add(kept);
  }

  /** Of whole partitions. */
  *#emissions(rows: Batch): Iterable<Emission> {
    const { spec, output } = this.node;
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
