import type { Batch } from "../../arrow/batch.js";
import { batchFromRows, concatBatches, emptyBatch, retainBatch } from "../../arrow/columns.js";
import { assert } from "../../errors/assert.js";
import type { Task } from "../../contract/executor.js";
import type { InputPartition, Offset, Scan, Source } from "../../contract/source.js";
import { mainOutput } from "../../contract/sink.js";
import { readAll } from "../../contract/source.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import type { EventTimeStats } from "../eventTimeStats.js";
import { emission, type BatchFacts, type OperatorWatermarks, type StatefulOperator } from "../operator.js";
import { factsOf, streamInputsOf, streamNodesOf, tablesOf, type PhysicalNode, type PhysicalPlan, type PlanRoot } from "../plan.js";
import type { ScanNode } from "../stateless/scan.js";
import type { BatchCircumstances, BatchResult, Execution, LateSample, RefreshedTables, SourceRange } from "./execution.js";
import type { Receiver } from "./driver.js";
import { Feed, sampleRows } from "./feed.js";
import { malformedPort, malformedSchema } from "../stateless/jsonDecode.js";
import { sampleSize } from "../../kernel/malformedTexts.js";
import { watermarksOf } from "../watermarks.js";
import type { MemoryShare } from "../spill/queryMemory.js";
import { KeptBytes } from "../spill/keptBytes.js";
import { bindScan, type BoundScan, type ExecutionInputs } from "./inputs.js";
import { buildPipeline, makeBoundedOperator, makeStreamOperator, type Leaf, type Pipeline } from "./pipeline.js";
import { Wanted } from "./wanted.js";
import { noRows, PartitionRead, type RowCounts } from "./partitionRead.js";

/**
 * Makes the operators of a plan and reads the tables that its joins probe. Those tables are read once a run: what is written to them later is seen at
 * the next start. Where they are refreshed (`Execution.tables`), whoever runs batches says when, and they are empty before.
 */
export async function createExecution(
  given: PhysicalPlan,
  inputs: ExecutionInputs,
  make = makeStreamOperator,
  refreshesTables = false,
): Promise<Execution> {
  const plan = inputs.runtime.executor.send(given);
  const refreshed = new Set(refreshesTables ? probedTables(plan.roots) : []);
  const tables = await readTables(
    [...tablesBelow(plan.roots)].filter((table) => !refreshed.has(table)),
    inputs,
    asFound,
  );
  for (const table of refreshed) tables.set(table, emptyBatch(schemaOf(table.output)));
  const refreshing = refreshed.size === 0 ? null : refreshedTables([...refreshed], tables, inputs);
  const scans = new Map(plan.sources.map((node, i) => [node, bindScan(node, inputs.sources[i]!)]));
  return new PipelineExecution(
    plan,
    buildPipeline(plan.roots, tables, inputs.runtime.chunks, inputs.memory, make),
    scans,
    inputs,
    refreshing,
  );
}

/** The tables that joins probe in every batch. */
function probedTables(roots: readonly PlanRoot[]): readonly PhysicalNode[] {
  return streamNodesOf(roots).flatMap((node) => (node.kind === "staticJoin" ? tablesOf(node) : []));
}

/** Says what of a table is read: the parts that are found, or others. */
type PartsOf = (scan: Scan, start: Offset | null, end: Offset) => Promise<InputPartition[]>;

const asFound: PartsOf = (scan, start, end) => scan.partitions(start, end);

function refreshedTables(nodes: readonly PhysicalNode[], tables: Map<PhysicalNode, Batch>, inputs: ExecutionInputs): RefreshedTables {
  return {
    list: async () => {
      const found: InputPartition[][] = [];
      const listed: PartsOf = async (scan, start, end) => {
        found.push(await scan.partitions(start, end));
        return [];
      };
      await readTables(nodes, inputs, listed);
      return found;
    },
    read: async (list) => {
      const parts = [...list] as InputPartition[][];
      const read = await readTables(nodes, inputs, async () => parts.shift() ?? []);
      for (const [node, batch] of read) tables.set(node, batch);
    },
  };
}

