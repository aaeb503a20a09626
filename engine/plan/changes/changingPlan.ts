import type { Attribute } from "../../expression/expression.js";
import type { LogicalPlan } from "../logicalPlan.js";

/** A part of a plan whose rows are changes. */
export interface ChangingPlan {
  readonly plan: LogicalPlan;
  /** The column that says which rows are taken back; null where every row is new. */
  readonly change: Attribute | null;
  /** The columns that identify a row, by id; null where none are known. */
  readonly keys: readonly number[] | null;
}
