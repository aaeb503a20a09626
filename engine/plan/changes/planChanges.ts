import { checkNamesDiffer } from "../../arrow/columnNames.js";
import { types } from "../../arrow/types.js";
import type { ChangeForm } from "../../contract/changeForm.js";
import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import { freshId, type AggregateCall, type Alias, type Attribute, type Expression } from "../../expression/expression.js";
import { referencesOf } from "../../expression/traverse.js";
import { attributeOf } from "../attributeOf.js";
import { descend, eachOf } from "../descend.js";
import { factsOf, type LogicalPlan, type NodeOf, type OptimizedPlan } from "../logicalPlan.js";
import { inputsOf, outputOf } from "../outputOf.js";
import { isStreaming, streamsOf } from "../streamingPlan.js";
import { childrenOf, withChildren } from "../transform.js";
import { changeTypeColumn, newChangeColumn, newChangeTypeColumn } from "./changeColumn.js";
import type { ChangingPlan } from "./changingPlan.js";
import { distinctRows, overMarks } from "./distinctValues.js";
import { overExtremes } from "./extremes.js";
import { changeJoinType, changingJoin } from "./joins.js";
import { isRetractable, retracted } from "./retraction.js";
import { passedKeys } from "./passedKeys.js";
import { checkHeld, heldBack, holdsBack, rowCount, type ChangePlanning } from "./heldWindows.js";
import { sessionGrouping } from "./sessions.js";
import { rankFilter, sortedLimit, topRowsOver, type TopRowsPattern } from "./topRows.js";

type Steps = Generator<LogicalPlan, ChangingPlan, ChangingPlan>;

/**
 * The plan of a query in output mode `changes`: says of every operator whether its rows are only new ones or also take others back, chooses the operators that can
 * do both, and ends with the rows of each batch under the kinds of their changes.
 *
 * Rows carry a column that is 1 or −1 (`changeColumn.ts`). What works on a row by itself (filters, projections, unions, joins with tables) is what it was, and passes
 * the column on. Where no row is ever taken back, operators stay those of append mode.
 *
 * @param form how the sink gets the changes
 * @throws CHANGES_UNSUPPORTED_OPERATION for what takes no rows back, and what append mode refuses where it is all new rows; EMIT_EVERY_WITHOUT_WINDOWS
 */
export function planChanges(plan: OptimizedPlan, planning: ChangePlanning, form: ChangeForm = "rows"): OptimizedPlan {
  const columns = outputOf(plan);
  const taken = columns.find(({ name }) => name.toLowerCase() === changeTypeColumn);
  if (taken !== undefined) throw new StreamingError("CHANGES_COLUMN_TAKEN", { column: taken.name });
  const { plan: input, change, keys } = descend<LogicalPlan, ChangingPlan>(plan, (node) => planNode(node, planning));
  checkHeld(input, planning.every);
  const root: NodeOf<"changeRows"> = {
    kind: "changeRows",
    change,
    keys,
    upserts: form === "upserts",
    columns,
    changeType: newChangeTypeColumn(),
    input,
  };
  return root as LogicalPlan as OptimizedPlan;
}

/** The names of the columns that identify a row of the result; null where none are known. */
export function changeKeys(plan: OptimizedPlan): readonly string[] | null {
  const root = rootOf(plan);
  return root.keys?.map((id) => root.columns.find((column) => column.id === id)!.name) ?? null;
}

/**
 * The same where the sink gets changes by key, which it cannot without one.
 *
 * @throws CHANGES_KEY_REQUIRED
 */
