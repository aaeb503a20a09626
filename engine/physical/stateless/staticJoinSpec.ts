import type { JoinType } from "../../plan/joinType.js";
import type { Attribute, Expression } from "../../expression/expression.js";

/** What a join of a stream with a table that was read before needs bound. Plain data. */
export interface StaticJoinSpec {
  /** Of left and right as written; `streamIsLeft` says which of the two the stream is. An outer or semi join keeps the stream's rows only. */
  readonly joinType: JoinType;
  readonly streamIsLeft: boolean;
  /** Pairs of columns that must be equal. */
  readonly keys: readonly EquiKey[];
  /** What else must hold of a pair, over the stream's columns and then the table's; whoever makes the operator compiles it. */
  readonly condition: Expression | null;
  /** Left columns, then right columns; left columns only for leftSemi and leftAnti. */
  readonly output: readonly Attribute[];
}

export interface EquiKey {
  readonly streamColumn: number;
  readonly tableColumn: number;
  /** `<=>`: null equals null. */
  readonly nullSafe: boolean;
}
