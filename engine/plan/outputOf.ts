import type { Alias, Attribute, Expression } from "../expression/expression.js";
import { nullableOf, typeOf } from "../expression/types/typeOf.js";
import { assert } from "../errors/assert.js";
import type { Join, LogicalPlan, WithWatermark } from "./logicalPlan.js";

// Plans are immutable, and every verb asks again for the output of the plan below it.
const known = new WeakMap<LogicalPlan, readonly Attribute[]>();

/** The columns that an analyzed plan gives. */
export function outputOf(plan: LogicalPlan): readonly Attribute[] {
  let output = known.get(plan);
  if (output === undefined) {
    output = compute(plan);
    known.set(plan, output);
  }
  return output;
}

function compute(plan: LogicalPlan): readonly Attribute[] {
  switch (plan.kind) {
    case "read":
    case "localRelation":
      return plan.output;
    case "project":
      return plan.expressions.map(attributeOf);
    case "aggregate":
      return plan.aggregates.map(attributeOf);
    case "join":
      return joinOutput(plan);
    case "setOperation":
      assert(plan.output !== undefined, "a set operation has its output only after analysis");
      return plan.output;
    case "withWatermark":
      return watermarkOutput(plan);
    case "timeWindow":
    case "sessionWindow":
      return [...outputOf(plan.input), plan.window];
    case "generate":
      return [...outputOf(plan.input), ...plan.generated];
    case "subqueryAlias":
      return outputOf(plan.input).map((attribute) => ({ ...attribute, qualifier: [plan.alias] }));
    default:
      return outputOf(plan.input);
  }
}

/** The attribute that an item of an output list defines, or is. */
export function attributeOf(e: Expression): Attribute {
  if (e.kind === "attribute") return e;
  assert(e.kind === "alias", `an output column must have a name, not be a bare ${e.kind}`);
  const eventTime = eventTimeOf(e);
  return {
    kind: "attribute",
    id: e.id,
    name: e.name,
    type: typeOf(e.child),
    nullable: nullableOf(e.child),
    qualifier: [],
    ...(eventTime && { eventTime }),
  };
}

/** The watermark follows a rename, not an expression. */
function eventTimeOf(e: Alias): Attribute["eventTime"] {
  return e.child.kind === "attribute" ? e.child.eventTime : e.eventTime;
}

function nullable(attributes: readonly Attribute[]): readonly Attribute[] {
  return attributes.map((a) => (a.nullable ? a : { ...a, nullable: true }));
}

function joinOutput({ joinType, left, right }: Join): readonly Attribute[] {
  const lefts = outputOf(left);
  const rights = outputOf(right);
  switch (joinType) {
    case "left":
      return [...lefts, ...nullable(rights)];
    case "right":
      return [...nullable(lefts), ...rights];
    case "full":
      return [...nullable(lefts), ...nullable(rights)];
    case "leftSemi":
    case "leftAnti":
      return lefts;
    default:
      return [...lefts, ...rights];
  }
}

/** A new watermark replaces the one there was, whichever column carried it. */
function watermarkOutput({ column, delayMs, watermarkId, input }: WithWatermark): readonly Attribute[] {
  assert(column.kind === "attribute" && delayMs !== undefined, "a watermark has its column and delay only after analysis");
  return outputOf(input).map((attribute) => {
    if (attribute.id === column.id) return { ...attribute, eventTime: { delayMs, watermarkId } };
    if (attribute.eventTime === undefined) return attribute;
    const { eventTime: _, ...plain } = attribute;
    return plain;
  });
}
