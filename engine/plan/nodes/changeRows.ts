import type { Attribute } from "../../expression/expression.js";
import { noExpressions, oneInput, stateless, type Input, type NodeFacts } from "./facts.js";

/** The root of a query whose output mode is `changes`: what the rows of a batch come to, with the kind of each change in words. */
export interface ChangeRows<Plan> {
  readonly kind: "changeRows";
  /** The column of the input that says 1 of a row that is so now, −1 of one that is not so any more; null where every row is new. */
  readonly change: Attribute | null;
  /** The columns that identify a row of the result, by id; null where none are known. */
  readonly keys: readonly number[] | null;
  /** Whether a sink takes the rows by key: without those that others take the place of. */
  readonly upserts: boolean;
  /** The columns of the result, in their order. */
  readonly columns: readonly Attribute[];
  /** `_change_type`. */
  readonly changeType: Attribute;
  readonly input: Plan;
}

export const changeRows: NodeFacts<ChangeRows<Input>> = {
  kind: "changeRows",
  ...oneInput,
  ...noExpressions,
  ...stateless,
  defined: ({ changeType }) => [changeType],
  withDefined: (node, [changeType]) => ({ ...node, changeType: changeType! }),
  output: ({ columns, changeType }) => [...columns, changeType],
  onlyExpressions: false,
  origins: ({ changeType }) => [(column) => (column.id === changeType.id ? null : column)],
  letsFilterPass: () => false,
  narrow: (node) => node,
  explain: ({ columns, keys }) => {
    if (keys === null) return "ChangeRows";
    const names = keys.map((id) => columns.find((column) => column.id === id)?.name ?? "");
    return `ChangeRows by [${names.join(", ")}]`;
  },
};
