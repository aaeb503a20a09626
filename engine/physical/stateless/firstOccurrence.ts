import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { types } from "../../arrow/types.js";
import { passes } from "../../expression/aggregates/filter.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** Rows, each with whether it is the first with its values in some columns: what aggregates over distinct values fold. */
export interface FirstOccurrenceNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "firstOccurrence";
  readonly sets: readonly DistinctColumns[];
  readonly input: Plan;
}

export interface DistinctColumns {
  readonly columns: readonly number[];
  /** Only rows for which this column is true count; null: all. */
  readonly filter: number | null;
}

export const firstOccurrence: OperatorFacts<FirstOccurrenceNode> = {
  kind: "firstOccurrence",
  ...oneInput,
  ...stateless,
  gathers: () => true,
  ...noExpressions,
  explain: ({ sets, input }) => {
    const texts = sets.map(({ columns }) => `[${columns.map((column) => input.output[column]!.name).join(", ")}]`);
    return `FirstOccurrence ${texts.join(", ")}`;
  },
  make: (node) => new FirstOccurrenceOperator(node),
};

/**
 * Marks the first row of each distinct key, for DISTINCT in the aggregates of a bounded table. Consumes batches, emits them with a boolean column for each set
 * of key columns; keeps the keys that it saw until the next `begin`.
 *
 * Invariant: of the rows with one key that pass the set's filter, exactly the first is marked.
 */
export class FirstOccurrenceOperator implements Operator {
  readonly #node: FirstOccurrenceNode;
  readonly #keys: readonly PackedKeys[];
  #tables: readonly KeyedTable[] = [];

  constructor(node: FirstOccurrenceNode) {
    this.#node = node;
    this.#keys = node.sets.map((set) => new PackedKeys(layoutOf(this.#types(set))));
  }

  begin(): void {
    this.#tables = this.#node.sets.map((set) => new KeyedTable(layoutOf(this.#types(set))));
  }

  *process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return;
    const marks = this.#node.sets.map((set, i) => this.#mark(set, i, batch));
    yield emission(batchOf(schemaOf(this.#node.output), [...batch.columns, ...marks], batch.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }

  #types({ columns }: DistinctColumns) {
    return columns.map((column) => this.#node.input.output[column]!.type);
  }

  #mark({ columns, filter }: DistinctColumns, set: number, batch: Batch): Column {
    const keys = this.#keys[set]!;
    keys.pack(
      columns.map((column) => batch.columns[column]!),
      batch.length,
    );
    const rows = filter === null ? null : passing(batch.columns[filter]!, batch.length);
    const table = this.#tables[set]!;
    table.lookupOrInsert(keys, rows, rows === null ? batch.length : rows.length);
    const values = new Uint8Array(batch.length);
    const { insertedRows } = table;
    for (let j = 0; j < insertedRows.count; j++) values[insertedRows.values[j]!] = 1;
    return { type: types.boolean, encoding: "u8", length: batch.length, nulls: null, values };
  }
}

function passing(filter: Column, length: number): Int32Array {
  const passed = passes(filter);
  const rows = new Int32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) if (passed(i)) rows[count++] = i;
  return rows.subarray(0, count);
}
