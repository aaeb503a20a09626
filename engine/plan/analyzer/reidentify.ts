import { freshId, type Attribute, type Expression } from "../../expression/expression.js";
import type { LogicalPlan, SetOperation } from "../logicalPlan.js";
import { rewriteExpression } from "../../expression/traverse.js";
import { expressionsOf, nodesOf, transformUp } from "../transform.js";

/** The ids of the attributes that the nodes of a plan define. */
function definedIds(plan: LogicalPlan): Set<number> {
  const ids = new Set<number>();
  for (const node of nodesOf(plan)) {
    for (const { id } of definedAttributes(node)) ids.add(id);
    for (const e of expressionsOf(node)) if (e.kind === "alias") ids.add(e.id);
  }
  return ids;
}

function definedAttributes(node: LogicalPlan): readonly Attribute[] {
  switch (node.kind) {
    case "read":
    case "localRelation":
      return node.output;
    case "setOperation":
      return node.output ?? [];
    case "timeWindow":
    case "sessionWindow":
      return [node.window];
    case "generate":
      return node.generated;
    default:
      return [];
  }
}

/** Inputs of which none shares an attribute or a watermark with one before it: a plan that occurs twice gets new ids the second time. */
export function distinctInputs(inputs: readonly LogicalPlan[]): readonly LogicalPlan[] {
  const seen = new Set<number>();
  return inputs.map((input) => {
    const shares = [...definedIds(input)].some((id) => seen.has(id));
    const distinct = shares ? reidentify(input) : input;
    for (const id of definedIds(distinct)) seen.add(id);
    return distinct;
  });
}

/** The same plan over attributes and watermarks of its own. */
function reidentify(plan: LogicalPlan): LogicalPlan {
  const ids = new Map([...definedIds(plan)].map((id) => [id, freshId()]));
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
  return transformUp(plan, (node) => reidentifyNode(node, attribute, expression, watermarks));
}

function reidentifyNode(
  node: LogicalPlan,
  attribute: (a: Attribute) => Attribute,
  expression: (e: Expression) => Expression,
  watermarks: ReadonlyMap<number, number>,
): LogicalPlan {
  switch (node.kind) {
    case "read":
    case "localRelation":
      return { ...node, output: node.output.map(attribute) };
    case "project":
      return { ...node, expressions: node.expressions.map(expression) };
    case "filter":
      return { ...node, condition: expression(node.condition) };
    case "aggregate":
      return { ...node, grouping: node.grouping.map(expression), aggregates: node.aggregates.map(expression) };
    case "join":
      return { ...node, condition: node.condition && expression(node.condition) };
    case "setOperation":
      return { ...node, ...(node.output && { output: node.output.map(attribute) }) } satisfies SetOperation;
    case "withWatermark":
      return { ...node, column: expression(node.column), watermarkId: watermarks.get(node.watermarkId)! };
    case "timeWindow":
      return { ...node, time: expression(node.time), window: attribute(node.window) };
    case "sessionWindow":
      return { ...node, time: expression(node.time), gap: expression(node.gap), window: attribute(node.window) };
    case "generate":
      return { ...node, generator: expression(node.generator), generated: node.generated.map(attribute) };
    case "deduplicate":
      return { ...node, ...(node.keys && { keys: node.keys.map(attribute) }) };
    case "sort":
      return { ...node, order: node.order.map((order) => ({ ...order, child: expression(order.child) })) };
    default:
      return node;
  }
}
