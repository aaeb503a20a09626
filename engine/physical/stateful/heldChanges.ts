import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { constantColumn, readValue } from "../../arrow/columns.js";
import { markOwned } from "../../arrow/ownership.js";
import { field, types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { emitEveryText, type EmitEvery } from "../../contract/emitEvery.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { HashSorter } from "../../state/hashSorter.js";
import type { IntList } from "../../state/intList.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyRouter } from "../../state/keyRouter.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { StatePartitions } from "../../state/statePartitions.js";
import { noExpressions, oneInput, stateful, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import {
  emission,
  nothing,
  watermarkMoved,
  type BatchFacts,
  type Emission,
  type OperatorWatermarks,
  type StatefulOperator,
  type StateOperatorMetrics,
} from "../operator.js";
import { CountedFiles, countedMetrics } from "./countedFiles.js";
import { watermarkedTimes } from "./eventTimes.js";
import { HeldPartition, type HeldRows } from "./heldPartition.js";
import { signsOf } from "./signs.js";

/** What holding changes back needs bound. Plain data; columns are places in the input, whose last one is the sign. */
export interface HeldChangesSpec {
  readonly operatorId: string;
  readonly partitions: number;
  readonly every: EmitEvery;
  /** The columns of what is told together. */
  readonly unit: readonly number[];
  readonly eventTime: number;
  /** The column that counts rows, which does not come out; null: there is none. */
  readonly rows: number | null;
}

/** Changes of windows, some of which wait. */
export interface HeldChangesNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "heldChanges";
  readonly spec: HeldChangesSpec;
  readonly input: Plan;
}

export const heldChanges: OperatorFacts<HeldChangesNode> = {
  kind: "heldChanges",
  ...noExpressions,
  ...oneInput,
  ...stateful,
  // How long they wait may change from start to start, by what not.
  shape: ({ spec: { unit, eventTime, every } }) => ({ unit, eventTime, every: every.kind }),
  explain: ({ spec: { operatorId, every, unit, partitions }, input }) =>
    `HeldChanges (${operatorId}) ${emitEveryText(every)} by [${unit.map((place) => input.output[place]!.name).join(", ")}], ${partitions} partitions`,
  make: (node, { chunks }) => new HeldChangesOperator(node, chunks),
};

/**
 * Consumes changes of windows and emits, when a batch ends, what those of a unit (a window, or all sessions of a key) come to since it was told last: when they are due, or one
 * of its rows closes. A row that came and went in between is never told.
 *
 * State, in partitions by the key group of the unit: the rows that are owed, each with how often it comes (or, below zero, goes). By processing time also since when.
 *
 * Invariant: what was emitted and what is held are together what came in.
 */
export class HeldChangesOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  readonly #spec: HeldChangesSpec;
  readonly #chunks: ChunkSizes;
  readonly #sign: number;
  readonly #keys: PackedKeys;
  readonly #rows: PackedKeys;
  readonly #router: KeyRouter;
  readonly #partitions: StatePartitions<HeldPartition>;
  readonly #output: Schema;
  readonly #files: CountedFiles;
  #watermarks: OperatorWatermarks | null = null;
  #nowUs = 0;
  /** When the clock, and when the watermark, makes something due, µs; null when it must be looked for. */
  #waits: { readonly clockUs: number; readonly closesUs: number } | null = null;

  constructor({ spec, input, output }: HeldChangesNode, chunks: ChunkSizes) {
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#chunks = chunks;
    const columns = input.output.slice(0, -1);
    this.#sign = columns.length;
    const layouts = { units: layoutOf(spec.unit.map((place) => columns[place]!.type)), rows: layoutOf(columns.map(({ type }) => type)) };
    this.#keys = new PackedKeys(layouts.units);
    this.#rows = new PackedKeys(layouts.rows);
    this.#router = new KeyRouter(spec.partitions);
    const sorter = new HashSorter();
    this.#partitions = new StatePartitions(spec.partitions, (groups) => {
      const partition = new HeldPartition(spec.every, layouts, groups, sorter);
      partition.begin();
      return partition;
    });
    this.#output = schemaOf(output);
    const key = schemaOf(columns);
    const since = spec.every.kind === "processingTime" ? [field("sinceUs", types.long, false)] : [];
    const value = types.struct([field("times", types.int, false), ...since]);
    const schema = { operatorId: spec.operatorId, operatorName: "heldChanges", storeName: "default", key, value, layout: "rows" };
    this.schemas = [schema];
    this.#files = new CountedFiles(schema, chunks);
  }

  needsBatch(facts: BatchFacts): boolean {
    return watermarkMoved(facts, this.operatorId) || this.#waiting().clockUs <= facts.batchTimeMs * 1000;
  }

  get dueUs(): number {
    return this.#waiting().closesUs;
  }

  begin(facts: BatchFacts): void {
    this.#watermarks = facts.watermarks[this.operatorId] ?? null;
    this.#nowUs = facts.batchTimeMs * 1000;
    this.#waits = null;
    for (const partition of this.#partitions.all()) partition.begin();
  }

  process(batch: Batch): Iterable<Emission> {
    const signs = signsOf(batch.columns[this.#sign]!);
    this.#deal(batch, (partition, held) => partition.hold(held, signs));
    return nothing;
  }

  *finish(): Iterable<Emission> {
    const evictUs = this.#watermarks === null ? null : this.#watermarks.evictMs * 1000;
    const bounds = { nowUs: this.#nowUs, evictUs, isAllDue: this.#passesMark() };
    for (const partition of this.#partitions.all()) {
      const { gone, come } = partition.told(bounds);
      yield* this.#emitted(partition, gone, -1);
      yield* this.#emitted(partition, come, 1);
      partition.settle();
    }
  }

  restore({ deletes, upserts }: StateChanges): void {
    if (deletes !== null) this.#deal(deletes, (partition, held) => partition.restoreDeletes(held));
    if (upserts === null) return;
    const numbers = (place: number): number[] =>
      Array.from({ length: upserts.length }, (_, row) => Number(readValue(upserts.columns[place]!, row)));
    const counts = numbers(this.#sign);
    const since = this.#spec.every.kind === "processingTime" ? numbers(this.#sign + 1) : null;
    this.#deal(upserts, (partition, held) => partition.restore(held, counts, since));
  }

  *changes(): Iterable<StateChanges> {
    for (const partition of this.#partitions.all()) yield* this.#files.changes(partition);
  }

  get stateRows(): number {
    return this.#sum(({ size }) => size);
  }

  *snapshot(groups: GroupRange = allGroups): Iterable<StateChanges> {
    for (const partition of this.#partitions.of(groups)) yield* this.#files.saved(partition, partition.of(groups));
  }

  get memoryBytes(): number {
    return this.#sum(({ memoryBytes }) => memoryBytes);
  }

  metrics(): StateOperatorMetrics {
    return countedMetrics("heldChanges", this.#partitions.all(), {
      partitions: this.#spec.partitions,
      memoryUsedBytes: this.memoryBytes,
    });
  }

  /** Whether the watermark has come past a multiple of the interval of event time. */
  #passesMark(): boolean {
    const { every } = this.#spec;
    if (every.kind !== "eventTime" || this.#watermarks === null) return false;
    return Math.floor(this.#watermarks.evictMs / every.ms) > Math.floor(this.#watermarks.lateMs / every.ms);
  }

  #waiting(): { readonly clockUs: number; readonly closesUs: number } {
    const { every } = this.#spec;
    const least = (of: (partition: HeldPartition) => number): number => Math.min(Infinity, ...this.#partitions.all().map(of));
    return (this.#waits ??= {
      clockUs: every.kind === "processingTime" ? least(({ sinceUs }) => sinceUs) + every.ms * 1000 : Infinity,
      closesUs: least(({ closesUs }) => closesUs),
    });
  }

  *#emitted(partition: HeldPartition, { values, count: all }: IntList, sign: 1 | -1): Iterable<Emission> {
    const { rows } = this.#spec;
    for (let from = 0; from < all; from += this.#chunks.emittedRows) {
      const count = Math.min(all - from, this.#chunks.emittedRows);
      const columns = partition.columns(values.subarray(from, from + count), count).filter((_, place) => place !== rows);
      yield emission(batchOf(this.#output, [...columns.map(markOwned), constantColumn(types.int, sign, count)], count));
    }
  }

  /** Deals the rows of a batch, or of a file, to their partitions. */
  #deal({ columns, length }: Batch, deal: (partition: HeldPartition, held: HeldRows) => void): void {
    const { unit, eventTime, rows } = this.#spec;
    this.#keys.pack(
      unit.map((place) => columns[place]!),
      length,
    );
    this.#rows.pack(columns.slice(0, this.#sign), length);
    const times = watermarkedTimes(columns[eventTime]!);
    const sizes: Column | null = rows === null ? null : columns[rows]!;
    for (const { partition, rows: taken, count } of this.#router.route(this.#keys, null, length))
      deal(this.#partitions.at(partition), { keys: this.#keys, rows: this.#rows, taken, count, times, sizes });
  }

  #sum(of: (partition: HeldPartition) => number): number {
    return this.#partitions.all().reduce((sum, partition) => sum + of(partition), 0);
  }
}
