import { emitEveryText, type EmitEvery } from "../../contract/emitEvery.js";
import type { Attribute } from "../../expression/expression.js";
import { noExpressions, oneInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/** The changes of windows, held back until they are due (`writeStream.emitEvery`) or the window closes; then what they come to. */
export interface HeldChanges<Plan> {
  readonly kind: "heldChanges";
  readonly operatorId: string;
  readonly every: EmitEvery;
  /** What is told together: the groupings, but a session, whose bounds change. */
  readonly unit: readonly Attribute[];
  /** The event time of a group, which says when it closes. */
  readonly eventTime: Attribute;
  /** The column of the input that counts the rows of a group, which does not come out; null where nobody asks. */
  readonly rows: Attribute | null;
  /** The column of the input that says 1 or −1; and of what comes out. */
  readonly taken: Attribute;
  readonly change: Attribute;
  readonly input: Plan;
}

export const heldChanges: NodeFacts<HeldChanges<Input>> = {
  kind: "heldChanges",
  ...oneInput,
  ...noExpressions,
  ...stateless,
  defined: ({ change }) => [change],
  withDefined: (node, [change]) => ({ ...node, change: change! }),
  output: ({ taken, rows, change }, [columns]) => [...columns!.filter(({ id }) => id !== taken.id && id !== rows?.id), change],
  onlyExpressions: false,
  origins: ({ change }) => [(column) => (column.id === change.id ? null : column)],
  letsFilterPass: () => false,
  narrow: (node) => node,
  operatorKind: () => "held",
  keepsState: () => true,
  emitsChanges: () => true,
  explain: ({ every, unit, operatorId }) => `HeldChanges ${emitEveryText(every)} by ${listText(unit)} (${operatorId})`,
};
