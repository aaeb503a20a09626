import type { Batch } from "../../arrow/batch.js";
import { concatBatches, retainBatch } from "../../arrow/columns.js";
import { assert } from "../../errors/assert.js";
import type { Task } from "../../contract/executor.js";
import type { Offset, Source } from "../../contract/source.js";
import { readAll } from "../../contract/source.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import type { EventTimeStats } from "../eventTimeStats.js";
import type { BatchContext, StatefulOperator } from "../operator.js";
import { nodesOf, type PhysicalNode, type PhysicalPlan, type ScanNode, type StaticJoinNode } from "../plan.js";
import type { BatchResult, Execution, SourceRange } from "./execution.js";
import { bindScan, type BoundScan, type ExecutionInputs } from "./inputs.js";
import { buildPipeline, type BuildSides, type Leaf, type Pipeline } from "./pipeline.js";
import { PartitionRead, type RowCounts } from "./partitionRead.js";

type EmitBatch = (batch: Batch) => Promise<void> | void;

/**
 * Makes the operators of a plan and reads the tables that its joins probe. Those tables are read once a run: what is written to them later is seen at
 * the next start.
 */
export async function createExecution(plan: PhysicalPlan, inputs: ExecutionInputs): Promise<Execution> {
  const buildSides = await readBuildSides(plan.root, inputs);
  const scans = new Map(plan.sources.map((node, i) => [node, bindScan(node, inputs.sources[i]!)]));
  return new PipelineExecution(plan, buildSides, scans, inputs);
}

/** Runs a bounded plan once. The batches are borrowed until `emit` returns. */
export async function runBounded(root: PhysicalNode, inputs: ExecutionInputs, emit: EmitBatch): Promise<void> {
  const buildSides = await readBuildSides(root, inputs);
  const output = new Output(emit);
  const pipeline = buildPipeline(root, buildSides, (batch) => output.add(batch));
  const opened = new Map<ScanNode, { readonly source: Source; readonly bound: BoundScan }>();
  const context: BatchContext = {
    batchId: 0,
    batchTimeMs: inputs.runtime.clock.nowMs(),
    outputMode: "complete",
    noData: false,
    watermarks: () => null,
  };
  try {
    pipeline.begin(context);
    for (const leaf of pipeline.leaves) {
      if (leaf.node.kind === "local") {
        leaf.push(leaf.node.batch);
        continue;
      }
      const source = await inputs.openTable(leaf.node.table);
      const bound = bindScan(leaf.node, source);
      opened.set(leaf.node, { source, bound });
      const end = await source.latestOffset(null, readAll);
      if (end !== null) await new ScanRun(inputs, bound, leaf, context, output).run(null, end);
    }
    for (const operator of pipeline.operators) {
      operator.finish();
      await output.drain();
    }
  } finally {
    await output.settle();
    for (const { source } of opened.values()) await source.stop();
  }
}

/** The rows of the tables that joins probe, each as one batch. */
async function readBuildSides(root: PhysicalNode, inputs: ExecutionInputs): Promise<BuildSides> {
  const tables = new Map<StaticJoinNode, Batch>();
  for (const node of nodesOf(root)) {
    if (node.kind !== "staticJoin") continue;
    const parts: Batch[] = [];
    await runBounded(node.table, inputs, (batch) => void parts.push(retainBatch(batch)));
    tables.set(node, concatBatches(schemaOf(node.table.output), parts));
  }
  return tables;
}

/**
 * What comes out at the root. Counts rows, and hands the receiver one batch after the other: operators emit without waiting, so what they emit while the
 * receiver is busy is copied and waits.
 */
class Output {
  rows = 0;
  /** Ends when the receiver has taken all that came out so far; null when it has. */
  private busy: Promise<void> | null = null;

  constructor(private readonly emit: EmitBatch) {}

  add(batch: Batch): void {
    this.rows += batch.length;
    if (this.busy === null) {
      this.busy = this.emit(batch) ?? null;
    } else {
      const copy = retainBatch(batch);
      this.busy = this.busy.then(() => this.emit(copy));
    }
    // Whoever drains hears of a failure; until then it is nobody's.
    this.busy?.catch(() => undefined);
  }

  /** Waits until the receiver has taken all that came out so far. */
  async drain(): Promise<void> {
    const { busy } = this;
    if (busy === null) return;
    this.busy = null;
    await busy;
  }

  /** The same after a failure, which is the one to report: nothing may still be written when it is dealt with. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.drain()]);
  }
}

/** Reads one range of one scan into a pipeline. */
class ScanRun {
  private counts: RowCounts = { input: 0, read: 0 };

