import { assert } from "../errors/assert.js";
import type { Alias, Attribute, Expression } from "../expression/expression.js";
import { nullableOf, typeOf } from "../expression/types/typeOf.js";

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

/** What the columns of an output list are computed from, by id. */
export function definitionsOf(expressions: readonly Expression[]): ReadonlyMap<number, Expression> {
  return new Map(expressions.flatMap((e) => (e.kind === "alias" ? [[e.id, e.child] as const] : [])));
}
