import type { Json } from "../contract/json.js";
import { lendForCall } from "../contract/lending.js";
import type { OutputBatchInfo, SinkBatch } from "../contract/sink.js";
import { assert } from "../errors/assert.js";
import type { OutputRows } from "../physical/execution/driver.js";
import type { QueryOutput } from "./definition.js";
import type { OpenQuery } from "./openQuery.js";
import { allDone } from "./settled.js";

/** What a batch's outputs are told of it alike. */
type BatchInfo = Pick<OutputBatchInfo, "batchId" | "batchTimeMs" | "replay">;

/** An output on its way. */
interface OpenOutput {
  readonly output: QueryOutput;
  /** Null when an earlier run committed it: its rows are not written again. */
  readonly batch: SinkBatch | null;
  commitBegun: boolean;
}

/**
 * The outputs of one batch, one for each root of the plan: all are prepared before the first is committed, and they are committed in the order of the roots. A run that
 * ends between two commits leaves outputs that the next one recognizes as done.
 */
export class BatchOutputs {
  readonly #query: OpenQuery;
  readonly #open = new Map<string, OpenOutput>();

  private constructor(query: OpenQuery) {
    this.#query = query;
  }

  /** Opens them all, or none. */
  static async open(query: OpenQuery, info: BatchInfo): Promise<BatchOutputs> {
    const outputs = new BatchOutputs(query);
    try {
      for (const output of query.outputs) await outputs.#add(output, info);
    } catch (error) {
      await outputs.abort();
      throw error;
    }
    return outputs;
  }

  async #add(output: QueryOutput, info: BatchInfo): Promise<void> {
    const { id, sink, schema, keyColumns, changeColumn } = output;
    const { outputMode } = this.#query;
    const batch = await sink.open({ ...info, outputMode, schema, keyColumns, changeColumn });
    this.#open.set(id, { output, batch, commitBegun: false });
  }

  /** Takes rows of an output. They are lent for the call. */
  write({ output, batch }: OutputRows): Promise<void> | void {
    const open = this.#open.get(output);
    assert(open !== undefined, `rows for the output ${output}, which nobody opened`);
    const { batch: target } = open;
    if (target !== null) return lendForCall(this.#query.runtime.lending, batch, (lent) => target.write(lent));
  }

  /** All rows of all outputs are durable but invisible when it resolves. */
  async prepare(): Promise<void> {
    await allDone([...this.#open.values()].map(({ batch }) => batch?.prepare()));
  }

  /** Makes the rows visible. */
  async commit(): Promise<void> {
    for (const open of this.#open.values()) {
      open.commitBegun = true;
      await open.batch?.commit();
    }
  }

  /** Takes back what is not committed. A commit that failed may have been one: that output is for the next run to look at. */
  async abort(): Promise<void> {
    for (const { batch, commitBegun } of this.#open.values()) if (!commitBegun) await batch?.abort();
  }

  /** What the commit log keeps of each output, by id; null when there is nothing to keep. */
  async receipts(batchId: number): Promise<Readonly<Record<string, Json>> | null> {
    const receipts: Record<string, Json> = {};
    for (const { id, sink } of this.#query.outputs) {
      const receipt = await sink.receiptOf?.(batchId);
      if (receipt !== undefined) receipts[id] = receipt;
    }
    return Object.keys(receipts).length === 0 ? null : receipts;
  }
}