const wholePlan = "a whole plan receives from no other fragment";

/**
 * Runs a bounded plan once. Each batch is lent to the receiver until what it returned is done.
 *
 * @throws OPERATION_CANCELED when nobody wants its rows any more
 */
export async function runBounded(
  given: PhysicalNode,
  inputs: ExecutionInputs,
  receiver: Receiver,
  partsOf: PartsOf = asFound,
): Promise<void> {
  const roots: readonly PlanRoot[] = [{ outputId: mainOutput, node: inputs.runtime.executor.send(given) }];
  const tables = await readTables([...tablesBelow(roots)], inputs, partsOf);
  const pipeline = buildPipeline(roots, tables, inputs.runtime.chunks, inputs.memory, makeBoundedOperator);
  const feed = new Feed(inputs.runtime, receiver, inputs.zone, inputs.isCancelled);
  const wanted = new Wanted(pipeline.operators);
  const opened = new Map<ScanNode, { readonly source: Source; readonly bound: BoundScan }>();
  const context: BatchFacts = {
    batchId: 0,
    batchTimeMs: inputs.runtime.clock.nowMs(),
    outputMode: "complete",
    noData: false,
    conf: {},
    watermarks: {},
  };
  try {
    pipeline.begin(context);
    for (const leaf of pipeline.leaves) {
      const wantsMore = (): boolean => wanted.at(leaf.ports);
      if (!wantsMore()) continue;
      if (leaf.node.kind === "local") {
        await feed.table(leaf.node.batch, leaf.ports);
        continue;
      }
      assert(leaf.node.kind === "scan", wholePlan);
      const source = await inputs.openTable(leaf.node.table);
      const bound = bindScan(leaf.node, source);
      opened.set(leaf.node, { source, bound });
      const end = await source.latestOffset(null, readAll);
      if (end !== null) await new ScanRun(inputs, bound, leaf, context, feed, new Map(), wantsMore, partsOf).run(null, end);
    }
    await feed.finish(pipeline.operators);
  } finally {
    for (const { source } of opened.values()) await source.stop();
  }
}

/** What a pipeline reads before its first batch; what stands below that belongs to the tables' own pipelines. */
function tablesBelow(roots: readonly PlanRoot[]): ReadonlySet<PhysicalNode> {
  return new Set(streamNodesOf(roots).flatMap((node) => [...tablesOf(node)]));
}

/** The rows of the tables that joins probe, each as one batch. */
async function readTables(nodes: readonly PhysicalNode[], inputs: ExecutionInputs, partsOf: PartsOf): Promise<Map<PhysicalNode, Batch>> {
  const tables = new Map<PhysicalNode, Batch>();
  for (const table of nodes) {
    const parts: Batch[] = [];
    const kept = new KeptBytes();
    const share = inputs.memory.share(`The rows of a joined table (${table.output.map(({ name }) => name).join(", ")})`);
    const keep: Receiver = ({ batch }) => {
      const rows = retainBatch(batch);
      parts.push(rows);
      kept.add(rows);
      share.hold(kept.total);
    };
    await runBounded(table, inputs, keep, partsOf);
    tables.set(table, concatBatches(schemaOf(table.output), parts));
  }
  return tables;
}

/** Reads one range of one scan into a pipeline. */
class ScanRun {
  private counts = noRows;

  constructor(
    private readonly inputs: ExecutionInputs,
    private readonly bound: BoundScan,
    private readonly leaf: Leaf,
    private readonly context: BatchFacts,
    private readonly feed: Feed,
    private readonly reads: Map<BoundScan, PartitionRead>,
    /** Asked before a partition, and behind each batch. A stream reads all of its batch: its rows are counted. */
    private readonly wantsMore: () => boolean = () => true,
    private readonly partsOf: PartsOf = asFound,
    /** Told behind each batch how many rows it had. */
    private readonly onRows: (rows: number) => void = () => {},
  ) {}

