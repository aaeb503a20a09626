import { types, type StructType } from "../../arrow/types.js";
import type { Alias, Call, Expression } from "../../expression/expression.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { expressionChildren, rewriteExpression } from "../../expression/traverse.js";
import { transformUp } from "../transform.js";
import type { Rule } from "./rule.js";

/**
 * `from_json` decodes only the fields that the projection above looks at. As in Spark (OptimizeJsonExprs) only where no options are given: with some of them a
 * field that nobody looks at can still make a record malformed.
 */
export const pruneFromJson: Rule = {
  name: "pruneFromJson",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "project" ? prune(node) : node)),
};

type Decode = Alias & { readonly child: Call & { readonly type: StructType } };

function prune(outer: NodeOf<"project">): LogicalPlan {
  const filter = outer.input.kind === "filter" ? outer.input : null;
  const inner = filter === null ? outer.input : filter.input;
  if (inner.kind !== "project") return outer;
  const above = filter === null ? outer.expressions : [...outer.expressions, filter.condition];
  const narrowed = new Map<number, Decode>();
  for (const e of inner.expressions) {
    if (!isDecode(e)) continue;
    const fields = fieldsUsed(above, e.id);
    if (fields === null || fields.size === 0 || fields.size === e.child.type.fields.length) continue;
    const type = types.struct(e.child.type.fields.filter(({ name }) => fields.has(name)));
    narrowed.set(e.id, { ...e, child: { ...e.child, type } });
  }
  if (narrowed.size === 0) return outer;
  const retyped = (e: Expression): Expression =>
    rewriteExpression(e, (part) => {
      const decode = part.kind === "attribute" ? narrowed.get(part.id) : undefined;
      return decode === undefined || part.kind !== "attribute" ? part : { ...part, type: decode.child.type };
    });
  const input: NodeOf<"project"> = {
    ...inner,
    expressions: inner.expressions.map((e) => (e.kind === "alias" ? (narrowed.get(e.id) ?? e) : e)),
  };
  const below: LogicalPlan = filter === null ? input : { ...filter, condition: retyped(filter.condition), input };
  return { ...outer, expressions: outer.expressions.map(retyped), input: below };
}

function isDecode(e: Expression): e is Decode {
  if (e.kind !== "alias" || e.child.kind !== "call" || e.child.name !== "from_json") return false;
  return e.child.type.kind === "struct" && Object.keys(e.child.options ?? {}).length === 0;
}

/** The fields of a struct column that expressions take out of it; null when one of them needs it whole. */
function fieldsUsed(expressions: readonly Expression[], id: number): Set<string> | null {
  const fields = new Set<string>();
  const visit = (e: Expression): boolean => {
    if (e.kind === "attribute") return e.id !== id;
    if (e.kind === "call" && e.name === "getField") {
      const [child, key] = e.args as [Expression, Expression];
      if (child.kind === "attribute" && child.id === id && key.kind === "literal" && typeof key.value === "string") {
        fields.add(key.value);
        return true;
      }
    }
    return expressionChildren(e).every(visit);
  };
  return expressions.every(visit) ? fields : null;
}
