import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { columnFromValues, concatBatches, retainBatch, takeColumn } from "../../arrow/columns.js";
import { types, type Schema } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { Attribute } from "../../expression/expression.js";
import { changeTypes } from "../../plan/changes/changeColumn.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { signsOf } from "../stateful/signs.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";

/** The end of a query in output mode `changes`. */
export interface ChangeRowsNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "changeRows";
  /** The column of the input that says 1 or −1; null where every row is new. */
  readonly change: Attribute | null;
  /** The columns that identify a row, by id; null where none are known. */
  readonly keys: readonly number[] | null;
  /** Whether the row before an update is left out. */
  readonly upserts: boolean;
  readonly columns: readonly Attribute[];
  readonly input: Plan;
}

export const changeRows: OperatorFacts<ChangeRowsNode> = {
  kind: "changeRows",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: ({ change }) => change !== null,
  explain: ({ change, keys, columns, upserts }) => {
    if (change === null) return "ChangeRows insert";
    if (keys === null) return "ChangeRows insert, delete";
    const names = columns.filter(({ id }) => keys.includes(id)).map(({ name }) => name);
    return `ChangeRows insert, ${upserts ? "" : "update_preimage, "}update_postimage, delete by [${names.join(", ")}]`;
  },
  make: (node, { chunks }) =>
    node.change === null ? new NewRowsOperator(node) : new ChangeRowsOperator(node, node.change, chunks.emittedRows),
};

const kinds = columnFromValues(types.string, [...changeTypes]);
const [insert, preimage, postimage, deleted] = [0, 1, 2, 3] as const;

function kindColumn(codes: Int32Array): Column {
  return { type: types.string, encoding: "dictionary", length: codes.length, nulls: null, codes, dictionary: kinds };
}

/** Consumes rows of which all are new, emits them as inserts; keeps nothing. */
class NewRowsOperator implements Operator {
  readonly #schema: Schema;

  constructor({ output }: ChangeRowsNode) {
    this.#schema = schemaOf(output);
  }

  begin(): void {}

