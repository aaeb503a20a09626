import { assert } from "../../errors/assert.js";
import type { AggregateCall, Alias, Attribute, Expression } from "../../expression/expression.js";
import { isDeterministic } from "../../expression/determinism.js";
import { findAggregate } from "../../expression/aggregates/index.js";
import { newChangeColumn } from "../../plan/changes/changeColumn.js";
import type { LogicalPlan, NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { referencesOf, rewriteExpression } from "../../expression/traverse.js";
import type { PhysicalNode } from "../plan.js";
import type { AggregateSpec, BoundAggregate, WindowSpec } from "../stateful/aggregateSpec.js";
import { ArgumentColumns, bindAggregate } from "./argumentColumns.js";
import type { PlanContext, Planning } from "./context.js";
import { distinctSets, overFirst, withMarks } from "./distinctAggregates.js";
import { childOf, eventTimeOf, sessionOf } from "./groupings.js";
import { planKeptAggregate } from "./keptAggregate.js";
import { attributeOf, planProject } from "./project.js";

/** Windows that come out again and again are merged from slices each time: that pays up to so many windows around a row. */
const remergedOverlap = 16;

/**
 * A hash aggregation over a projection of its groupings and arguments; the window above its time is left to the operator.
 */
export function* planAggregate(node: NodeOf<"aggregate">, context: PlanContext): Planning {
  const isDistinct = callsOf(node.aggregates).some(({ child }) => (child as AggregateCall).distinct);
  // Of a session that rows make together nobody knows before they are all there which values are new to it.
  if (isDistinct && sessionOf(node.grouping, node.input) !== null) return yield* planDistinctSessions(node, context);
  const below = belowWindow(node);
  const ttlMs = boundByTtl(node, below, context) ? context.stateTtlMs : null;
  // Which values a window has seen is known where the window is: it is a column then.
  const isColumn = isDistinct || ttlMs !== null || decidesBesideWindow(below);
  const { grouping, aggregates, window, input } = isColumn ? { ...node, window: null } : below;
  const groupingAttributes = grouping.map(attributeOf);
  const columns = new ArgumentColumns(grouping.map((e) => (window !== null && refersTo(e, window.window) ? window.time : childOf(e))));
  const bound: BoundAggregate[] = [];
  const results: Attribute[] = [];
  for (const e of callsOf(aggregates)) {
    bound.push(bindAggregate(e.child as AggregateCall, columns));
    results.push(attributeOf(e));
  }
  const windowSpec = window === null ? null : windowSpecOf(window, grouping, bound, context);
  const { length } = columns.expressions;
  const distinct = distinctSets(bound, groupingAttributes.length);
  const spec: AggregateSpec = {
    operatorId: node.operatorId ?? "aggregate",
    partitions: context.partitions,
    grouping: groupingAttributes,
    window: windowSpec,
    session: sessionOf(grouping, input),
    eventTime: windowSpec?.watermarked ? null : eventTimeOf(groupingAttributes, windowSpec),
    aggregates: bound.map((aggregate, i) => (aggregate.call.distinct ? overFirst(aggregate, length + distinct.placeOf(i)) : aggregate)),
    outputMode: context.outputMode ?? "complete",
    ttlMs,
    output: [...groupingAttributes, ...results],
  };
  const projected = withMarks(planProject(null, columns.expressions, yield input, null), distinct.sets);
  return arrange({ kind: "aggregate", spec, input: projected, output: spec.output }, aggregates, outputOf(node));
}

/** Sessions of a table with aggregates over distinct values: made of all their rows at the end. */
function* planDistinctSessions(node: NodeOf<"aggregate">, context: PlanContext): Planning {
  const { grouping, input, operatorId = "aggregate" } = node;
  const aggregates = callsOf(node.aggregates);
  const kept = { kind: "keptAggregate", operatorId, grouping, aggregates, taken: null, change: newChangeColumn(), input } as const;
  return arrange(yield* planKeptAggregate(kept, context), node.aggregates, outputOf(node));
}

function callsOf(aggregates: readonly Expression[]): Alias[] {
  return aggregates.filter((e): e is Alias => e.kind === "alias" && e.child.kind === "aggregateCall");
}

interface Unwindowed {
  readonly grouping: readonly Expression[];
  readonly aggregates: readonly Expression[];
  /** The window that the operator computes itself. */
  readonly window: NodeOf<"timeWindow"> | null;
  readonly input: LogicalPlan;
}

/** Looks through a projection for the window that the aggregation groups by. */
function belowWindow(node: NodeOf<"aggregate">): Unwindowed {
  const { grouping, aggregates, input } = node;
  if (input.kind === "timeWindow" && usesOnlyAsGrouping(node, input.window))
    return { grouping, aggregates, window: input, input: input.input };
  if (input.kind !== "project" || input.input.kind !== "timeWindow") return { grouping, aggregates, window: null, input };
  // A random column is drawn for each row of the projection, whichever aggregates read it: it is not put in their places.
  if (!input.expressions.every(isDeterministic)) return { grouping, aggregates, window: null, input };
  const defined = new Map<number, Expression>(input.expressions.map((e) => [attributeOf(e).id, childOf(e)]));
  const inline = (e: Expression): Expression =>
    rewriteExpression(e, (part) => (part.kind === "attribute" ? (defined.get(part.id) ?? part) : part));
  const inlined: NodeOf<"aggregate"> = {
    ...node,
    grouping: grouping.map((e) => inlineNamed(e, inline)),
    aggregates: aggregates.map((e) => inlineNamed(e, inline)),
    input: input.input,
  };
  if (!usesOnlyAsGrouping(inlined, input.input.window)) return { grouping, aggregates, window: null, input };
  return { grouping: inlined.grouping, aggregates: inlined.aggregates, window: input.input, input: input.input.input };
}

/** Whether no watermark says when a group is done: its window, if it has one, is a key like any other then. Sessions stay what they are. */
function boundByTtl({ grouping, input }: NodeOf<"aggregate">, { window }: Unwindowed, { outputMode }: PlanContext): boolean {
  if (grouping.length === 0 || sessionOf(grouping, input) !== null) return false;
  if (outputMode === "complete") return true;
  return window?.window.eventTime === undefined && !grouping.some((e) => attributeOf(e).eventTime !== undefined);
}

/** Whether a window without a watermark stands beside an event time that has one: then that is when a group is late and done, and the window is a key. */
function decidesBesideWindow({ grouping, window }: Unwindowed): boolean {
  if (window === null || window.window.eventTime !== undefined) return false;
  return grouping.some((e) => attributeOf(e).eventTime !== undefined);
}

/** The column keeps its name and id whatever is put in its place. */
function inlineNamed(e: Expression, inline: (e: Expression) => Expression): Expression {
  if (e.kind === "alias") return { ...e, child: inline(e.child) };
  const inlined = inline(e);
  if (e.kind !== "attribute" || inlined === e) return inlined;
  const named: Alias = { kind: "alias", child: inlined, name: e.name, id: e.id };
  return named;
}

/** Whether the window is a grouping, and nothing else of the aggregation looks at it. */
function usesOnlyAsGrouping({ grouping, aggregates }: NodeOf<"aggregate">, window: Attribute): boolean {
  const places = grouping.filter((e) => refersTo(e, window));
  const elsewhere = [
    ...grouping.filter((e) => !refersTo(e, window)),
    ...aggregates.filter((e) => e.kind === "alias" && e.child.kind === "aggregateCall"),
  ];
  return places.length === 1 && !elsewhere.some((e) => mentions(e, window));
}

function refersTo(e: Expression, { id }: Attribute): boolean {
  const child = childOf(e);
  return child.kind === "attribute" && child.id === id;
}

function mentions(e: Expression, { id }: Attribute): boolean {
  return referencesOf(e).has(id);
}

function windowSpecOf(
  { durationUs, slideUs, startUs, window, keeps: condition }: NodeOf<"timeWindow">,
  grouping: readonly Expression[],
  aggregates: readonly BoundAggregate[],
  { outputMode }: PlanContext,
): WindowSpec {
  const index = grouping.findIndex((e) => refersTo(e, window));
  const isMergedOnce = outputMode === null || outputMode === "append";
  const pays = durationUs > slideUs && (isMergedOnce || durationUs <= remergedOverlap * slideUs);
  const sliced = pays && aggregates.every(({ call }) => mergesInAnyOrder(call));
  const keeps = condition === undefined ? null : { condition, window };
  return { index, durationUs, slideUs, startUs, watermarked: window.eventTime !== undefined, keeps, sliced };
}

/** Whether an aggregate over parts of its rows, merged, is the aggregate over all of them, whatever the order in which they came. */
function mergesInAnyOrder({ name, evalMode, distinct }: AggregateCall): boolean {
  // A sum that has left its range stays null there, though the rows to come would bring it back.
  return !distinct && evalMode !== "try" && findAggregate(name)?.orderDependent === false;
}

/** The output list in its order, over what the operator gives. */
function arrange(node: PhysicalNode, aggregates: readonly Expression[], output: readonly Attribute[]): PhysicalNode {
  const places = aggregates.map((e, i): Expression => {
    if (e.kind === "alias" && e.child.kind === "aggregateCall") return node.output.find(({ id }) => id === e.id)!;
    const found = node.output.find(({ id }) => id === output[i]!.id || id === attributeOf(childOf(e)).id);
    assert(found !== undefined, `the aggregation gives no column ${output[i]!.name}`);
    return found;
  });
  const same = places.length === node.output.length && places.every((e, i) => e === node.output[i] && output[i]!.id === node.output[i].id);
  return same ? node : planProject(null, places, node, output);
}
