import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { AggregateCall, WindowFrame } from "../../expression/expression.js";
import type { SortKey } from "./rowOrder.js";

/** What functions OVER windows need bound. Plain data. */
export interface WindowSpec {
  /** The columns of which a partition has the same values. */
  readonly partition: readonly number[];
  readonly order: readonly SortKey[];
  readonly calls: readonly BoundWindowCall[];
}

export interface BoundWindowCall {
  readonly name: string;
  /** Its arguments, as columns of the input. */
  readonly args: readonly number[];
  /** The values of those of the arguments that are constants. */
  readonly constants: readonly Value[];
  readonly filter: number | null;
  readonly frame: WindowFrame;
  readonly ignoreNulls: boolean;
  readonly type: DataType;
  /** The aggregate function that it is; null for a function of places (row_number, lag …). */
  readonly aggregate: AggregateCall | null;
}
