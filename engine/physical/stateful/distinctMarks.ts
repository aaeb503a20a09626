import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { readValue } from "../../arrow/columns.js";
import { field, types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { HashSorter } from "../../state/hashSorter.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyRouter } from "../../state/keyRouter.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { StatePartitions } from "../../state/statePartitions.js";
import { noExpressions, oneInput, stateful, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import {
  emission,
  nothing,
  type BatchFacts,
  type Emission,
  type OperatorWatermarks,
  type StatefulOperator,
  type StateOperatorMetrics,
} from "../operator.js";
import { CountedFiles, countedMetrics } from "./countedFiles.js";
import { CountedKeys } from "./countedKeys.js";
import type { DistinctMarksSpec } from "./distinctMarksSpec.js";
import { watermarkedTimes } from "./eventTimes.js";
import { LapsingMarksOperator } from "./lapsingMarks.js";
import { passing } from "./passing.js";
import { signsOf } from "./signs.js";
import type { DistinctColumns } from "../stateless/firstOccurrence.js";

/** Rows with marks behind their columns, one a set. */
export interface DistinctMarksNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "distinctMarks";
  readonly spec: DistinctMarksSpec;
  readonly input: Plan;
}

export const distinctMarks: OperatorFacts<DistinctMarksNode> = {
  kind: "distinctMarks",
  ...noExpressions,
  ...oneInput,
  ...stateful,
  shape: ({ spec: { sets, change } }) => ({
    sets: sets.map(({ columns, filter }) => ({ columns, filter })),
    takesBack: change !== null,
  }),
  explain: ({ spec, input }) => {
    const texts = spec.sets.map(({ columns }) => `[${columns.map((column) => input.output[column]!.name).join(", ")}]`);
    const kinds = spec.change === null ? "insert" : "insert, delete";
    return `DistinctMarks (${spec.operatorId}) ${texts.join(", ")}, takes ${kinds}, ${spec.partitions} partitions`;
  },
  make: (node, { chunks }) => {
    const { spec, input, output } = node;
    return spec.ttlMs === null
      ? new DistinctMarksOperator(node, chunks)
      : new LapsingMarksOperator(spec, { input: input.output, output }, chunks);
  },
};

/** What is kept of one set of values. */
interface CountedSet {
  readonly columns: readonly number[];
  readonly filter: number | null;
  /** Those of all sets of the same columns, which differ in their filters. */
  readonly keys: PackedKeys;
  readonly router: KeyRouter;
  readonly partitions: StatePartitions<CountedKeys>;
  readonly schema: StateSchema;
  readonly files: CountedFiles;
}

/**
 * Consumes rows, where some are taken back with a sign; emits each with a boolean for every set of values: whether it is the first that is there with its values, or
 * takes the last one back. An aggregate over the marked rows is one over distinct values.
 *
 * State, one table a set, in partitions by the hash of group and values: the values of each group, with how many rows have them where rows are taken back. With an
 * event time among the columns of the group they are forgotten when the watermark has passed it.
 *
 * Invariant: of the rows with one key, those marked with 1 less those marked with −1 are one when the key is there, none otherwise.
 */
export class DistinctMarksOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly #spec: DistinctMarksSpec;
  readonly #chunks: ChunkSizes;
  readonly #output: Schema;
  readonly #sets: readonly CountedSet[];
  #watermarks: OperatorWatermarks | null = null;

  constructor({ spec, input, output }: DistinctMarksNode, chunks: ChunkSizes) {
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#chunks = chunks;
    this.#output = schemaOf(output);
    const sorter = new HashSorter();
    const keysOf = new Map<string, PackedKeys>();
    this.#sets = spec.sets.map((set, i) => this.#newSet(set, i, schemaOf(input.output), { sorter, keysOf }));
  }

  get schemas(): readonly StateSchema[] {
    return this.#sets.map(({ schema }) => schema);
  }

  needsBatch(): boolean {
    return false;
  }

  begin(facts: BatchFacts): void {
    this.#watermarks = this.#spec.eventTime === null ? null : (facts.watermarks[this.operatorId] ?? null);
    for (const { partitions } of this.#sets) for (const partition of partitions.all()) partition.begin();
  }

  *process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return;
    const { change, eventTime } = this.#spec;
    const signs = change === null ? null : signsOf(batch.columns[change]!);
    const times = eventTime === null ? null : watermarkedTimes(batch.columns[eventTime]!);
    const packed = new Set<PackedKeys>();
    const marks = this.#sets.map((set): Column => {
      const values = new Uint8Array(batch.length);
      const rows = set.filter === null ? null : passing(batch.columns[set.filter]!, batch.length);
      if (!packed.has(set.keys)) set.keys.pack(pick(batch.columns, set.columns), batch.length);
      packed.add(set.keys);
      for (const routed of set.router.route(set.keys, rows?.values ?? null, rows?.count ?? batch.length)) {
        const partition = set.partitions.at(routed.partition);
        partition.count(set.keys, routed.rows, routed.count, signs, times, values);
      }
      return { type: types.boolean, encoding: "u8", length: batch.length, nulls: null, values };
    });
    yield emission(batchOf(this.#output, [...batch.columns, ...marks], batch.length));
  }

  finish(): Iterable<Emission> {
    const boundUs = this.#watermarks === null ? null : this.#watermarks.evictMs * 1000;
    for (const { partitions } of this.#sets) for (const partition of partitions.all()) partition.settle(boundUs);
    return nothing;
  }

  restore({ storeName, deletes, upserts }: StateChanges): void {
    const set = this.#sets.find(({ schema }) => schema.storeName === storeName);
    assert(set !== undefined, `no set of values is kept as ${storeName}`);
    const width = set.columns.length;
    if (deletes !== null) {
      set.keys.pack(deletes.columns.slice(0, width), deletes.length);
      for (const { partition, rows, count } of set.router.route(set.keys, null, deletes.length))
        set.partitions.at(partition).restoreDeletes(set.keys, rows, count);
    }
    if (upserts === null) return;
    set.keys.pack(upserts.columns.slice(0, width), upserts.length);
    const { eventTime, change } = this.#spec;
    const times = eventTime === null ? null : watermarkedTimes(upserts.columns[set.columns.indexOf(eventTime)]!);
    const counts =
      change === null ? null : Array.from({ length: upserts.length }, (_, row) => Number(readValue(upserts.columns[width]!, row)));
    for (const { partition, rows, count } of set.router.route(set.keys, null, upserts.length))
      set.partitions.at(partition).restore(set.keys, rows, count, times, counts);
  }

  *changes(): Iterable<StateChanges> {
    for (const { files, partitions } of this.#sets) for (const partition of partitions.all()) yield* files.changes(partition);
  }

  get stateRows(): number {
    return this.#sum(({ size }) => size);
  }

  *snapshot(groups: GroupRange = allGroups): Iterable<StateChanges> {
    for (const { files, partitions } of this.#sets) {
      for (const partition of partitions.of(groups)) yield* files.saved(partition, partition.of(groups));
    }
  }

  get memoryBytes(): number {
    return this.#sum(({ memoryBytes }) => memoryBytes);
  }

  metrics(): StateOperatorMetrics {
    const counted = this.#sets.flatMap(({ partitions }) => partitions.all());
    return countedMetrics("distinctMarks", counted, { partitions: this.#spec.partitions, memoryUsedBytes: this.memoryBytes });
  }

  #newSet(
    { columns, filter }: DistinctColumns,
    place: number,
    input: Schema,
    { sorter, keysOf }: { readonly sorter: HashSorter; readonly keysOf: Map<string, PackedKeys> },
  ): CountedSet {
    const { operatorId, partitions, change, eventTime } = this.#spec;
    const layout = layoutOf(columns.map((column) => input.fields[column]!.type));
    const keys = keysOf.get(columns.join()) ?? new PackedKeys(layout);
    keysOf.set(columns.join(), keys);
    const key: Schema = types.struct(columns.map((column) => input.fields[column]!));
    const value = types.struct(change === null ? [] : [field("times", types.int, false)]);
    const schema = { operatorId, operatorName: "distinctMarks", storeName: `values-${place}`, key, value, layout: "keys" };
    const how = { counts: change !== null, expires: eventTime !== null };
    return {
      columns,
      filter,
      keys,
      router: new KeyRouter(partitions),
      partitions: new StatePartitions(partitions, (groups) => {
        const made = new CountedKeys(layout, how, groups, sorter);
        made.begin();
        return made;
      }),
      schema,
      files: new CountedFiles(schema, this.#chunks),
    };
  }

  #sum(of: (partition: CountedKeys) => number): number {
    return this.#sets.reduce((sum, { partitions }) => partitions.all().reduce((s, partition) => s + of(partition), sum), 0);
  }
}

function pick(columns: readonly Column[], places: readonly number[]): Column[] {
  return places.map((place) => columns[place]!);
}
