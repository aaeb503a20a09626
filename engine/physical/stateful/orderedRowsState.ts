import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { readValue } from "../../arrow/columns.js";
import { field, types } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { Attribute } from "../../expression/expression.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyRouter } from "../../state/keyRouter.js";
import { OrderBytes } from "../../state/orderBytes.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { StatePartitions } from "../../state/statePartitions.js";
import type { BatchFacts, OperatorWatermarks, StateOperatorMetrics } from "../operator.js";
import { CountedFiles, countedMetrics } from "./countedFiles.js";
import { watermarkedTimes } from "./eventTimes.js";
import type { SavedRows } from "./offeredRows.js";
import { TopRowsPartition, type PassedRows } from "./topRowsPartition.js";
import type { TopRowsSpec } from "./topRowsSpec.js";

type Deal = (partition: TopRowsPartition, offered: SavedRows) => void;

/** A key goes as a whole. */
const allRows: PassedRows = (_, rows) => ({ count: rows.length, nextUs: NaN });

/**
 * The state of an operator that keeps rows by key in their order: its partitions by key group, how rows are dealt to them, and what its files have.
 *
 * Where an event time is among the columns that rows are parted by, rows whose key the watermark of the batch before has passed are late and left out, and keys that this
 * batch's has passed go without a word when it ends.
 */
export class OrderedRowsState {
  readonly schema: StateSchema;
  /** The columns of a row: all of the input but the sign. */
  readonly columns: readonly number[];
  readonly #spec: TopRowsSpec;
  readonly #keys: PackedKeys;
  readonly #rows: PackedKeys;
  readonly #order: OrderBytes;
  readonly #router: KeyRouter;
  readonly #partitions: StatePartitions<TopRowsPartition>;
  readonly #files: CountedFiles;
  #watermarks: OperatorWatermarks | null = null;
  #lateRows = 0;
  #evicted = 0;
  #lapsed = 0;
  #nowUs = 0;

