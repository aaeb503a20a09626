import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { buffers } from "../../arrow/buffers.js";
import { fixedColumn } from "../../arrow/encodings.js";
import { sliceColumn } from "../../arrow/slice.js";
import { plainColumn, takeColumn } from "../../arrow/columns.js";
import { types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";
import type { GeneratorSpec } from "./generateSpec.js";
import { stackedColumns } from "./stack.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** explode and its family: the rows that a generator makes of each row. */
export interface GenerateNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "generate";
  readonly generator: GeneratorSpec;
  readonly input: Plan;
}

export const generate: OperatorFacts<GenerateNode> = {
  kind: "generate",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ generator, input }) => {
    const names = generator.columns.map((column) => input.output[column]!.name);
    return `Generate ${generator.kind}${generator.outer ? " outer" : ""} [${names.join(", ")}]`;
  },
  make: (node, { chunks }) => new GenerateOperator(node.generator, schemaOf(node.output), chunks),
};

/** Of each row that is generated: the row of the input, and what is generated from it (an element, or a place among the rows of `stack`; −1: nulls). */
interface GeneratedRows {
  readonly rows: Int32Array;
  readonly elements: Int32Array;
  /** The place within its row, from 0; −1 for the row of an outer generator that has nothing to give. */
  readonly positions: Int32Array;
  count: number;
}

/**
 * explode and its family: consumes batches, emits the repeated columns of the input and behind them the generated ones, once for each element; an outer
 * generator gives one row of nulls where there is none. Keeps nothing from batch to batch.
 *
 * Invariant: rows come out in the order of the input's rows, and of the elements within each; never more than a chunk of them at once, however long one
 * array is. What is repeated is not copied but pointed at, except for numbers.
 */
export class GenerateOperator implements Operator {
  readonly #spec: GeneratorSpec;
  readonly #schema: Schema;
  readonly #room: number;
  #made: GeneratedRows | null = null;

  /** `schema`: the repeated columns and the generated ones. */
  constructor(spec: GeneratorSpec, schema: Schema, chunks: ChunkSizes) {
    this.#spec = spec;
    this.#schema = schema;
    this.#room = chunks.emittedRows;
  }

  begin(): void {}

  *process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return;
    const args = this.#spec.columns.map((column) => plainColumn(batch.columns[column]!));
    const made = (this.#made ??= allocated(this.#room));
    made.count = 0;
    if (this.#spec.kind === "stack") yield* this.#stack(batch, args, this.#spec.rows, made);
    else yield* this.#explode(batch, args[0]!, made);
  }

  finish(): Iterable<Emission> {
    return nothing;
  }

  *#explode(batch: Batch, collection: Column, made: GeneratedRows): Iterable<Emission> {
    const { rows, elements, positions } = made;
    const isOuter = this.#spec.outer;
    for (let row = 0; row < batch.length; row++) {
      let element = startOf(collection, row);
      let end = endOf(collection, row);
      const present = element < end;
      if (!present && isOuter) end = element + 1;
      for (let position = 0; element < end; element++, position++) {
        if (made.count === this.#room) {
          yield this.#emission(batch, collection, made);
          made.count = 0;
        }
        rows[made.count] = row;
        elements[made.count] = present ? element : -1;
        positions[made.count++] = present ? position : -1;
      }
    }
    if (made.count > 0) yield this.#emission(batch, collection, made);
  }

  *#stack(batch: Batch, args: readonly Column[], rowsOfRow: number, made: GeneratedRows): Iterable<Emission> {
    const width = this.#schema.fields.length - this.#spec.repeated.length;
    for (let row = 0; row < batch.length; row++) {
      for (let place = 0; place < rowsOfRow; place++) {
        if (made.count === this.#room) {
          yield this.#rowsOf(batch, made, stackedColumns(args, width, made));
          made.count = 0;
        }
        made.rows[made.count] = row;
        made.elements[made.count++] = place;
      }
    }
    if (made.count > 0) yield this.#rowsOf(batch, made, stackedColumns(args, width, made));
  }

  #emission(batch: Batch, collection: Column, made: GeneratedRows): Emission {
    const { elements, positions, count } = made;
    const first = elements[0]!;
    const isRun = isAscendingRun(elements, count);
    const taken = (column: Column): Column =>
      isRun ? sliceColumn(plainColumn(column), first, first + count) : takeColumn(column, elements, count);
    const columns = elementColumns(this.#spec.kind, collection, made).map(taken);
    return this.#rowsOf(batch, made, this.#spec.kind === "posexplode" ? [positionColumn(positions, count), ...columns] : columns);
  }

  #rowsOf(batch: Batch, { rows, count }: GeneratedRows, generated: readonly Column[]): Emission {
    const repeated = this.#spec.repeated.map((column) => repeatedColumn(batch.columns[column]!, rows, count));
    return emission(batchOf(this.#schema, [...repeated, ...generated], count));
  }
}

