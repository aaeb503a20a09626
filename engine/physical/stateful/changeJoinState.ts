import type { Column } from "../../arrow/column.js";
import { readValue } from "../../arrow/columns.js";
import { field, types } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { HashSorter } from "../../state/hashSorter.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyRouter } from "../../state/keyRouter.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { StatePartitions } from "../../state/statePartitions.js";
import { ChangeJoinPartition } from "./changeJoinPartition.js";
import { CountedFiles } from "./countedFiles.js";
import { watermarkedTimes } from "./eventTimes.js";
import type { JoiningRows } from "./changeJoinRows.js";
import { countsPartners, type ChangeJoinSpec } from "./changeJoinSpec.js";
import type { SideIndex } from "./streamJoinSpec.js";

/** The tables of the state, by side. */
const storeNames = ["left", "right"] as const;
const sides: readonly SideIndex[] = [0, 1];

/** What a join of changing streams keeps: the rows of both sides by key, in state partitions by key group. In the files a row is known by all of its columns. */
export class ChangeJoinState {
  readonly schemas: readonly StateSchema[];
  /** Where the rows of the last look-up belong: the partition, and the slot of the key there. By row of the batch. */
  slotOfRow = new Int32Array(0);
  partitionOfRow = new Uint8Array(0);
  readonly #spec: ChangeJoinSpec;
  readonly #keys: PackedKeys;
  readonly #rows: readonly [PackedKeys, PackedKeys];
  readonly #router: KeyRouter;
  readonly #partitions: StatePartitions<ChangeJoinPartition>;
  readonly #files: readonly [CountedFiles, CountedFiles];
  #routed: { readonly partition: number; readonly taken: Int32Array }[] = [];

