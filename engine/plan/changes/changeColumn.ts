import { types } from "../../arrow/types.js";
import { freshId, type Attribute } from "../../expression/expression.js";

/** The column of a result in the output mode `changes` that says what each row is; Spark's name in the change feeds of its tables. */
export const changeTypeColumn = "_change_type";

/** What `_change_type` says. */
export const changeTypes = ["insert", "update_preimage", "update_postimage", "delete"] as const;

/**
 * The column that rows carry between operators: 1 beside a row that is so now, −1 beside one that is not so any more. Sums and counts take a row back by
 * multiplying with it; which of the rows belong together as an update is said at the end, where the key of the result is known.
 */
export function newChangeColumn(): Attribute {
  return { kind: "attribute", id: freshId(), name: "_change", type: types.int, nullable: false, qualifier: [] };
}

export function newChangeTypeColumn(): Attribute {
  return { kind: "attribute", id: freshId(), name: changeTypeColumn, type: types.string, nullable: false, qualifier: [] };
}
