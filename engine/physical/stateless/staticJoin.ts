import { batchOf, type Batch } from "../../arrow/batch.js";
import { nullColumn, plainColumn, sliceBatch, takeColumn } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import { passes } from "../../expression/aggregates/filter.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";
import { rowCondition, type RowCondition } from "../rowCondition.js";
import { commonEntries, type CommonEntries } from "./commonEntries.js";
import { PairList } from "./pairList.js";
import type { StaticJoinSpec } from "./staticJoinSpec.js";
import { tableIndexOf, type TableIndex } from "./tableIndex.js";
import { sqlText } from "../../plan/sqlText.js";
import { stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** The stream side joined with a table that was read before. */
export interface StaticJoinNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "staticJoin";
  readonly spec: StaticJoinSpec;
  readonly stream: Plan;
  readonly table: Plan;
}

/** What becomes of a stream row, given which table rows match it. */
type Keeps = "pairs" | "pairsOrPadded" | "matched" | "unmatched" | "marked";

export const staticJoin: OperatorFacts<StaticJoinNode> = {
  kind: "staticJoin",
  ...stateless,
  // A full join gives the rows of the table that nothing in the whole of the stream met.
  gathers: ({ spec }) => spec.joinType === "full",
  inputs: ({ table, stream }) => [table, stream],
  withInputs: (node, [table, stream]) => ({ ...node, table: table!, stream: stream! }),
  tables: ({ table }) => [table],
  expressions: ({ spec }) => (spec.condition === null ? [] : [spec.condition]),
  explain: ({ spec, stream, table }) => {
    const keys = spec.keys.map((key) => {
      const [left, right] = [stream.output[key.streamColumn]!.name, table.output[key.tableColumn]!.name];
      return `${left} ${key.nullSafe ? "<=>" : "="} ${right}`;
    });
    return `HashJoin ${spec.joinType} [${keys.join(", ")}]${spec.condition === null ? "" : `, condition ${sqlText(spec.condition)}`}`;
  },
  make: (node, parts) => {
    const { condition } = node.spec;
    const compiled = condition && rowCondition(condition, [...node.stream.output, ...node.table.output], parts);
    return new StaticJoinOperator(node.spec, () => parts.tableOf(node.table), compiled, parts.chunks);
  },
};

/**
 * Joins a stream with a table that was read before: consumes the stream's batches, emits left columns then right columns (left ones only for leftSemi and
 * leftAnti), in the order of the stream's rows and, for each, of the table's. The table's columns come out as dictionaries whose codes are table rows, so that
 * grouping by them works on codes.
 *
 * Keeps the table and a hash table from its keys to its rows; nothing of the stream. Nulls match nothing unless the key is null-safe; NaN matches NaN and −0.0
 * matches 0.0.
 */
export class StaticJoinOperator implements Operator {
  readonly #spec: StaticJoinSpec;
  readonly #keeps: Keeps;
  /** Over the stream's columns, then the table's. */
  readonly #condition: RowCondition | null;
  readonly #chunks: ChunkSizes;
  readonly #tableNow: () => Batch;
  #table: Batch;
  #tableColumns: readonly Column[] = [];
  /** Of each of its columns: its texts by their places, where they recur. */
  #common: readonly (CommonEntries | null)[] = [];
  readonly #output: Schema;
  #index: TableIndex;
  readonly #pairs = new PairList();
  /** Of a full join: which rows of the table have a partner. */
  #partners: Uint8Array | null = null;

  constructor(spec: StaticJoinSpec, tableNow: () => Batch, condition: RowCondition | null, chunks: ChunkSizes) {
    this.#spec = spec;
    this.#keeps = keepsOf(spec);
    this.#condition = condition;
    this.#chunks = chunks;
    this.#output = schemaOf(spec.output);
    this.#tableNow = tableNow;
    this.#table = tableNow();
    this.#index = this.#build();
  }

  /** The index of the rows of the table. */
  #build(): TableIndex {
    const spec = this.#spec;
    const table = this.#table;
    this.#partners = spec.joinType === "full" ? new Uint8Array(table.length) : null;
    this.#tableColumns = table.columns.map((column) => plainColumn(column));
    this.#common = this.#tableColumns.map(commonEntries);
    const keyColumns = spec.keys.map(({ tableColumn }) => this.#tableColumns[tableColumn]!);
    return tableIndexOf(spec.keys, keyColumns, table.length);
  }