  *process({ columns, length }: Batch): Iterable<Emission> {
    if (length > 0) yield emission(batchOf(this.#schema, [...columns, kindColumn(new Int32Array(length))], length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}

/** Of every row that is not like an earlier one how much more often it came than it went, 0 of the others; and these rows in the order in which they come out. */
interface Counts {
  readonly ofRows: Int32Array;
  readonly order: Int32Array;
}

/** The rows of a batch that remain, and under which kinds. */
interface Net {
  readonly rows: IntList;
  readonly kinds: IntList;
}

/**
 * Consumes rows with 1 and −1 and keeps them until the batch ends; then emits what they come to: a row that was taken back as often as it came is nothing. Where
 * the result has a key, the row that goes and the row that comes under one key are an update, the old one directly before the new one (and left out where the sink takes rows by key); without a key rows
 * go (`delete`) before others come (`insert`). Keys, and rows without one, are in the order of their hashes, whatever their partitions and the order in which they came.
 *
 * Invariant: what it emitted since the query began, applied in order, is the result; none of it contradicts what came before.
 */
class ChangeRowsOperator implements Operator {
  readonly #input: Schema;
  readonly #output: Schema;
  readonly #rows: readonly number[];
  readonly #change: number;
  readonly #keys: readonly number[] | null;
  readonly #upserts: boolean;
  readonly #emittedRows: number;
  readonly #packedRows: PackedKeys;
  readonly #packedKeys: PackedKeys;
  readonly #sorter = new HashSorter();
  #parts: Batch[] = [];

  constructor({ input, output, columns, keys, upserts }: ChangeRowsNode, change: Attribute, emittedRows: number) {
    this.#emittedRows = emittedRows;
    this.#upserts = upserts;
    const placeOf = (id: number): number => {
      const place = input.output.findIndex((column) => column.id === id);
      assert(place >= 0, "the input has the columns of the result");
      return place;
    };
    this.#rows = columns.map(({ id }) => placeOf(id));
    this.#change = placeOf(change.id);
    this.#keys = keys?.map(placeOf) ?? null;
    this.#input = schemaOf(input.output);
    this.#output = schemaOf(output);
    this.#packedRows = new PackedKeys(this.#layoutOf(this.#rows));
    this.#packedKeys = new PackedKeys(this.#layoutOf(this.#keys ?? []));
  }

  begin(): void {
    this.#parts = [];
  }

  process(batch: Batch): Iterable<Emission> {
    if (batch.length > 0) this.#parts.push(retainBatch(batch));
    return nothing;
  }

  *finish(): Iterable<Emission> {
    if (this.#parts.length === 0) return;
    const all = concatBatches(this.#input, this.#parts);
    this.#parts = [];
    const { rows, kinds: codes } = this.#net(all);
    const columns = this.#rows.map((place) => all.columns[place]!);
    for (let from = 0; from < rows.count; from += this.#emittedRows) {
      const some = rows.values.subarray(from, Math.min(from + this.#emittedRows, rows.count));
      const taken = columns.map((column) => takeColumn(column, some, some.length));
      yield emission(batchOf(this.#output, [...taken, kindColumn(codes.values.slice(from, from + some.length))], some.length));
    }
  }

  #layoutOf(places: readonly number[]) {
    return layoutOf(places.map((place) => this.#input.fields[place]!.type));
  }

  #net(all: Batch): Net {
    const counts = this.#counts(all);
    return this.#keys === null ? withoutKey(counts) : this.#byKey(all, this.#keys, counts.ofRows);
  }

  #counts(all: Batch): Counts {
    const table = new KeyedTable(this.#layoutOf(this.#rows));
    this.#packedRows.pack(
      this.#rows.map((place) => all.columns[place]!),
      all.length,
    );
    const slots = table.lookupOrInsert(this.#packedRows, null, all.length);
    const firstRow = new Int32Array(table.slotLimit);
    const { inserted, insertedRows } = table;
    for (let j = 0; j < inserted.count; j++) firstRow[inserted.values[j]!] = insertedRows.values[j]!;
    const counts = new Int32Array(all.length);
    const signs = signsOf(all.columns[this.#change]!);
    for (let row = 0; row < all.length; row++) counts[firstRow[slots[row]!]!]! += signs[row]!;
    return { ofRows: counts, order: this.#byHash(table).map((slot) => firstRow[slot]!) };
  }

  #byKey(all: Batch, keys: readonly number[], counts: Int32Array): Net {
    const table = new KeyedTable(this.#layoutOf(keys));
    this.#packedKeys.pack(
      keys.map((place) => all.columns[place]!),
      all.length,
    );
    const slots = table.lookupOrInsert(this.#packedKeys, null, all.length);
    const goes = new Int32Array(table.slotLimit).fill(-1);
    const comes = new Int32Array(table.slotLimit).fill(-1);
    for (let row = 0; row < all.length; row++) {
      const count = counts[row]!;
      if (count === 0) continue;
      const places = count < 0 ? goes : comes;
      assert(Math.abs(count) === 1 && places[slots[row]!] === -1, "one row a key is there before a batch, and one after it");
      places[slots[row]!] = row;
    }
    const net: Net = { rows: new IntList(all.length), kinds: new IntList(all.length) };
    for (const slot of this.#byHash(table)) {
      const [old, now] = [goes[slot]!, comes[slot]!];
      if (old >= 0 && !(this.#upserts && now >= 0)) add(net, old, now >= 0 ? preimage : deleted);
      if (now >= 0) add(net, now, old >= 0 ? postimage : insert);
    }
    return net;
  }

  /** What a table has, in an order that depends on nothing else. */
  #byHash(table: KeyedTable): Int32Array {
    const slots = table.inserted.view().slice();
    this.#sorter.sort(slots, slots.length, table.hashes, null, (a, b) => table.compareKeys(a, b));
    return slots;
  }
}

function withoutKey({ ofRows, order }: Counts): Net {
  const net: Net = { rows: new IntList(order.length), kinds: new IntList(order.length) };
  for (const row of order) for (let n = ofRows[row]!; n < 0; n++) add(net, row, deleted);
  for (const row of order) for (let n = ofRows[row]!; n > 0; n--) add(net, row, insert);
  return net;
}

function add({ rows, kinds: codes }: Net, row: number, kind: number): void {
  rows.push(row);
  codes.push(kind);
}