export function upsertKeys(plan: OptimizedPlan, sink: string): readonly string[] {
  const keys = changeKeys(plan);
  if (keys !== null) {
    // A sink knows columns by their names.
    checkNamesDiffer(
      outputOf(plan).map(({ name }) => name),
      { ignoreCase: false },
    );
    return keys;
  }
  const isNew = rootOf(plan).change === null;
  throw new StreamingError("CHANGES_KEY_REQUIRED", {
    sink,
    reason: isNew ? "no row of the query ever takes the place of another" : "no columns of the result say which row is which",
    suggestion: isNew
      ? "Use the output mode append."
      : "Select what identifies a row (the columns of GROUP BY or PARTITION BY, the keys of both sides of a join), as it is or as text (CAST, to_json(struct(…))); or take every change as a row: option changes = rows.",
  });
}

function rootOf(plan: LogicalPlan): NodeOf<"changeRows"> {
  assert(plan.kind === "changeRows", "the plan of a query in output mode changes");
  return plan;
}

function* planNode(node: LogicalPlan, planning: ChangePlanning): Steps {
  if (!isStreaming(node)) return { plan: node, change: null, keys: null };
  switch (node.kind) {
    case "aggregate":
      return changingAggregate(node, yield node.input, planning);
    case "project": {
      const { input } = node;
      const isAsked = ({ id }: Attribute): boolean => node.expressions.some((e) => referencesOf(e).has(id));
      const pattern = input.kind === "filter" ? rankFilter(input, isAsked) : null;
      return project(node, pattern === null ? yield input : topRows(pattern, yield pattern.input));
    }
    case "filter": {
      const pattern = rankFilter(node, () => true);
      if (pattern !== null) return topRows(pattern, yield pattern.input);
      const input = yield node.input;
      return { ...input, plan: withChildren(node, [input.plan]) };
    }
    case "limit": {
      const pattern = sortedLimit(node);
      if (pattern !== null) return topRows(pattern, yield pattern.input);
      break;
    }
    case "deduplicate": {
      const input = yield node.input;
      return input.change === null ? asAppended(node, [input]) : distinctRows(node, input, input.change);
    }
    case "withWatermark":
    case "repartition":
    case "subqueryAlias": {
      const input = yield node.input;
      return { ...input, plan: withChildren(node, [input.plan]) };
    }
    case "lateTap": {
      const input = yield node.input;
      if (input.change !== null) throw refused(node);
      return { ...input, plan: withChildren(node, [input.plan]) };
    }
    case "sessionWindow":
    case "timeWindow": {
      const input = yield node.input;
      return { ...input, plan: withChildren(node, [input.plan]), keys: null };
    }
    case "generate": {
      const input = yield node.input;
      const { change } = input;
      const repeated = node.repeated === null || change === null ? node.repeated : [...node.repeated, change.id];
      return { ...input, plan: { ...node, repeated, input: input.plan }, keys: null };
    }
    case "expand":
      return expand(node, yield node.input);
    case "setOperation":
      if (node.operation === "union") return union(node, yield* eachOf(node.inputs));
      break;
    case "join":
      return planJoin(node, yield* eachOf(childrenOf(node)));
    default:
  }
  return asAppended(node, yield* eachOf(childrenOf(node)));
}

/** What a stream of new rows may do in append mode. */
function asAppended(node: LogicalPlan, inputs: readonly ChangingPlan[]): ChangingPlan {
  if (inputs.some(({ change }) => change !== null)) throw refused(node);
  refuseAsAppend(node);
  const plan = withChildren(
    node,
    inputs.map((input) => input.plan),
  );
  return { plan, change: null, keys: null };
}

function refuseAsAppend(node: LogicalPlan): void {
  const refusal = appendRefusal(node);
  if (refusal !== null) throw refusal;
}

function appendRefusal(node: LogicalPlan): StreamingError | null {
  return factsOf(node).refusal(node, { outputMode: "append", streams: streamsOf(node), inputs: inputsOf(node), aggregated: false });
}

function refused(node: LogicalPlan): StreamingError {
  return new StreamingError("CHANGES_UNSUPPORTED_OPERATION", {
    operation: `The operator ${factsOf(node).explain(node).split(" ")[0]}`,
    suggestion: "Filters, projections, unions, joins, aggregations, distinct and first rows (row_number() OVER (…) <= n) do.",
  });
}

