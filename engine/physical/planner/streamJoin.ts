import { types } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import { conjunctionOf } from "../../expression/conjuncts.js";
import { isDeterministic } from "../../expression/determinism.js";
import { freshId, type Attribute, type Expression } from "../../expression/expression.js";
import { referencesOf } from "../../expression/traverse.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { expiryOffsetMs, isEventTime } from "../../plan/joinBounds.js";
import { isOver, splitJoinCondition } from "../../plan/joinKeys.js";
import type { JoinType } from "../../plan/joinType.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { nodesOf } from "../../plan/transform.js";
import type { JoinExpiry, JoinSideSpec, PairConditionSpec, StreamJoinSpec, StreamJoinType } from "../stateful/streamJoinSpec.js";
import type { PhysicalNode } from "../plan.js";
import { select, withColumns } from "./columns.js";
import { planProject } from "./project.js";
import type { PlanContext, Planning } from "./context.js";

/** Two streams: both sides are kept, for as long as the condition and the watermark say that partners may come. */
export function* planStreamJoin(node: NodeOf<"join">, context: PlanContext): Planning {
  const columns = [outputOf(node.left), outputOf(node.right)] as const;
  const { keys, rest } = splitJoinCondition(node.condition, ...columns);
  const timeKey = timeKeyOf(keys);
  const bounds = ([0, 1] as const).map(
    (side) => timeKey !== null || expiryByTime(node.condition, columns[side], columns[1 - side]!) !== null,
  );
  const { stateTtlMs: ttlMs } = context;
  const timed = [withArrival(yield node.left, bounds[0]!, ttlMs), withArrival(yield node.right, bounds[1]!, ttlMs)] as const;
  const sides = [
    withColumns(
      timed[0],
      keys.map(({ left }) => left),
    ),
    withColumns(
      timed[1],
      keys.map(({ right }) => right),
    ),
  ] as const;
  const joinType = streamJoinTypeOf(node.joinType);
  const filters = [0, 1].map((side) => rest.filter((term) => isDeterministic(term) && isOver(term, idsOf(columns[side]!))));
  const pair = conjunctionOf(rest.filter((term) => !filters.some((terms) => terms.includes(term))));
  const sideOf = (side: 0 | 1): JoinSideSpec => {
    const eventTime = columns[side].findIndex(isEventTime);
    const { length } = columns[side];
    return {
      columns: timed[side].output,
      keys: sides[side].indexes,
      eventTime: eventTime < 0 ? null : eventTime,
      filter: conjunctionOf(filters[side]!),
      expiry:
        ttlMs !== null && !bounds[side]!
          ? { column: length, offsetMs: -ttlMs, clock: "batch" }
          : timeKey === null
            ? expiryByTime(node.condition, columns[side], columns[1 - side]!)
            : { column: sides[side].indexes[timeKey]!, offsetMs: 0, clock: "watermark" },
    };
  };
  const spec: StreamJoinSpec = {
    operatorId: node.operatorId ?? "join",
    joinType,
    partitions: context.partitions,
    sides: [sideOf(0), sideOf(1)],
    keyAttributes: keys.map(({ left }, k) => keyAttribute(left, k)),
    condition: pair === null ? null : pairCondition(pair, ...columns),
    missesPassedRows: joinType === "leftSemi" && !readsGroups(node),
    output: [...timed[0].output, ...(joinType === "leftSemi" ? [] : timed[1].output)],
  };
  return select({ kind: "streamJoin", spec, left: sides[0].input, right: sides[1].input, output: spec.output }, outputOf(node));
}

/** Whether a side reads groups, all of which come when the watermark has passed them: Spark joins none of them then, and ends when it looks for the state of none. */
function readsGroups(join: NodeOf<"join">): boolean {
  return [...nodesOf(join)].some((node) => node.kind === "aggregate");
}

/** The rows of a side with the time of the batch that they came with as their last column, where it is that which bounds how long they are kept. */
function withArrival(input: PhysicalNode, isBounded: boolean, ttlMs: number | null): PhysicalNode {
  if (isBounded || ttlMs === null) return input;
  const now: Expression = { kind: "call", name: "current_timestamp", args: [], type: types.timestamp, nullable: false, evalMode: "ansi" };
  const arrival: Expression = { kind: "alias", child: now, name: "arrival", id: freshId() };
  return planProject(null, [...input.output, arrival], input, null);
}

function streamJoinTypeOf(joinType: JoinType): StreamJoinType {
  assert(joinType !== "leftAnti", "two streams have no left anti join");
  return joinType === "cross" ? "inner" : joinType;
}

export function idsOf(columns: readonly Attribute[]): ReadonlySet<number> {
  return new Set(columns.map(({ id }) => id));
}

/** The key that is an event time: rows then go when the watermark has passed it. */
function timeKeyOf(keys: readonly { readonly left: Expression; readonly right: Expression }[]): number | null {
  const left = keys.findIndex((key) => isEventTime(key.left));
  const found = left >= 0 ? left : keys.findIndex((key) => isEventTime(key.right));
  return found < 0 ? null : found;
}

/** Rows with an event time go when the condition bounds it by that of the other side. */
function expiryByTime(condition: Expression | null, kept: readonly Attribute[], others: readonly Attribute[]): JoinExpiry | null {
  const column = kept.findIndex(isEventTime);
  if (column < 0) return null;
  const offsetMs = expiryOffsetMs(condition, kept, others);
  return offsetMs === null ? null : { column, offsetMs, clock: "watermark" };
}

export function pairCondition(expression: Expression, lefts: readonly Attribute[], rights: readonly Attribute[]): PairConditionSpec {
  const read = referencesOf(expression);
  const placesIn = (columns: readonly Attribute[]) => columns.flatMap(({ id }, c) => (read.has(id) ? [c] : []));
  return { expression, columns: [placesIn(lefts), placesIn(rights)] };
}

export function keyAttribute(key: Expression, k: number): Attribute {
  return { kind: "attribute", id: k, name: `key${k}`, type: typeOf(key), nullable: true, qualifier: [] };
}
