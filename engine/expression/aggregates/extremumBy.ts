import { plainColumn, readValue } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import type { AggregateCall, Expression } from "../expression.js";
import { StreamingError } from "../../errors/streamingError.js";
import { describeCall } from "../types/describe.js";
import { typeOf } from "../types/typeOf.js";
import type { AggregateFunction, AggregateInput, ColumnAccumulator, GroupedRows } from "./aggregateFunction.js";
import { Cells, CellSource } from "../../state/cells.js";
import { IntList } from "../../state/intList.js";
import { SlotColumns } from "../../state/slotColumns.js";
import { compareValues } from "../../values/compare.js";
import { passes } from "./filter.js";
import { anything, isNumber, orderable } from "./inputs.js";
import { TopByAccumulator } from "./topBy.js";

/** The value (null or not) of the row with the smallest or largest order; of equal ones the last. Rows without an order do not count. */
class ExtremumByAccumulator implements ColumnAccumulator {
  readonly kind = "column";
  readonly stateFields: readonly Field[];
  readonly #orderType: DataType;
  readonly #sign: 1 | -1;
  readonly #value: SlotColumns;
  readonly #order: Cells;

  constructor(type: DataType, orderType: DataType, which: "min" | "max") {
    this.#orderType = orderType;
    this.#sign = which === "min" ? 1 : -1;
    this.#value = new SlotColumns([type]);
    this.#order = new Cells(orderType);
    this.stateFields = [field("value", type), field("order", orderType)];
  }

  reserve(capacity: number): void {
    this.#value.reserve(capacity);
    this.#order.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#value.clear(slots, count);
    this.#order.clear(slots, count);
  }

  update({ slots, rows, count }: GroupedRows, [values, orders]: readonly Column[], filter: Column | null): void {
    const writtenSlots = new IntList();
    const writtenRows = new IntList();
    const plainOrders = plainColumn(orders!);
    const order = new CellSource(plainOrders);
    const passing = passes(filter);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      if (order.isNull(row) || !passing(row)) continue;
      const slot = slots[j]!;
      const held = this.#order.value(slot);
      if (held !== null && compareValues(readValue(plainOrders, row), held, this.#orderType) * this.#sign > 0) continue;
      order.load(row);
      this.#order.set(slot, order.data, order.start, order.length);
      writtenSlots.push(slot);
      writtenRows.push(row);
    }
    this.#value.write([values!], writtenSlots.values, writtenRows.values, writtenSlots.count);
  }

  merge(rows: GroupedRows, state: readonly Column[]): void {
    this.update(rows, state, null);
  }

  save(slots: Int32Array, count: number): Column[] {
    return [...this.#value.gather(slots, count), this.#order.column(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    return this.#value.gather(slots, count)[0]!;
  }

  get memoryBytes(): number {
    return this.#value.bytes + this.#order.bytes;
  }
}

/** How many rows: a constant. */
const howManyInput: AggregateInput = {
  required: '"INT"',
  coerce: (type) => (isNumber(type) || ["decimal", "string", "null"].includes(type.kind) ? types.int : null),
};

const most = 100_000;

function howMany(name: string, args: readonly Expression[]): number {
  const given = args[2]!;
  const k = given.kind === "literal" ? ((given.value as number | null) ?? 0) : 0;
  if (k >= 1 && k <= most) return k;
  throw new StreamingError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {
    sqlExpr: `"${describeCall(name, args)}"`,
    exprName: "`k`",
    valueRange: `[1, ${most}]`,
    currentValue: String(k),
  });
}

function extremumBy(which: "min" | "max"): AggregateFunction {
  return {
    name: `${which}_by`,
    aliases: [],
    doc: `The first argument's value in the row with the ${which === "min" ? "smallest" : "largest"} second argument; with a number as third argument those of as many rows.`,
    minArgs: 2,
    maxArgs: 3,
    inputs: [anything, orderable, howManyInput],
    constantArgs: [2],
    orderDependent: true,
    resultType: ([type, , k]) => (k === undefined ? type! : types.array(type!)),
    nullable: () => true,
    accumulator: ({ args }: AggregateCall) => {
      const [type, orderType] = [typeOf(args[0]!), typeOf(args[1]!)];
      if (args[2] === undefined) return new ExtremumByAccumulator(type, orderType, which);
      return new TopByAccumulator(type, orderType, which, howMany(`${which}_by`, args));
    },
  };
}

export const minBy = extremumBy("min");
export const maxBy = extremumBy("max");