  constructor(
    private readonly inputs: ExecutionInputs,
    private readonly bound: BoundScan,
    private readonly leaf: Leaf,
    private readonly context: BatchContext,
    private readonly output: Output,
    private readonly reads = new Map<BoundScan, PartitionRead>(),
  ) {}

  /** Reads (start, end]; gives the number of rows. */
  async run(start: Offset | null, end: Offset): Promise<RowCounts> {
    const { scan } = this.bound;
    const partitions = await scan.partitions(start, end);
    const tasks = partitions.map((partition, order): Task => ({
      fragment: 0,
      order,
      input: { source: 0, partition },
      statePartition: null,
    }));
    await this.inputs.runtime.executor.runAll(tasks, (task) => this.readTask(task));
    return this.counts;
  }

  private async readTask(task: Task): Promise<void> {
    const reader = await this.bound.scan.open(task.input!.partition);
    try {
      const read = this.read();
      for await (const batch of read.batches(reader)) {
        const rows = this.bound.residual === null ? batch : this.bound.residual.run(batch, this.context);
        if (rows.length > 0) this.leaf.push(rows);
        await this.output.drain();
      }
      const { input, read: decoded } = read.takeCounts();
      this.counts = { input: this.counts.input + input, read: this.counts.read + decoded };
    } finally {
      await reader.close();
    }
  }

  private read(): PartitionRead {
    let read = this.reads.get(this.bound);
    if (read === undefined) this.reads.set(this.bound, (read = new PartitionRead(this.bound, this.inputs.zone)));
    return read;
  }
}

/** The batches of one run of a streaming query. */
class PipelineExecution implements Execution {
  readonly stateful: readonly StatefulOperator[];
  private readonly pipeline: Pipeline;
  private readonly output = new Output((batch) => this.receiver!(batch));
  private readonly reads = new Map<BoundScan, PartitionRead>();
  private receiver: EmitBatch | null = null;

  constructor(
    private readonly plan: PhysicalPlan,
    buildSides: BuildSides,
    private readonly scans: ReadonlyMap<ScanNode, BoundScan>,
    private readonly inputs: ExecutionInputs,
  ) {
    this.pipeline = buildPipeline(plan.root, buildSides, (batch) => this.output.add(batch));
    this.stateful = this.pipeline.stateful;
  }

  needsNoDataBatch(previousWatermarkMs: number, watermarkMs: number): boolean {
    return watermarkMs > previousWatermarkMs && nodesOf(this.plan.root).some(actsOnWatermark);
  }

  async runBatch(context: BatchContext, ranges: readonly SourceRange[], emit: EmitBatch): Promise<BatchResult> {
    this.receiver = emit;
    this.output.rows = 0;
    try {
      return await this.runPipeline(context, ranges);
    } catch (error) {
      await this.output.settle();
      throw error;
    }
  }

  private async runPipeline(context: BatchContext, ranges: readonly SourceRange[]): Promise<BatchResult> {
    const counts = ranges.map((): RowCounts => ({ input: 0, read: 0 }));
    this.pipeline.begin(context);
    for (const leaf of this.pipeline.leaves) {
      if (leaf.node.kind === "local") leaf.push(leaf.node.batch);
      else await this.readLeaf(leaf, leaf.node, context, ranges, counts);
    }
    await this.inputs.runtime.faults.at("duringExecution", context.batchId);
    for (const operator of this.pipeline.operators) {
      operator.finish();
      await this.output.drain();
    }
    const inputRows = counts.map(({ input }) => input);
    const rowsRead = counts.map(({ read }) => read);
    return { inputRows, rowsRead, eventTime: this.eventTime(), outputRows: this.output.rows };
  }

  private async readLeaf(
    leaf: Leaf,
    node: ScanNode,
    context: BatchContext,
    ranges: readonly SourceRange[],
    counts: RowCounts[],
  ): Promise<void> {
    assert(node.source !== null, "a streaming pipeline reads streams; bounded tables are read before it");
    const { start, end } = ranges[node.source]!;
    if (end === null || (start !== null && this.inputs.sources[node.source]!.sameOffset(start, end))) return;
    counts[node.source] = await new ScanRun(this.inputs, this.scans.get(node)!, leaf, context, this.output, this.reads).run(start, end);
  }

  private eventTime(): ReadonlyMap<number, EventTimeStats> {
    return new Map(this.pipeline.watermarks.map((operator) => [operator.watermarkId, operator.stats()]));
  }
}

/**
 * Whether a watermark that moves is reason enough for a batch without data. As in Spark every aggregation that is not complete is, even one whose groups no
 * watermark bounds, and every deduplication.
 */
function actsOnWatermark(node: PhysicalNode): boolean {
  return node.kind === "deduplicate" || (node.kind === "aggregate" && node.spec.outputMode !== "complete");
}