  constructor(spec: TopRowsSpec, operatorName: string, input: readonly Attribute[], chunks: ChunkSizes, storeName = "default") {
    this.#spec = spec;
    const columns = input.filter((_, place) => place !== spec.change);
    this.columns = input.flatMap((_, place) => (place === spec.change ? [] : [place]));
    assert(spec.change === null || spec.change === columns.length, "the sign stands behind the columns of a row");
    const typeOf = (place: number) => columns[place]!.type;
    const layouts = { keys: layoutOf(spec.partition.map(typeOf)), rows: layoutOf(columns.map(({ type }) => type)) };
    this.#keys = new PackedKeys(layouts.keys);
    this.#rows = new PackedKeys(layouts.rows);
    this.#order = new OrderBytes(spec.order.map(({ column, ...how }) => ({ type: typeOf(column), ...how })));
    this.#router = new KeyRouter(spec.partitions);
    const sorter = new HashSorter();
    this.#partitions = new StatePartitions(spec.partitions, (groups) => {
      const partition = new TopRowsPartition(spec, layouts, groups, sorter);
      partition.begin();
      return partition;
    });
    const key = schemaOf(columns);
    const touched = spec.ttlMs === null ? [] : [field("touchedUs", types.long, false)];
    const value = types.struct([field("times", types.int, false), ...touched]);
    this.schema = { operatorId: spec.operatorId, operatorName, storeName, key, value, layout: "rows" };
    this.#files = new CountedFiles(this.schema, chunks);
  }

  get all(): readonly TopRowsPartition[] {
    return this.#partitions.all();
  }

  get stateRows(): number {
    return this.all.reduce((sum, { size }) => sum + size, 0);
  }

  begin({ watermarks, batchTimeMs }: BatchFacts): void {
    this.#watermarks = this.#spec.eventTime === null ? null : (watermarks[this.#spec.operatorId] ?? null);
    this.#nowUs = batchTimeMs * 1000;
    this.#lapsed = 0;
    this.#lateRows = 0;
    this.#evicted = 0;
    for (const partition of this.all) partition.begin();
  }

  /** Adds rows of a batch, or takes them back. `rows`: which of the batch; null: the first `count`. `marks`: gets a 1 for those that are not there yet, which alone are added. */
  offer(batch: Batch, rows: Int32Array | null, count: number, signs: Int32Array | null, marks: Uint8Array | null = null): void {
    const { eventTime } = this.#spec;
    const late = this.#watermarks === null ? null : this.#watermarks.lateMs * 1000;
    let [onTime, n] = [rows, count];
    if (eventTime !== null && late !== null) {
      const times = watermarkedTimes(batch.columns[eventTime]!);
      const kept = new IntList(count);
      for (let j = 0; j < count; j++) {
        const row = rows === null ? j : rows[j]!;
        if (!(times[row]! <= late)) kept.push(row);
      }
      this.#lateRows += count - kept.count;
      [onTime, n] = [kept.values, kept.count];
    }
    this.#deal(batch.columns, onTime, n, batch.length, (partition, offered) => partition.offer({ ...offered, signs, marks }));
  }

  /** The batch comes to the keys of its rows, whatever becomes of these. */
  touch({ columns, length }: Batch): void {
    this.#deal(columns, null, length, length, (partition, offered) => void partition.touch(offered));
  }

  /** All rows of the batch have come: keys that none came to for as long as they are kept go, as what the batch changed. */
  lapse(partition: TopRowsPartition): void {
    if (this.#spec.ttlMs !== null) this.#lapsed += partition.lapse(this.#nowUs, this.#spec.ttlMs);
  }

  /** The batch ends: rows that are not there any more go, and keys that the watermark has passed. */
  settle(partition: TopRowsPartition, passed: PassedRows = allRows): void {
    if (this.#watermarks !== null) this.#evicted += partition.expire(this.#watermarks.evictMs * 1000, passed);
    partition.settle();
  }

  restore({ deletes, upserts }: StateChanges): void {
    if (deletes !== null)
      this.#deal(deletes.columns, null, deletes.length, deletes.length, (partition, offered) => partition.restoreDeletes(offered));
    if (upserts === null) return;
    const numbers = (place: number): number[] =>
      Array.from({ length: upserts.length }, (_, row) => Number(readValue(upserts.columns[place]!, row)));
    const counts = numbers(this.columns.length);
    const touched = this.#spec.ttlMs === null ? null : numbers(this.columns.length + 1);
    this.#deal(upserts.columns, null, upserts.length, upserts.length, (partition, offered) => partition.restore(offered, counts, touched));
  }

  *changes(): Iterable<StateChanges> {
    for (const partition of this.all) yield* this.#files.changes(partition);
  }

  *snapshot(groups: GroupRange = allGroups): Iterable<StateChanges> {
    for (const partition of this.#partitions.of(groups)) yield* this.#files.saved(partition, partition.of(groups));
  }

  get memoryBytes(): number {
    return this.all.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  metrics(): StateOperatorMetrics {
    const { partitions, ttlMs } = this.#spec;
    const metrics = countedMetrics(this.schema.operatorName, this.all, { partitions, memoryUsedBytes: this.memoryBytes });
    return {
      ...metrics,
      numRowsUpdated: metrics.numRowsUpdated - this.#evicted,
      numRowsDroppedByWatermark: this.#lateRows,
      lateRows: this.#lateRows,
      ...(ttlMs !== null && { rowsExpiredByTtl: this.#lapsed }),
    };
  }

  /** Deals the rows of a batch, or of a file, to their partitions. */
  #deal(columns: readonly Column[], rows: Int32Array | null, count: number, length: number, deal: Deal): void {
    const { partition, order, eventTime } = this.#spec;
    const pick = (places: readonly number[]): Column[] => places.map((place) => columns[place]!);
    this.#keys.pack(pick(partition), length);
    this.#rows.pack(pick(this.columns), length);
    const times = eventTime === null ? null : watermarkedTimes(columns[eventTime]!);
    for (const routed of this.#router.route(this.#keys, rows, count)) {
      this.#order.write(pick(order.map(({ column }) => column)), routed.rows, routed.count);
      const offered = { keys: this.#keys, rows: this.#rows, taken: routed.rows, count: routed.count, order: this.#order, times };
      deal(this.#partitions.at(routed.partition), offered);
    }
  }
}