/** Whether the elements lie one behind the other, as those of lists without a gap do: they need no copy. */
function isAscendingRun(elements: Int32Array, count: number): boolean {
  const first = elements[0]!;
  if (first < 0 || elements[count - 1]! - first !== count - 1) return false;
  for (let j = 1; j < count; j++) if (elements[j] !== first + j) return false;
  return true;
}

function allocated(room: number): GeneratedRows {
  return { rows: new Int32Array(room), elements: new Int32Array(room), positions: new Int32Array(room), count: 0 };
}

/** The first element of a row; of a null, which has none, where it ends too. */
function startOf(collection: Column, row: number): number {
  return collection.encoding === "list" || collection.encoding === "map" ? collection.offsets[row]! : 0;
}

/** Behind the last element of a row. */
function endOf(collection: Column, row: number): number {
  if (collection.encoding !== "list" && collection.encoding !== "map") return 0;
  return collection.nulls !== null && collection.nulls[row] !== 0 ? collection.offsets[row]! : collection.offsets[row + 1]!;
}

/** The columns that hold the elements of a collection. Elements that are null structs are marked as taken from nowhere. */
function elementColumns(kind: GeneratorSpec["kind"], collection: Column, made: GeneratedRows): readonly Column[] {
  if (collection.encoding === "map") return [collection.keys, collection.values];
  if (collection.encoding !== "list") {
    const { type } = collection;
    if (type.kind === "map") return [emptyColumn(type.key), emptyColumn(type.value)];
    const element = type.kind === "array" ? type.element : types.null;
    return kind === "inline" && element.kind === "struct" ? element.fields.map((f) => emptyColumn(f.type)) : [emptyColumn(element)];
  }
  if (kind !== "inline") return [collection.element];
  const structs = plainColumn(collection.element);
  const { type } = structs;
  if (structs.encoding !== "struct") return type.kind === "struct" ? type.fields.map((f) => emptyColumn(f.type, structs.length)) : [];
  if (structs.nulls !== null) {
    for (let i = 0; i < made.count; i++) if (made.elements[i]! >= 0 && structs.nulls[made.elements[i]!] !== 0) made.elements[i] = -1;
  }
  return structs.children;
}

function emptyColumn(type: Column["type"], length = 0): Column {
  return { type, encoding: "constant", length, nulls: null, value: { type, encoding: "null", length: 1, nulls: null } };
}

function positionColumn(positions: Int32Array, count: number): Column {
  const values = buffers.int32(count);
  let nulls: Uint8Array | null = null;
  for (let i = 0; i < count; i++) {
    values[i] = positions[i]!;
    if (positions[i]! < 0) (nulls ??= buffers.bytes(count))[i] = 1;
  }
  return fixedColumn(types.int, "i32", values, count, nulls);
}

/** Rows of a column of the input, ascending and each maybe often: numbers are copied, of the rest the entries stay where they are. */
function repeatedColumn(column: Column, rows: Int32Array, count: number): Column {
  if (column.encoding === "constant" || column.encoding === "dictionary" || "values" in column) return takeColumn(column, rows, count);
  const first = rows[0]!;
  const dictionary = sliceColumn(column, first, rows[count - 1]! + 1);
  const codes = buffers.int32(count);
  for (let i = 0; i < count; i++) codes[i] = rows[i]! - first;
  return { type: column.type, encoding: "dictionary", length: count, nulls: null, codes, dictionary };
}