  /** Reads (start, end]; gives the numbers of rows. */
  async run(start: Offset | null, end: Offset): Promise<RowCounts> {
    const { scan } = this.bound;
    const partitions = await this.partsOf(scan, start, end);
    const tasks = partitions.map((partition, order): Task => ({
      fragment: this.leaf.fragment,
      order,
      input: { leaf: this.leaf.index, partition },
      statePartition: null,
    }));
    await this.inputs.runtime.executor.runAll(tasks, (task) => this.readTask(task));
    return this.counts;
  }

  private async readTask(task: Task): Promise<void> {
    if (!this.wantsMore()) return;
    const reader = await this.bound.scan.open(task.input!.partition);
    try {
      const read = this.read();
      const { lending } = this.inputs.runtime;
      for await (const batch of read.batches(reader, (texts) => this.tell(texts))) {
        const lent = lending.lend(batch);
        const rows = this.bound.residual === null ? lent : this.bound.residual.run(lent, this.context);
        if (rows.length > 0) await this.feed.rows([emission(rows)], this.leaf.ports);
        lending.takeBack(lent);
        this.onRows(rows.length);
        await this.inputs.keepLease?.();
        if (!this.wantsMore()) break;
      }
      this.add(read.takeCounts());
    } finally {
      await reader.close();
    }
  }

  /** Gives malformed records to whoever reads them. */
  private async tell(texts: readonly string[]): Promise<void> {
    const { description } = this.leaf.node as ScanNode;
    for (let from = 0; from < texts.length; from += this.inputs.runtime.chunks.inputRows) {
      const some = texts.slice(from, from + this.inputs.runtime.chunks.inputRows).map((text) => [description, text]);
      await this.feed.rows([{ port: malformedPort, batch: batchFromRows(malformedSchema, some) }], this.leaf.ports);
    }
  }

  private add({ input, read, malformed, malformedSample }: RowCounts): void {
    const { counts } = this;
    const both = malformed === null ? counts.malformed : malformed + (counts.malformed ?? 0);
    const sample = [...counts.malformedSample, ...malformedSample].slice(0, sampleSize);
    this.counts = { input: counts.input + input, read: counts.read + read, malformed: both, malformedSample: sample };
  }

  private read(): PartitionRead {
    let read = this.reads.get(this.bound);
    if (read === undefined) {
      const tells = this.leaf.ports[malformedPort] !== undefined;
      this.reads.set(this.bound, (read = new PartitionRead(this.bound, this.inputs.zone, this.inputs.runtime.chunks, tells)));
    }
    return read;
  }
}

/** The ids of a plan's stateful operators, the most downstream first and left inputs before right ones: the order in which Spark reports them. */
function statefulIds(root: PhysicalNode): string[] {
  const ids: string[] = [];
  const seen = new Set<PhysicalNode>();
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const id = factsOf(node).operatorId(node);
    if (id !== null) ids.push(id);
    for (const input of streamInputsOf(node).toReversed()) waiting.push(input);
  }
  return ids;
}

/** Behind so many rows of input the state says how large it is. */
const rowsOfCheck = 262_144;

/** The batches of one run of a streaming query. */
class PipelineExecution implements Execution {
  readonly stateful: readonly StatefulOperator[];
  private readonly reads = new Map<BoundScan, PartitionRead>();
  private readonly shares: ReadonlyMap<StatefulOperator, MemoryShare>;
  private rowsSinceCheck = 0;

  constructor(
    private readonly plan: PhysicalPlan,
    private readonly pipeline: Pipeline,
    private readonly scans: ReadonlyMap<ScanNode, BoundScan>,
    private readonly inputs: ExecutionInputs,
    readonly tables: RefreshedTables | null,
  ) {
    const byId = new Map(pipeline.stateful.map((operator) => [operator.operatorId, operator]));
    this.stateful = [...new Set(plan.roots.flatMap(({ node }) => statefulIds(node)))].map((id) => byId.get(id)!);
    this.shares = new Map(this.stateful.map((operator) => [operator, inputs.memory.shareOfState(operator.operatorId)]));
  }

