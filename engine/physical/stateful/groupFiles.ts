import { batchOf } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { allGroups, type GroupRange, type StateChanges } from "../../contract/state.js";
import type { KeyRouter } from "../../state/keyRouter.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import type { StatePartitions } from "../../state/statePartitions.js";
import type { JudgedRows } from "./aggregateInput.js";
import type { Groups, KeyedRows, Released } from "./groups.js";

/** One state partition of an operator that keeps groups. */
export interface GroupPartition {
  readonly groups: Groups;
  readonly released: Released;
  /** Key columns, values and hashes of groups. */
  saved(slots: Int32Array, count: number): Column[];
}

/** What the state files have of groups: their keys, their values and the hash; what is gone by its keys and the hash, or with its pane. */
export class GroupFiles<P extends GroupPartition> {
  readonly #operatorId: string;
  readonly #partitions: StatePartitions<P>;
  readonly #chunks: ChunkSizes;
  readonly #upserts: Schema;
  readonly #deletes: Schema;

  constructor(
    operatorId: string,
    partitions: StatePartitions<P>,
    { key, value }: { readonly key: Schema; readonly value: Schema },
    chunks: ChunkSizes,
  ) {
    this.#operatorId = operatorId;
    this.#partitions = partitions;
    this.#chunks = chunks;
    const group = field("group", types.int, false);
    this.#deletes = types.struct([...key.fields, group]);
    this.#upserts = types.struct([...key.fields, ...value.fields, group]);
  }

  /** What the batch changed. */
  *changes(): Iterable<StateChanges> {
    const partitions = this.#partitions.all();
    const droppedPanes = [...new Set(partitions.flatMap(({ released }) => released.droppedPanes))].toSorted((a, b) => a - b);
    if (droppedPanes.length > 0) yield { ...this.#chunk(), droppedPanes };
    for (const partition of partitions) {
      const { deletes } = partition.released;
      if (deletes !== null) yield { ...this.#chunk(), deletes: batchOf(this.#deletes, deletes.columns, deletes.count) };
      yield* this.saved(partition, partition.groups.changed().view());
    }
  }

  *snapshot(groups: GroupRange = allGroups): Iterable<StateChanges> {
    for (const partition of this.#partitions.of(groups)) yield* this.saved(partition, partition.groups.of(groups).view());
  }

  get rows(): number {
    return this.#partitions.all().reduce((sum, { groups }) => sum + groups.savedRows, 0);
  }

  /** The groups as rows that restore them. */
  *saved(partition: P, slots: Int32Array): Iterable<StateChanges> {
    for (let from = 0; from < slots.length; from += this.#chunks.stateRows) {
      const some = slots.subarray(from, from + this.#chunks.stateRows);
      yield { ...this.#chunk(), upserts: batchOf(this.#upserts, partition.saved(some, some.length), some.length) };
    }
  }

  #chunk(): StateChanges {
    return { operatorId: this.#operatorId, storeName: "default", upserts: null, deletes: null, droppedPanes: [] };
  }
}

/** Deals rows to the partitions of their keys. */
export function dealRows<P>(
  { rows, count, times, ends }: JudgedRows,
  keys: PackedKeys,
  { router, partitions }: { readonly router: KeyRouter; readonly partitions: StatePartitions<P> },
  deal: (partition: P, rows: KeyedRows) => void,
): void {
  for (const routed of router.route(keys, rows, count)) deal(partitions.at(routed.partition), { ...routed, keys, times, ends });
}
