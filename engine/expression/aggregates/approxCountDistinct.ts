import { columnFromValues, plainColumn, readValue } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import { Cells, CellSource } from "../../state/cells.js";
import { addressBits, estimateOf, takeHash } from "../../values/hyperLogLog.js";
import { hashValue, xxHash } from "../../values/sparkHash.js";
import type { AggregateCall, Expression } from "../expression.js";
import { typeOf } from "../types/typeOf.js";
import type { AggregateFunction, AggregateInput, ColumnAccumulator, GroupedRows } from "./aggregateFunction.js";
import { passes } from "./filter.js";
import { anything } from "./inputs.js";

/** How many different values a group has, about: a register a byte, from the first value on. Nulls do not count. */
class ApproxCountDistinctAccumulator implements ColumnAccumulator {
  readonly kind = "column";
  readonly stateFields: readonly Field[] = [field("registers", types.binary)];
  readonly #type: DataType;
  readonly #bits: number;
  readonly #none: Uint8Array;
  readonly #registers = new Cells(types.binary);

  constructor(type: DataType, bits: number) {
    this.#type = type;
    this.#bits = bits;
    this.#none = new Uint8Array(2 ** bits);
  }

  reserve(capacity: number): void {
    this.#registers.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#registers.clear(slots, count);
  }

  update({ slots, rows, count }: GroupedRows, [values]: readonly Column[], filter: Column | null): void {
    const plain = plainColumn(values!);
    const passing = passes(filter);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      if (!passing(row)) continue;
      const value = readValue(plain, row);
      if (value === null) continue;
      const start = this.#placeOf(slots[j]!);
      takeHash(this.#registers.data, start, this.#bits, hashValue(value, this.#type, 42n, xxHash));
    }
  }

  merge({ slots, rows, count }: GroupedRows, [saved]: readonly Column[]): void {
    const source = new CellSource(saved!);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      if (source.isNull(row)) continue;
      source.load(row);
      assert(source.length === this.#none.length, "registers of one aggregate are as many everywhere");
      const start = this.#placeOf(slots[j]!);
      const { data } = this.#registers;
      for (let i = 0; i < source.length; i++) {
        const theirs = source.data[source.start + i]!;
        if (theirs > data[start + i]!) data[start + i] = theirs;
      }
    }
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.#registers.column(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    const estimates = Array.from({ length: count }, (_, j) => {
      const slot = slots[j]!;
      if (this.#registers.lengthOf(slot) < 0) return 0n;
      return BigInt(estimateOf(this.#registers.data, this.#registers.startOf(slot), this.#bits));
    });
    return columnFromValues(types.long, estimates);
  }

  get memoryBytes(): number {
    return this.#registers.bytes;
  }

  /** Where the registers of a slot begin, which are made when it has none. */
  #placeOf(slot: number): number {
    if (this.#registers.lengthOf(slot) < 0) this.#registers.set(slot, this.#none, 0, this.#none.length);
    return this.#registers.startOf(slot);
  }
}

/** The largest standard deviation of the estimate, relative to what it estimates: a constant with a fraction. */
const errorInput: AggregateInput = {
  required: () => new StreamingError("SECOND_ARGUMENT_NOT_DOUBLE_LITERAL", {}),
  coerce: (type) => (type.kind === "double" || type.kind === "decimal" ? types.double : null),
};

const defaultError = 0.05;

function bitsOf(error: Expression | undefined): number {
  if (error !== undefined && error.kind !== "literal") throw new StreamingError("SECOND_ARGUMENT_NOT_DOUBLE_LITERAL", {});
  const bits = addressBits((error?.value as number | null | undefined) ?? defaultError);
  if (bits >= 4 && bits <= mostBits) return bits;
  throw new StreamingError("FAILED_FUNCTION_CALL", {
    funcName: "`approx_count_distinct`",
    reason: bits < 4 ? "its error is at most 0.39" : `its error is at least ${(1.106 / 2 ** (mostBits / 2)).toPrecision(2)}`,
  });
}

/** 16 MiB a group. */
const mostBits = 24;

export const approxCountDistinct: AggregateFunction = {
  name: "approx_count_distinct",
  aliases: [],
  doc: "How many different values there are, nulls aside, about: by HyperLogLog++, with an error (0.05 where none is given) that is a constant.",
  minArgs: 1,
  maxArgs: 2,
  inputs: [anything, errorInput],
  constantArgs: [],
  orderDependent: false,
  resultType: () => types.long,
  nullable: () => false,
  accumulator: ({ args }: AggregateCall) => new ApproxCountDistinctAccumulator(typeOf(args[0]!), bitsOf(args[1])),
};