  watermarks(query: OperatorWatermarks): Readonly<Record<string, OperatorWatermarks>> {
    return watermarksOf(this.plan.roots, query);
  }

  needsBatch(facts: BatchFacts): boolean {
    return this.stateful.some((operator) => operator.needsBatch(facts));
  }

  isDue({ watermarks }: BatchFacts): boolean {
    return this.stateful.some(
      ({ operatorId, dueUs }) => dueUs !== undefined && dueUs <= (watermarks[operatorId]?.evictMs ?? -Infinity) * 1000,
    );
  }

  async runBatch(
    facts: BatchFacts,
    ranges: readonly SourceRange[],
    receiver: Receiver,
    { logged, stopped }: BatchCircumstances,
  ): Promise<BatchResult> {
    this.pipeline.answers.begin(logged);
    const context = this.inputs.runtime.executor.send(facts);
    const counts = ranges.map(() => noRows);
    const feed = new Feed(this.inputs.runtime, receiver, this.inputs.zone, undefined, stopped);
    this.pipeline.begin(context);
    for (const leaf of this.pipeline.leaves) {
      const { node, ports } = leaf;
      if (node.kind === "local") {
        await feed.table(node.batch, ports);
        continue;
      }
      assert(node.kind === "scan", wholePlan);
      const bound = this.scans.get(node)!;
      const range = this.rangeOf(node, ranges);
      if (range === null) continue;
      const read = new ScanRun(this.inputs, bound, leaf, context, feed, this.reads, undefined, undefined, (rows) => this.noteRows(rows));
      const count = await read.run(range.start, range.end);
      if (!this.plan.repeatedSources.includes(node.source!)) counts[node.source!] = count;
    }
    await this.inputs.runtime.faults.at("duringExecution", context.batchId);
    this.checkMemory();
    await feed.finish(this.pipeline.operators);
    const inputRows = counts.map(({ input }) => input);
    const rowsRead = counts.map(({ read }) => read);
    const malformedRows = counts.map(({ malformed }) => malformed);
    const malformedSamples = counts.map(({ malformedSample }) => malformedSample);
    return {
      inputRows,
      rowsRead,
      malformedRows,
      malformedSamples,
      samples: feed.samples,
      lateSamples: this.lateSamples(),
      eventTime: this.eventTime(),
      outputRows: feed.outputRows,
      answers: this.pipeline.answers.taken(),
    };
  }

  async close(): Promise<void> {
    for (const operator of this.stateful) operator.close?.();
    await this.inputs.memory.close();
  }

  private noteRows(rows: number): void {
    this.rowsSinceCheck += rows;
    if (this.rowsSinceCheck >= rowsOfCheck) this.checkMemory();
  }

  checkMemory(): void {
    this.rowsSinceCheck = 0;
    for (const [operator, share] of this.shares) share.hold(operator.memoryBytes);
  }

  /** What of its source a scan reads; null when there is nothing new. */
  private rangeOf(node: ScanNode, ranges: readonly SourceRange[]): { readonly start: Offset | null; readonly end: Offset } | null {
    assert(node.source !== null, "a streaming pipeline reads streams; bounded tables are read before it");
    const { start, end } = ranges[node.source]!;
    if (end === null || (start !== null && this.inputs.sources[node.source]!.sameOffset(start, end))) return null;
    return { start, end };
  }

  private lateSamples(): readonly LateSample[] {
    const lost = this.pipeline.late.filter(({ samples }) => samples.length > 0);
    return lost.map(({ operatorId, lateMs, samples }) => ({
      operatorId,
      watermarkMs: lateMs,
      rows: samples.flatMap((batch) => sampleRows(batch, batch.length, this.inputs.zone)),
    }));
  }

  private eventTime(): ReadonlyMap<number, EventTimeStats> {
    return new Map(this.pipeline.watermarks.map((operator) => [operator.watermarkId, operator.stats()]));
  }
}
