import { types, type StructType } from "../../arrow/types.js";
import type { Alias, Call, Expression } from "../../expression/expression.js";
import { expressionKey } from "../../expression/expressionKey.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import {
  expressionChildren,
  expressionNodes,
  foldExpression,
  rewriteExpression,
  someExpression,
  withExpressionChildren,
} from "../../expression/traverse.js";
import { transformUp } from "../transform.js";
import type { Rule } from "./rule.js";

/**
 * `from_json` decodes only the fields that the projection that it stands in, or the one above, looks at. As in Spark (OptimizeJsonExprs) only where no options are given: with some of them a
 * field that nobody looks at can still make a record malformed.
 */
export const pruneFromJson: Rule = {
  name: "pruneFromJson",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "project" ? prune(pruneWithin(node)) : node)),
};

/** Fields taken out of a call right where it stands. */
function pruneWithin(node: NodeOf<"project">): NodeOf<"project"> {
  // A call that the filter makes too is decoded once for both: it stays the same call.
  if (node.input.kind === "filter" && someExpression(node.input.condition, isDecodeCall)) return node;
  const fields = fieldsTaken(node.expressions);
  if ([...fields.values()].every((names) => names === null)) return node;
  const narrow = (e: Expression, children: readonly Expression[]): Expression => {
    const over = withExpressionChildren(e, children);
    const taken = takenField(e);
    const names = taken === null ? null : fields.get(expressionKey(taken.call));
    if (taken === null || !names || names.size === taken.call.type.fields.length || over.kind !== "call") return over;
    const [call, ...key] = over.args as [DecodeCall, ...Expression[]];
    const type = types.struct(taken.call.type.fields.filter(({ name }) => names.has(name)));
    return { ...over, args: [{ ...call, type }, ...key] };
  };
  const expressions = node.expressions.map((e) => foldExpression<Expression>(e, narrow));
  return expressions.every((e, i) => e === node.expressions[i]) ? node : { ...node, expressions };
}

/** Which fields are taken out of each call, by its key; null for a call that is needed whole. */
function fieldsTaken(expressions: readonly Expression[]): ReadonlyMap<string, ReadonlySet<string> | null> {
  const fields = new Map<string, Set<string> | null>();
  for (const item of expressions) {
    for (const e of expressionNodes(item, besideTaken)) {
      const taken = takenField(e);
      if (taken === null) {
        if (isDecodeCall(e)) fields.set(expressionKey(e), null);
        continue;
      }
      const key = expressionKey(taken.call);
      const known = fields.get(key);
      if (known !== null) fields.set(key, (known ?? new Set()).add(taken.field));
    }
  }
  return fields;
}

function besideTaken(e: Expression): readonly Expression[] {
  return takenField(e)?.call.args ?? expressionChildren(e);
}

type DecodeCall = Call & { readonly type: StructType };

function isDecodeCall(e: Expression): e is DecodeCall {
  return e.kind === "call" && e.name === "from_json" && e.type.kind === "struct" && Object.keys(e.options ?? {}).length === 0;
}

/** `from_json(…).field`, in its parts. */
function takenField(e: Expression): { readonly get: Call; readonly call: DecodeCall; readonly field: string } | null {
  if (e.kind !== "call" || e.name !== "getField") return null;
  const [child, key] = e.args as [Expression, Expression];
  if (!isDecodeCall(child) || key.kind !== "literal" || typeof key.value !== "string") return null;
  return { get: e, call: child, field: key.value };
}

type Decode = Alias & { readonly child: DecodeCall };

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
  return e.kind === "alias" && isDecodeCall(e.child);
}

/** The fields of a struct column that expressions take out of it; null when one of them needs it whole. */
function fieldsUsed(expressions: readonly Expression[], id: number): Set<string> | null {
  const fields = new Set<string>();
  const besideFields = (e: Expression): readonly Expression[] => (fieldTaken(e, id) === null ? expressionChildren(e) : []);
  for (const item of expressions) {
    for (const e of expressionNodes(item, besideFields)) {
      if (e.kind === "attribute" && e.id === id) return null;
      const field = fieldTaken(e, id);
      if (field !== null) fields.add(field);
    }
  }
  return fields;
}

/** The field that the expression takes out of the column; null for another expression. */
function fieldTaken(e: Expression, id: number): string | null {
  if (e.kind !== "call" || e.name !== "getField") return null;
  const [child, key] = e.args as [Expression, Expression];
  const taken = child.kind === "attribute" && child.id === id && key.kind === "literal" && typeof key.value === "string";
  return taken ? key.value : null;
}
