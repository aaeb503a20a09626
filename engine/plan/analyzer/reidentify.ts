import { freshId } from "../../expression/expression.js";
import { factsOf, type LogicalPlan } from "../logicalPlan.js";
import { mapAttributes, type AttributeMapping } from "../mapAttributes.js";
import { expressionsOf, foldUp, nodesOf, transformUp } from "../transform.js";

/**
 * The ids of the attributes that the nodes of a plan define. A plan that is built on another shares its table and has what it added at the end: only a
 * second plan on the same one copies.
 */
interface DefinedIds {
  /** The place of each id, in the order in which they were added. */
  readonly places: Map<number, number>;
  /** The ids at the places below this one are those of the plan. */
  readonly count: number;
}

const known = new WeakMap<LogicalPlan, DefinedIds>();

function definedIds(plan: LogicalPlan): DefinedIds {
  return known.get(plan) ?? foldUp(plan, known, extended);
}

function extended(node: LogicalPlan, [first, ...others]: readonly DefinedIds[]): DefinedIds {
  const isLast = first !== undefined && first.places.size === first.count;
  const places = isLast ? first.places : new Map(first === undefined ? [] : idsOf(first).map((id, place) => [id, place] as const));
  const add = (id: number): void => {
    if (!places.has(id)) places.set(id, places.size);
  };
  for (const other of others) idsOf(other).forEach(add);
  for (const { id } of factsOf(node).defined(node)) add(id);
  for (const e of expressionsOf(node)) if (e.kind === "alias") add(e.id);
  return { places, count: places.size };
}

function idsOf({ places, count }: DefinedIds): readonly number[] {
  const ids = [...places.keys()];
  return ids.length === count ? ids : ids.slice(0, count);
}

function has({ places, count }: DefinedIds, id: number): boolean {
  const place = places.get(id);
  return place !== undefined && place < count;
}

/** Inputs of which none shares an attribute or a watermark with one before it: a plan that occurs twice gets new ids the second time. */
export function distinctInputs(inputs: readonly LogicalPlan[]): readonly LogicalPlan[] {
  const before: DefinedIds[] = [];
  return inputs.map((input) => {
    const shares = before.length > 0 && idsOf(definedIds(input)).some((id) => before.some((ids) => has(ids, id)));
    const distinct = shares ? reidentify(input) : input;
    before.push(definedIds(distinct));
    return distinct;
  });
}

/** The same plan over attributes and watermarks of its own. */
export function reidentify(plan: LogicalPlan): LogicalPlan {
  const ids = new Map(idsOf(definedIds(plan)).map((id) => [id, freshId()]));
  const watermarks = new Map<number, number>();
  for (const node of nodesOf(plan)) if (node.kind === "withWatermark") watermarks.set(node.watermarkId, freshId());

  const mapping: AttributeMapping = {
    id: (id) => ids.get(id) ?? id,
    eventTime: (eventTime) => ({ ...eventTime, watermarkId: watermarks.get(eventTime.watermarkId) ?? eventTime.watermarkId }),
  };
  return transformUp(plan, (node) => {
    const own = mapAttributes(node, mapping);
    return own.kind === "withWatermark" ? { ...own, watermarkId: watermarks.get(own.watermarkId)! } : own;
  });
}
