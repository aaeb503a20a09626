import { types } from "../../arrow/types.js";
import type { EmitEvery } from "../../contract/emitEvery.js";
import { StreamingError } from "../../errors/streamingError.js";
import { freshId, type Alias, type Attribute } from "../../expression/expression.js";
import { resolveFunction } from "../../expression/resolve.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { attributeOf } from "../attributeOf.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { nodesOf } from "../transform.js";
import { newChangeColumn } from "./changeColumn.js";

/** What plans the changes of a query, beside its plan. */
export interface ChangePlanning {
  readonly context: AnalysisContext;
  /** When changes of windows are told; null: in every batch. */
  readonly every: EmitEvery | null;
}

/** Groups by an event time, which close. Over windows that are held back others get what these tell, when they do: they hold nothing back themselves. */
export function holdsBack(node: NodeOf<"aggregate">, input: LogicalPlan, { every }: ChangePlanning): boolean {
  return every !== null && eventTimeOf(node) !== undefined && ![...nodesOf(input)].some(({ kind }) => kind === "heldChanges");
}

function eventTimeOf({ grouping }: NodeOf<"aggregate">): Attribute | undefined {
  return grouping.map(attributeOf).find(({ eventTime }) => eventTime !== undefined);
}

/** What counts the rows of a group, where changes are told by rows and nothing counts them yet. */
export function rowCount({ context, every }: ChangePlanning): Alias | null {
  if (every?.kind !== "rows") return null;
  const one = { kind: "literal", value: 1, type: types.int } as const;
  const call = resolveFunction({ name: "count", args: [one], distinct: false, filter: null }, context);
  return { kind: "alias", child: call, name: "_rows", id: freshId() };
}

/** The changes of an aggregation, held back. */
export function heldBack(
  node: NodeOf<"aggregate">,
  input: LogicalPlan,
  { taken, rows, session }: { readonly taken: Attribute; readonly rows: Attribute | null; readonly session: Attribute | null },
  every: EmitEvery,
): { readonly plan: LogicalPlan; readonly change: Attribute } {
  const change = newChangeColumn();
  const groups = node.grouping.map(attributeOf);
  const plan: LogicalPlan = {
    kind: "heldChanges",
    operatorId: `${node.operatorId!}-held`,
    every,
    unit: groups.filter(({ id }) => id !== session?.id),
    eventTime: eventTimeOf(node)!,
    rows,
    taken,
    change,
    input,
  };
  return { plan, change };
}

/** @throws EMIT_EVERY_WITHOUT_WINDOWS where nothing of a query is held back */
export function checkHeld(plan: LogicalPlan, every: EmitEvery | null): void {
  if (every !== null && ![...nodesOf(plan)].some(({ kind }) => kind === "heldChanges"))
    throw new StreamingError("EMIT_EVERY_WITHOUT_WINDOWS");
}
