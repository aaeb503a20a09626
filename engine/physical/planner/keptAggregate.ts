import { freshId, type Expression } from "../../expression/expression.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { types } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { LogicalPlan, NodeOf } from "../../plan/logicalPlan.js";
import { nodesOf } from "../../plan/transform.js";
import { hasOrderBytes } from "../../state/orderBytes.js";
import type { BoundAggregate } from "../stateful/aggregateSpec.js";
import { eventTimeOf, sessionOf } from "./groupings.js";
import { ArgumentColumns, bindAggregate } from "./argumentColumns.js";
import { ttlOf } from "./changeTtl.js";
import type { PlanContext, Planning } from "./context.js";
import { attributeOf, planProject } from "./project.js";

/** An aggregation whose rows are kept, over a projection of its groupings and arguments, with the sign last. */
export function* planKeptAggregate(node: NodeOf<"keptAggregate">, context: PlanContext): Planning {
  const { operatorId, aggregates, taken, change } = node;
  const grouping = node.grouping.map(attributeOf);
  const columns = new ArgumentColumns(node.grouping.map((e) => (e.kind === "alias" ? e.child : e)));
  const bound = aggregates.map((alias): BoundAggregate => {
    assert(alias.child.kind === "aggregateCall", "an aggregation has aggregate calls");
    return bindAggregate(alias.child, columns);
  });
  const session = sessionOf(node.grouping, node.input);
  const isRow = grouping.length === 0 ? columns.expressions.push(truth()) - 1 : null;
  const results = aggregates.map(attributeOf);
  const eventTime = eventTimeOf(grouping, null);
  const start = session === null ? [] : [columns.expressions.push(startOf(columns.expressions[session]!)) - 1];
  const ordered = [...new Set([...start, ...bound.flatMap(({ args }) => args)])].filter((place) =>
    hasOrderBytes(typeOf(columns.expressions[place]!)),
  );
  const kept = {
    operatorId,
    partitions: context.partitions,
    partition: grouping.flatMap((_, place) => (place === session ? [] : [place])),
    eventTime,
    ttlMs: taken === null && grouping.length > 1 ? ttlOf(context, eventTime) : null,
    order: ordered.map((column) => ({ column, descending: false, nullsFirst: true })),
    ranks: "row_number",
    limit: Number.MAX_SAFE_INTEGER,
    emitsRank: false,
    change: taken === null ? null : columns.expressions.length,
    passing: null,
  } as const;
  const spec = {
    operatorId,
    partitions: context.partitions,
    grouping,
    window: null,
    session,
    eventTime,
    aggregates: bound,
    outputMode: "changes",
    ttlMs: null,
    output: [...grouping, ...results],
  } as const;
  const input = planProject(null, taken === null ? columns.expressions : [...columns.expressions, taken], yield node.input, null);
  const hasOneGap = session !== null && hasFixedGap(node.input);
  return { kind: "keptAggregate", spec, kept, isRow, hasOneGap, input, output: [...grouping, ...results, change] };
}

/** Whether the sessions below are of rows that all have the same gap. */
function hasFixedGap(plan: LogicalPlan): boolean {
  const sessions = [...nodesOf(plan)].filter((below) => below.kind === "sessionWindow");
  return (
    sessions.length > 0 &&
    sessions.every(({ end }) => end.kind === "call" && end.name === "+" && end.args.some(({ kind }) => kind === "literal"))
  );
}

function startOf(session: Expression): Expression {
  const name: Expression = { kind: "literal", value: "start", type: types.string };
  const start: Expression = {
    kind: "call",
    name: "getField",
    args: [session, name],
    type: types.timestamp,
    nullable: false,
    evalMode: "ansi",
  };
  return { kind: "alias", child: start, name: "start", id: freshId() };
}

function truth(): Expression {
  return { kind: "alias", child: { kind: "literal", value: true, type: types.boolean }, name: "isRow", id: freshId() };
}
