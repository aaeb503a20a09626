import { conjunctionOf, isNotNull } from "../../expression/conjuncts.js";
import { isDeterministic } from "../../expression/determinism.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { isOver, splitJoinCondition, type EquiKey } from "../../plan/joinKeys.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode } from "../plan.js";
import type { ChangeJoinSpec, ChangeSideSpec } from "../stateful/changeJoinSpec.js";
import { givesPairs } from "../stateful/changeJoinSpec.js";
import type { SideIndex } from "../stateful/streamJoinSpec.js";
import { ttlOf } from "./changeTtl.js";
import { select, withColumns } from "./columns.js";
import type { PlanContext, Planning } from "./context.js";
import { idsOf, keyAttribute, pairCondition } from "./streamJoin.js";

interface PlannedSide {
  readonly input: PhysicalNode;
  readonly spec: ChangeSideSpec;
}

/** Two streams whose rows may be taken back: all that may have partners is kept. */
export function* planChangeJoin(node: NodeOf<"changeJoin">, context: PlanContext): Planning {
  const { operatorId, joinType, condition, taken, change } = node;
  const columns = [withoutSign(node, 0), withoutSign(node, 1)] as const;
  const { keys, rest } = splitJoinCondition(condition, ...columns);
  const filters = [0, 1].map((side) => rest.filter((term) => isDeterministic(term) && isOver(term, idsOf(columns[side]!))));
  const pair = conjunctionOf(rest.filter((term) => !filters.some((terms) => terms.includes(term))));
  const inputs = [yield node.left, yield node.right] as const;
  const sideOf = (side: SideIndex): PlannedSide => {
    const keysOfSide = keys.map((key) => (side === 0 ? key.left : key.right));
    const planned = planSide(
      inputs[side],
      columns[side],
      taken[side],
      keysOfSide,
      conjunctionOf([...notNull(keys, side), ...filters[side]!]),
    );
    return { ...planned, spec: { ...planned.spec, ttlMs: taken[side] === null ? ttlOf(context, eventTime) : null } };
  };
  const eventTime = eventTimeAmong(keys);
  const [left, right] = [sideOf(0), sideOf(1)];
  const spec: ChangeJoinSpec = {
    operatorId,
    joinType,
    partitions: context.partitions,
    sides: [left.spec, right.spec],
    keyAttributes: keys.map((key, k) => keyAttribute(key.left, k)),
    eventTime,
    condition: pair === null ? null : pairCondition(pair, ...columns),
  };
  const output = [...columns[0], ...(givesPairs(spec) ? columns[1] : []), change];
  return select({ kind: "changeJoin", spec, left: left.input, right: right.input, output }, outputOf(node));
}

/** When the watermark has passed such a key, no row of it comes on either side. */
function eventTimeAmong(keys: readonly EquiKey[]): number | null {
  const place = keys.findIndex(({ left, right }) => isTimed(left) && isTimed(right));
  return place < 0 ? null : place;
}

function isTimed(e: Expression): boolean {
  return e.kind === "attribute" && e.eventTime !== undefined;
}

function withoutSign(node: NodeOf<"changeJoin">, side: SideIndex): readonly Attribute[] {
  return outputOf(side === 0 ? node.left : node.right).filter(({ id }) => id !== node.taken[side]?.id);
}

/** Rows whose keys are null meet nobody, unless nulls are equal. */
function notNull(keys: readonly EquiKey[], side: SideIndex): Expression[] {
  return keys.flatMap(({ left, right, nullSafe }) => (nullSafe ? [] : [isNotNull(side === 0 ? left : right)]));
}

function planSide(
  input: PhysicalNode,
  columns: readonly Attribute[],
  taken: Attribute | null,
  keys: readonly Expression[],
  filter: Expression | null,
): PlannedSide {
  const signed = taken === null ? columns : [...columns, taken];
  const { input: keyed, indexes } = withColumns(select(input, signed), keys);
  const computed = keyed.output.slice(signed.length);
  const kept = [...columns, ...computed];
  const moved = select(keyed, taken === null ? kept : [...kept, taken]);
  const places = indexes.map((index) => (index < columns.length ? index : index - (signed.length - columns.length)));
  return { input: moved, spec: { columns, kept, keys: places, filter, sign: taken === null ? null : kept.length, ttlMs: null } };
}