  constructor(spec: ChangeJoinSpec, chunks: ChunkSizes) {
    this.#spec = spec;
    const keys = layoutOf(spec.keyAttributes.map(({ type }) => type));
    const layoutOfRows = (side: SideIndex) => layoutOf(spec.sides[side].kept.map(({ type }) => type));
    const layouts = { keys, rows: [layoutOfRows(0), layoutOfRows(1)] as const };
    this.#keys = new PackedKeys(keys);
    this.#rows = [new PackedKeys(layouts.rows[0]), new PackedKeys(layouts.rows[1])];
    this.#router = new KeyRouter(spec.partitions);
    const sorter = new HashSorter();
    this.#partitions = new StatePartitions(spec.partitions, (groups) => {
      const partition = new ChangeJoinPartition(spec, layouts, groups, sorter);
      partition.begin();
      return partition;
    });
    const [left, right] = [schemaOfSide(spec, 0), schemaOfSide(spec, 1)];
    this.schemas = [left, right];
    this.#files = [new CountedFiles(left, chunks), new CountedFiles(right, chunks)];
  }

  begin(): void {
    for (const partition of this.#partitions.all()) partition.begin();
  }

  partition(p: number): ChangeJoinPartition {
    return this.#partitions.at(p);
  }

  all(): readonly ChangeJoinPartition[] {
    return this.#partitions.all();
  }

  /** Finds out where some rows of a batch belong; new keys get a place. */
  lookUp(side: SideIndex, columns: readonly Column[], rows: Int32Array, count: number, length: number): void {
    if (this.slotOfRow.length < length) {
      this.slotOfRow = new Int32Array(2 * length);
      this.partitionOfRow = new Uint8Array(2 * length);
    }
    const { keys, kept } = this.#spec.sides[side];
    this.#keys.pack(
      keys.map((key) => columns[key]!),
      length,
    );
    const times = this.timesOf(side, columns);
    this.#rows[side].pack(columns.slice(0, kept.length), length);
    this.#routed = this.#router.route(this.#keys, rows, count).map((routed) => {
      const taken = (routed.rows ?? rows).slice(0, routed.count);
      for (let j = 0; j < taken.length; j++) this.partitionOfRow[taken[j]!] = routed.partition;
      this.#partitions.at(routed.partition).lookUp(this.#keys, taken, taken.length, this.slotOfRow, times);
      return { partition: routed.partition, taken };
    });
  }

  /** The event times of the keys of a batch's rows, µs; null where keys have none. */
  timesOf(side: SideIndex, columns: readonly Column[]): Float64Array | null {
    const { eventTime } = this.#spec;
    return eventTime === null ? null : watermarkedTimes(columns[this.#spec.sides[side].keys[eventTime]!]!);
  }

  /** Adds the rows of the last look-up, or takes them back. */
  apply(side: SideIndex, signs: Int32Array | null, partners: Int32Array | null, nowUs: number): void {
    for (const { partition, taken } of this.#routed)
      this.#partitions.at(partition).sides[side].apply(this.#joining(side, taken), signs, partners, nowUs);
  }

  settle(evictUs: number | null): void {
    for (const partition of this.#partitions.all()) partition.settle(evictUs);
  }

  restore({ storeName, deletes, upserts }: StateChanges): void {
    const side = storeNames.indexOf(storeName as "left" | "right") as SideIndex;
    if (deletes !== null) {
      this.#lookUpAll(side, deletes.columns, deletes.length);
      for (const { partition, taken } of this.#routed) {
        this.#partitions.at(partition).sides[side].restoreDeletes(this.#rows[side], taken, taken.length);
        this.#partitions.at(partition).dropEmptyKeys();
      }
    }
    if (upserts === null) return;
    const { kept, ttlMs } = this.#spec.sides[side];
    const times = numbersOf(upserts.columns[kept.length]!, upserts.length);
    const partners = countsPartners(this.#spec, side) ? numbersOf(upserts.columns[kept.length + 1]!, upserts.length) : null;
    // The last of all is the hash.
    const came = ttlMs === null ? null : numbersOf(upserts.columns.at(-2)!, upserts.length);
    this.#lookUpAll(side, upserts.columns, upserts.length);
    for (const { partition, taken } of this.#routed) {
      this.#partitions.at(partition).sides[side].restore(this.#joining(side, taken), times, partners, came);
      this.#partitions.at(partition).dropEmptyKeys();
    }
  }

  *changes(): Iterable<StateChanges> {
    for (const side of sides) for (const partition of this.#partitions.all()) yield* this.#files[side].changes(partition.sides[side]);
  }

  *snapshot(groups: GroupRange = allGroups): Iterable<StateChanges> {
    for (const side of sides)
      for (const partition of this.#partitions.of(groups))
        yield* this.#files[side].saved(partition.sides[side], partition.rowsOf(side, groups));
  }

  #lookUpAll(side: SideIndex, columns: readonly Column[], length: number): void {
    this.lookUp(
      side,
      columns,
      Int32Array.from({ length }, (_, row) => row),
      length,
      length,
    );
  }

  #joining(side: SideIndex, taken: Int32Array): JoiningRows {
    return { rows: this.#rows[side], taken, count: taken.length, keySlots: this.slotOfRow };
  }
}

function schemaOfSide(spec: ChangeJoinSpec, side: SideIndex): StateSchema {
  const { kept, ttlMs } = spec.sides[side];
  const columns = schemaOf(kept).fields.map(({ name, type }, c) => field(`${c}_${name}`, type));
  const partners = countsPartners(spec, side) ? [field("partners", types.int, false)] : [];
  const came = ttlMs === null ? [] : [field("cameUs", types.long, false)];
  return {
    operatorId: spec.operatorId,
    operatorName: "changeJoin",
    storeName: storeNames[side],
    key: types.struct(columns),
    value: types.struct([field("times", types.int, false), ...partners, ...came]),
    layout: "rows",
  };
}

function numbersOf(column: Column, length: number): number[] {
  return Array.from({ length }, (_, row) => Number(readValue(column, row)));
}
