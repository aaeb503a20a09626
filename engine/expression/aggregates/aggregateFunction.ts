import type { Column } from "../../arrow/column.js";
import type { StreamingError } from "../../errors/streamingError.js";
import type { DataType, Field } from "../../arrow/types.js";
import type { AggregateCall, Expression } from "../expression.js";
import type { EvalMode } from "../../values/evalMode.js";
import type { Loop } from "../../state/loop.js";

/**
 * One entry of the table of aggregate functions. Everything the engine knows of an aggregate hangs on its entry: adding one is adding an entry.
 */
export interface AggregateFunction {
  readonly name: string;
  readonly aliases: readonly string[];
  /** One line for the page of functions. */
  readonly doc: string;
  readonly minArgs: number;
  /** `Infinity` when it takes any number. */
  readonly maxArgs: number;
  /** What each argument may be; the last entry holds for all further ones. Empty when it takes anything. */
  readonly inputs: readonly AggregateInput[];
  /** Set when the name fixes the mode (`try_sum`); else the session's (`ansi` or `legacy`) holds. */
  readonly evalMode?: EvalMode;
  /** Positions of arguments that must be constants (`first(x, true)`). */
  readonly constantArgs: readonly number[];
  /** Whether the answer may depend on the order in which rows arrive (law 1's exceptions). */
  readonly orderDependent: boolean;
  /** The type of the result. `argTypes` are those after coercion. */
  resultType(argTypes: readonly DataType[]): DataType;
  /** Whether the result may be null. */
  nullable(args: readonly boolean[]): boolean;
  /** The running values of a call, for all groups. The call is resolved: its arguments are of the types that `inputs` asks for. */
  accumulator(call: AggregateCall): Accumulator;
}

/** What an argument may be. */
export interface AggregateInput {
  /** As Spark's DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE names it in `requiredType`; or another refusal than that. */
  readonly required: string | ((name: string, args: readonly Expression[], type: DataType) => StreamingError);
  /** The type that an argument of type `type` is cast to (itself when it fits); null when it does not fit. */
  coerce(type: DataType, ansi: boolean): DataType | null;
}

/** Rows and the groups they belong to: entry j is row `rows[j]` (row j when `rows` is null) of group `slots[j]`. */
export interface GroupedRows {
  readonly slots: Int32Array;
  readonly rows: Int32Array | null;
  readonly count: number;
}

/**
 * The running values of one aggregate for all groups: lanes indexed by a group's slot. The operator owns the slots; a slot that it hands out anew is
 * cleared first.
 *
 * Inline accumulators give the text of their step, so that one generated loop folds a batch into all of them; the others (variable-width values)
 * take a column at a time.
 */
export type Accumulator = InlineAccumulator | ColumnAccumulator;

interface AccumulatorBase {
  /** The columns that hold a group's running value in deltas and snapshots. */
  readonly stateFields: readonly Field[];
  /** Makes room for the slots below `capacity`. */
  reserve(capacity: number): void;
  /** Puts the slots into the state of a group without rows. */
  clear(slots: Int32Array, count: number): void;
  /** One column a state field, of the groups at the slots. */
  save(slots: Int32Array, count: number): Column[];
  /** The result of each group. */
  finish(slots: Int32Array, count: number): Column;
  readonly memoryBytes: number;
}

export interface InlineAccumulator extends AccumulatorBase {
  readonly kind: "inline";
  /** Statements that fold row `i` of the arguments into slot `s`. */
  update(args: readonly Column[], loop: Loop): string;
  /** Statements that fold the saved value in row `i` of the state columns into slot `s`. Merging into a cleared slot restores the value bit for bit. */
  merge(state: readonly Column[], loop: Loop): string;
  /**
   * The state columns of all slots, by slot, where the lanes hold them as they are: what is merged need not be gathered then. Borrowed until the next row or slot.
   * Costs as much as there are slots. Null when a lane holds something else.
   */
  view?(): Column[] | null;
}

export interface ColumnAccumulator extends AccumulatorBase {
  readonly kind: "column";
  update(rows: GroupedRows, args: readonly Column[], filter: Column | null): void;
  merge(rows: GroupedRows, state: readonly Column[]): void;
}