function changingAggregate(node: NodeOf<"aggregate">, given: ChangingPlan, planning: ChangePlanning): ChangingPlan {
  const session = sessionGrouping(node);
  const written = node.aggregates.filter(isAggregateAlias);
  const isKept = session !== null || (given.change !== null && !written.every(({ child }) => isRetractable(child)));
  const { plan, change, results, live } = isKept ? keptGroups(node, given, planning) : summedGroups(node, given, planning);
  const { every } = planning;
  if (every === null || !holdsBack(node, given.plan, planning)) return listed(node, plan, change, results);
  const rows = every.kind === "rows" ? live : null;
  const held = heldBack(node, plan, { taken: change, rows, session }, every);
  return listed(node, held.plan, held.change, results);
}

/** What gives the groups of an aggregation with a sign. */
interface GroupsPlan {
  readonly plan: LogicalPlan;
  readonly change: Attribute;
  /** What stands for an aggregate, by its id. */
  readonly results: ReadonlyMap<number, Alias>;
  /** The column that counts the rows of a group; null where none does. */
  readonly live: Attribute | null;
}

/** Groups whose rows are kept. */
function keptGroups(node: NodeOf<"aggregate">, { plan: input, change: taken }: ChangingPlan, planning: ChangePlanning): GroupsPlan {
  const change = newChangeColumn();
  const { grouping } = node;
  const counted = holdsBack(node, input, planning) ? rowCount(planning) : null;
  const written = node.aggregates.filter(isAggregateAlias);
  const aggregates = counted === null ? written : [...written, counted];
  const plan: LogicalPlan = { kind: "keptAggregate", operatorId: node.operatorId!, grouping, aggregates, taken, change, input };
  return { plan, change, results: new Map(), live: counted && attributeOf(counted) };
}

/** Groups of which running values are kept. */
function summedGroups(node: NodeOf<"aggregate">, given: ChangingPlan, planning: ChangePlanning): GroupsPlan {
  const { change } = given;
  const { context } = planning;
  const own = newChangeColumn();
  const { calls, marks, input: rows } = overMarks(node, given);
  const extremes = change === null ? null : overExtremes(node, { calls, marks, rows, change }, context);
  const sums = change === null ? null : retracted(calls, extremes?.change ?? change, extremes, context);
  const counted = sums === null && holdsBack(node, given.plan, planning) ? rowCount(planning) : null;
  const aggregates = sums?.sums ?? (counted === null ? calls : [...calls, counted]);
  const plan: NodeOf<"changeAggregate"> = {
    kind: "changeAggregate",
    operatorId: node.operatorId!,
    grouping: node.grouping,
    aggregates,
    live: sums?.live ?? null,
    change: own,
    input: extremes?.input ?? rows,
  };
  const results = new Map((sums?.results ?? []).map((alias) => [alias.id, alias]));
  const live = aggregates.find(({ id }) => id === (sums?.live ?? counted?.id));
  return { plan, change: own, results, live: live === undefined ? null : attributeOf(live) };
}

/** The columns of an aggregation as its list has them, over what gives its groups and aggregates. `results`: what stands for an aggregate, by its id. */
function listed(node: NodeOf<"aggregate">, input: LogicalPlan, change: Attribute, results: ReadonlyMap<number, Alias>): ChangingPlan {
  const groups = node.grouping.map(attributeOf);
  const columns = node.aggregates.map((e): Expression => {
    const column = attributeOf(e);
    const result = results.get(column.id);
    if (result !== undefined) return result;
    if (e.kind !== "alias" || e.child.kind === "aggregateCall") return column;
    // A grouping under another name.
    return { ...e, child: groups.find(({ id }) => id === attributeOf(e.child).id) ?? e.child };
  });
  const keys = groups.map((group) => attributeOf(columns.find((e) => idIn(e) === group.id) ?? group).id);
  const isWhole = groups.every((group) => columns.some((e) => idIn(e) === group.id));
  const plan: LogicalPlan = { kind: "project", expressions: [...columns, change], input };
  return { plan, change, keys: isWhole ? keys : null };
}

