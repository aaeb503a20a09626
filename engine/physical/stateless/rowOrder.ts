import type { Batch } from "../../arrow/batch.js";
import type { Column, Nulls } from "../../arrow/column.js";
import { plainColumn, readValue } from "../../arrow/columns.js";
import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { Cache } from "../../codegen/cache.js";
import { compileCached } from "../../codegen/compileFunction.js";
import { compareBytes } from "../../state/cells.js";
import { compareValues } from "../../values/compare.js";

/** A column to sort by. */
export interface SortKey {
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** The order of two rows: negative, zero or positive. */
export type RowOrder = (a: number, b: number) => number;

/** A key's values as the comparison reads them. */
export interface Prepared {
  /** `number`: elements of a typed array; `float`: the same, NaN among them; `call`: a function compares the rows, which are not null. */
  readonly form: "number" | "float" | "call";
  readonly data: ArrayLike<number | bigint> | RowOrder;
  readonly nulls: Nulls;
}

/** Compares rows of a batch by keys: one function made for their encodings. Equal rows are 0. */
export function rowOrder(keys: readonly SortKey[], batch: Batch): RowOrder {
  const prepared = keys.map(({ column }) => prepare(batch.columns[column]!));
  const make = comparerOf(keys, prepared);
  return make(
    prepared.map(({ data }) => data),
    prepared.map(({ nulls }) => nulls),
  );
}

type Make = (data: readonly Prepared["data"][], nulls: readonly Nulls[]) => RowOrder;

const comparers = new Cache<Make>(256);

function comparerOf(keys: readonly SortKey[], prepared: readonly Prepared[]): Make {
  const locals = keys.map((_, i) => `const v${i} = data[${i}], n${i} = nulls[${i}];`).join("\n");
  const steps = keys.map((key, i) => step(key, prepared[i]!, i)).join("\n");
  const body = `${locals}\nreturn (a, b) => {\n${steps}\nreturn 0;\n};`;
  return compileCached(comparers, { name: "rowOrder", parameters: ["data", "nulls"], body });
}

/** Statements that return when the key tells the rows apart. */
function step({ descending, nullsFirst }: SortKey, { form, nulls }: Prepared, i: number): string {
  const [less, more] = descending ? [1, -1] : [-1, 1];
  const numbers = `const l = v${i}[a], r = v${i}[b];\nif (l < r) return ${less};\nif (l > r) return ${more};`;
  const float = `${numbers}\nif (l !== r) {\nif (r === r) return ${more};\nif (l === l) return ${less};\n}`;
  const call = `const order = v${i}(a, b);\nif (order !== 0) return ${descending ? "-order" : "order"};`;
  const compared = { number: numbers, float, call }[form];
  if (nulls === null) return `{\n${compared}\n}`;
  const first = nullsFirst ? [-1, 1] : [1, -1];
  return `if (n${i}[a] !== n${i}[b]) return n${i}[a] === 1 ? ${first[0]} : ${first[1]};\nif (n${i}[a] === 0) {\n${compared}\n}`;
}

export function prepare(column: Column): Prepared {
  if (column.encoding === "dictionary" && column.dictionary.length <= column.length) {
    const ranks = ranksOf(column.dictionary);
    const plain = plainNulls(column);
    return { form: "number", data: Int32Array.from(column.codes.subarray(0, column.length), (code) => ranks[code]!), nulls: plain };
  }
  const plain = plainColumn(column);
  const { type, nulls } = plain;
  switch (plain.encoding) {
    case "u8":
    case "i8":
    case "i16":
    case "i32":
    case "i64":
      return { form: "number", data: plain.values, nulls };
    case "f32":
    case "f64":
      return { form: type.kind === "double" || type.kind === "float" ? "float" : "number", data: plain.values, nulls };
    case "utf8": {
      const { data, offsets } = plain;
      const order: RowOrder = (a, b) =>
        compareBytes(data, offsets[a]!, offsets[a + 1]! - offsets[a]!, data, offsets[b]!, offsets[b + 1]! - offsets[b]!);
      return { form: "call", data: order, nulls };
    }
    case "view": {
      const { data, starts, lengths } = plain;
      return { form: "call", data: (a, b) => compareBytes(data, starts[a]!, lengths[a]!, data, starts[b]!, lengths[b]!), nulls };
    }
    default:
      return { form: "call", data: valueOrder(plain, type), nulls: plainNulls(plain) };
  }
}

/** The place of each entry of a dictionary among its values; equal entries share one. */
function ranksOf(dictionary: Column): Int32Array {
  const order = prepare(dictionary);
  const of: Value[] = Array.from({ length: dictionary.length }, (_, i) => readValue(dictionary, i));
  const compare = (a: number, b: number): number =>
    of[a] === null || of[b] === null ? Number(of[a] !== null) - Number(of[b] !== null) : compareValues(of[a]!, of[b]!, dictionary.type);
  const sorted = Int32Array.from({ length: dictionary.length }, (_, i) => i).toSorted(
    order.form === "call" && order.nulls === null ? (order.data as RowOrder) : compare,
  );
  const ranks = new Int32Array(dictionary.length);
  let rank = 0;
  for (let i = 1; i < sorted.length; i++) {
    if (compare(sorted[i - 1]!, sorted[i]!) !== 0) rank++;
    ranks[sorted[i]!] = rank;
  }
  return ranks;
}

/** The nulls of a column, those of its dictionary too. */
function plainNulls(column: Column): Nulls {
  if (column.encoding === "dictionary") {
    const { codes, dictionary, nulls, length } = column;
    const inside = plainNulls(dictionary);
    if (inside === null) return nulls;
    return Uint8Array.from({ length }, (_, i) => (nulls === null ? 0 : nulls[i]!) | (inside[codes[i]!] ?? 0));
  }
  return column.encoding === "null" ? new Uint8Array(column.length).fill(1) : column.nulls;
}

function valueOrder(column: Column, type: DataType): RowOrder {
  const values: Value[] = Array.from({ length: column.length }, (_, i) => readValue(column, i));
  return (a, b) => compareValues(values[a]!, values[b]!, type);
}
