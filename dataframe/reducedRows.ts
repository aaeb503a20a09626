import { field, types } from "../engine/arrow/types.js";
import type { UserRow } from "../engine/contract/groupFunction.js";
import type { Attribute } from "../engine/expression/expression.js";
import { Column } from "./column.js";
import { struct } from "./functions.js";
import { udaf } from "./userFunctions.js";

/** The row that a function makes of all rows of a group, two at a time, as a struct of their columns. */
export function reducedRow(columns: readonly Attribute[], reduce: (a: UserRow, b: UserRow) => UserRow): Column {
  const row = types.struct(columns.map(({ name, type }) => field(name, type)));
  const merge = (a: UserRow | null, b: UserRow | null): UserRow | null => (a === null ? b : b === null ? a : reduce(a, b));
  const fold = udaf<UserRow | null, readonly [UserRow | null], unknown>({
    name: "reduceGroups",
    buffer: row,
    returns: row,
    zero: () => null,
    reduce: merge,
    merge,
    finish: (whole) => whole,
  });
  return fold(struct(...columns.map((column) => new Column(column))));
}