function isAggregateAlias(e: Expression): e is Alias & { readonly child: AggregateCall } {
  return e.kind === "alias" && e.child.kind === "aggregateCall";
}

/** The first rows of partitions: known by what parts them where one is wanted of each, else by what the rows below are known by, else by place. */
function topRows(pattern: TopRowsPattern, { plan: input, change, keys }: ChangingPlan): ChangingPlan {
  const node = topRowsOver(pattern, input, change);
  const { partition, ranks, limit, rank } = node;
  const parts = partition.map((e) => (e.kind === "attribute" ? e.id : null));
  const isKnown = !parts.includes(null) && ranks === "row_number";
  const byPart = isKnown && limit === 1 ? (parts as number[]) : null;
  const byPlace = isKnown && rank !== null ? [...(parts as number[]), rank.id] : null;
  const plan: LogicalPlan = pattern.rest === null ? node : { kind: "filter", condition: pattern.rest, input: node };
  return { plan, change: node.change, keys: byPart ?? byPlace ?? keys };
}

/** The column that an item of a list passes on. */
function idIn(e: Expression): number | null {
  const child = e.kind === "alias" ? e.child : e;
  return child.kind === "attribute" ? child.id : null;
}

function project(node: NodeOf<"project">, { plan: input, change, keys }: ChangingPlan): ChangingPlan {
  return {
    plan: { ...node, expressions: change === null ? node.expressions : [...node.expressions, change], input },
    change,
    keys: keys && passedKeys(node, keys),
  };
}

function expand(node: NodeOf<"expand">, { plan: input, change }: ChangingPlan): ChangingPlan {
  if (change === null) return { plan: { ...node, input }, change: null, keys: null };
  const own = newChangeColumn();
  const projections = node.projections.map((list) => [...list, change]);
  return { plan: { ...node, projections, output: [...node.output, own], input }, change: own, keys: null };
}

function union(node: NodeOf<"setOperation">, inputs: readonly ChangingPlan[]): ChangingPlan {
  refuseAsAppend(node);
  if (inputs.every(({ change }) => change === null)) {
    return { plan: { ...node, inputs: inputs.map(({ plan }) => plan) }, change: null, keys: null };
  }
  const own = newChangeColumn();
  const plans = inputs.map(({ plan, change }, i): LogicalPlan => {
    const columns = outputOf(node.inputs[i]!);
    const added: Expression = change ?? {
      kind: "alias",
      child: { kind: "literal", value: 1, type: types.int },
      name: own.name,
      id: freshId(),
    };
    return { kind: "project", expressions: [...columns, added], input: plan };
  });
  return { plan: { ...node, inputs: plans, output: [...outputOf(node), own] }, change: own, keys: null };
}

/** Where no row of two streams is ever taken back and append mode joins them, they are joined so: that join knows when rows can go. */
function planJoin(node: NodeOf<"join">, inputs: readonly ChangingPlan[]): ChangingPlan {
  if (!streamsOf(node).every(Boolean)) return joinWithTable(node, inputs);
  const joinType = changeJoinType(node);
  const isNew = inputs.every(({ change }) => change === null);
  return joinType === null || (isNew && appendRefusal(node) === null) ? asAppended(node, inputs) : changingJoin(node, joinType, inputs);
}

/** A join with a table is of each row of the stream by itself. */
function joinWithTable(node: NodeOf<"join">, inputs: readonly ChangingPlan[]): ChangingPlan {
  refuseAsAppend(node);
  const change = inputs.find((input) => input.change !== null)?.change ?? null;
  const plan = withChildren(
    node,
    inputs.map((input) => input.plan),
  );
  const keeps = node.joinType === "leftSemi" || node.joinType === "leftAnti";
  return { plan, change, keys: keeps ? inputs[0]!.keys : null };
}
