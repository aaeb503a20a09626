import { freshId, type Attribute, type Expression } from "../../expression/expression.js";
import { rewriteExpression } from "../../expression/traverse.js";
import { factsOf, type LogicalPlan } from "../logicalPlan.js";
import { expressionsOf, foldUp, mapExpressions, nodesOf, transformUp } from "../transform.js";

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
function reidentify(plan: LogicalPlan): LogicalPlan {
  const ids = new Map(idsOf(definedIds(plan)).map((id) => [id, freshId()]));
  const watermarks = new Map<number, number>();
  for (const node of nodesOf(plan)) if (node.kind === "withWatermark") watermarks.set(node.watermarkId, freshId());

  const attribute = (a: Attribute): Attribute => {
    const eventTime = a.eventTime && { ...a.eventTime, watermarkId: watermarks.get(a.eventTime.watermarkId) ?? a.eventTime.watermarkId };
    return { ...a, id: ids.get(a.id) ?? a.id, ...(eventTime && { eventTime }) };
  };
  const expression = (e: Expression): Expression =>
    rewriteExpression(e, (part) => {
      if (part.kind === "attribute") return attribute(part);
      if (part.kind !== "alias") return part;
      const eventTime = part.eventTime && {
        ...part.eventTime,
        watermarkId: watermarks.get(part.eventTime.watermarkId) ?? part.eventTime.watermarkId,
      };
      return { ...part, id: ids.get(part.id) ?? part.id, ...(eventTime && { eventTime }) };
    });
  return transformUp(plan, (node) => {
    const facts = factsOf(node);
    const own = facts.withDefined(node, facts.defined(node).map(attribute));
    const rewritten = mapExpressions(own, expression);
    return rewritten.kind === "withWatermark" ? { ...rewritten, watermarkId: watermarks.get(rewritten.watermarkId)! } : rewritten;
  });
}