  begin(): void {
    const table = this.#tableNow();
    if (table !== this.#table) {
      this.#table = table;
      this.#index = this.#build();
    }
    this.#partners?.fill(0);
  }

  process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return nothing;
    const slots = this.#spec.keys.length === 0 ? null : this.#slotsOf(batch);
    const simple = this.#index.isUnique && this.#condition === null && this.#keeps === "pairs";
    return simple && slots !== null ? this.#joinUnique(batch, slots) : this.#joinAll(batch, slots);
  }

  /** Of a full join: the rows of the table without a partner. */
  *finish(): Iterable<Emission> {
    const partners = this.#partners;
    if (partners === null) return;
    const alone = new PairList();
    for (let row = 0; row < partners.length; row++) if (partners[row] === 0) alone.push(-1, row);
    const fields = this.#output.fields.slice(0, this.#output.fields.length - this.#tableColumns.length);
    const { emittedRows } = this.#chunks;
    const rows = alone.table.view();
    for (let from = 0; from < rows.length; from += emittedRows) {
      const some = rows.subarray(from, from + emittedRows);
      const columns = [
        ...fields.map(({ type }) => nullColumn(type, some.length)),
        ...this.#tableColumns.map((column) => takeColumn(column, some, some.length)),
      ];
      yield emission(batchOf(this.#output, columns, some.length));
    }
  }

  /** `slots`: the key of each row; null when every row goes with every row of the table. */
  *#joinAll(batch: Batch, slots: Int32Array | null): Iterable<Emission> {
    const pairs = this.#pairs;
    let from = 0;
    pairs.clear();
    for (let i = 0; i < batch.length; i++) {
      if (slots === null) for (let row = 0; row < this.#table.length; row++) pairs.push(i, row);
      else for (let row = this.#firstOf(slots[i]!); row >= 0; row = this.#index.next[row]!) pairs.push(i, row);
      if (pairs.count < this.#chunks.joinPairs) continue;
      yield* this.#joinRows(batch, from, i + 1);
      from = i + 1;
      pairs.clear();
    }
    if (from < batch.length) yield* this.#joinRows(batch, from, batch.length);
  }

  get memoryBytes(): number {
    return this.#index.memoryBytes;
  }

  /** The key slot of each row, −1 where the table has no such key. */
  #slotsOf(batch: Batch): Int32Array {
    return this.#index.placesOf(
      this.#spec.keys.map(({ streamColumn }) => batch.columns[streamColumn]!),
      batch.length,
    );
  }

  #firstOf(slot: number): number {
    return slot < 0 ? -1 : this.#index.first[slot]!;
  }

  /** At most one match a row, and nothing else to check. */
  #joinUnique(batch: Batch, slots: Int32Array): Iterable<Emission> {
    const pairs = this.#pairs;
    pairs.stream.reserve(batch.length);
    pairs.table.reserve(batch.length);
    const [stream, table] = [pairs.stream.values, pairs.table.values];
    const firstRow = this.#index.first;
    let count = 0;
    for (let i = 0; i < batch.length; i++) {
      const slot = slots[i]!;
      if (slot < 0) continue;
      stream[count] = i;
      table[count++] = firstRow[slot]!;
    }
    pairs.stream.count = count;
    pairs.table.count = count;
    return this.#emissions(batch, pairs);
  }

  /** Joins stream rows `from` to `to`, whose candidates are in `#pairs`. */
  #joinRows(batch: Batch, from: number, to: number): Iterable<Emission> {
    if (this.#keeps === "marked") return this.#markRows(batch, from, to);
    const candidates = this.#pairs;
    const matches = this.#matches(batch, candidates);
    const result = new PairList();
    const single = this.#spec.joinType === "single";
    let at = 0;
    for (let i = from; i < to; i++) {
      let matched = false;
      for (; at < candidates.count && candidates.stream.values[at] === i; at++) {
        if (!matches(at)) continue;
        const row = candidates.table.values[at]!;
        if (single && matched) throw new StreamingError("SCALAR_SUBQUERY_TOO_MANY_ROWS");
        if (this.#partners !== null) this.#partners[row] = 1;
        if (this.#keeps === "pairs" || this.#keeps === "pairsOrPadded") result.push(i, row);
        matched = true;
      }
      if (this.#keeps === "matched" ? matched : this.#keeps !== "pairs" && !matched) result.push(i, -1);
    }
    return this.#emissions(batch, result);
  }

  /** All stream rows, each with whether it has a partner. */
  #markRows(batch: Batch, from: number, to: number): Iterable<Emission> {
    const candidates = this.#pairs;
    const matches = this.#matches(batch, candidates);
    const values = new Uint8Array(to - from);
    let at = 0;
    for (let i = from; i < to; i++)
      for (; at < candidates.count && candidates.stream.values[at] === i; at++) if (matches(at)) values[i - from] = 1;
    const rows = sliceBatch(batch, from, to);
    const mark: Column = { type: types.boolean, encoding: "u8", length: to - from, nulls: null, values };
    return [emission(batchOf(this.#output, [...rows.columns, mark], to - from))];
  }

  #matches(batch: Batch, candidates: PairList): (pair: number) => boolean {
    if (this.#condition === null || candidates.count === 0) return () => true;
    return passes(this.#condition(this.#pairBatch(batch, candidates)));
  }

  /** Pairs as rows: the stream's columns, then the table's. */
  #pairBatch(batch: Batch, pairs: PairList): Batch {
    const columns = [...this.#streamColumns(batch, pairs), ...this.#dictionaries(pairs)];
    return batchOf(types.struct([...batch.schema.fields, ...this.#table.schema.fields]), columns, pairs.count);
  }

  #emissions(batch: Batch, pairs: PairList): readonly Emission[] {
    if (pairs.count === 0) return nothing;
    const stream = this.#streamColumns(batch, pairs);
    const { joinType, streamIsLeft } = this.#spec;
    const table = joinType === "leftSemi" || joinType === "leftAnti" ? [] : this.#dictionaries(pairs);
    const columns = streamIsLeft ? [...stream, ...table] : [...table, ...stream];
    return [emission(batchOf(this.#output, columns, pairs.count))];
  }

  #streamColumns(batch: Batch, { stream: { values, count } }: PairList): readonly Column[] {
    if (count === batch.length && isIdentity(values, count)) return batch.columns;
    return batch.columns.map((column) => takeBorrowed(column, values, count));
  }

  #dictionaries({ table: { values: table, count } }: PairList): Column[] {
    let nulls: Uint8Array | null = null;
    for (let j = 0; j < count; j++) if (table[j]! < 0) (nulls ??= new Uint8Array(count))[j] = 1;
    const codes = nulls === null ? table.subarray(0, count) : table.subarray(0, count).map((row) => Math.max(row, 0));
    return this.#tableColumns.map((column, i) => {
      const common = this.#common[i]!;
      const dictionary = common === null ? column : common.dictionary;
      const own = common === null ? codes : codesAt(common.codes, codes);
      return { type: column.type, encoding: "dictionary", length: count, nulls, codes: own, dictionary };
    });
  }
}

function keepsOf({ joinType, streamIsLeft }: StaticJoinSpec): Keeps {
  if (joinType === "inner" || joinType === "cross") return "pairs";
  if (joinType === "leftSemi" && streamIsLeft) return "matched";
  if (joinType === "leftAnti" && streamIsLeft) return "unmatched";
  if (streamIsLeft && joinType === "mark") return "marked";
  if (streamIsLeft && (joinType === "full" || joinType === "single")) return "pairsOrPadded";
  assert(joinType === (streamIsLeft ? "left" : "right"), `a ${joinType} join cannot keep the rows of the table`);
  return "pairsOrPadded";
}

function codesAt(codes: Int32Array, rows: Int32Array): Int32Array {
  const own = new Int32Array(rows.length);
  for (let j = 0; j < rows.length; j++) own[j] = codes[rows[j]!]!;
  return own;
}

function isIdentity(rows: Int32Array, count: number): boolean {
  for (let j = 0; j < count; j++) if (rows[j] !== j) return false;
  return true;
}

/** Rows of a column that is borrowed anyway: strings stay views of the same bytes. */
function takeBorrowed(column: Column, rows: Int32Array, count: number): Column {
  if (column.encoding !== "view") return takeColumn(column, rows, count);
  const starts = new Int32Array(count);
  const lengths = new Int32Array(count);
  const nulls = column.nulls === null ? null : new Uint8Array(count);
  for (let j = 0; j < count; j++) {
    const row = rows[j]!;
    starts[j] = column.starts[row]!;
    lengths[j] = column.lengths[row]!;
    if (nulls !== null) nulls[j] = column.nulls![row]!;
  }
  return { type: column.type, encoding: "view", length: count, nulls, data: column.data, starts, lengths };
}
