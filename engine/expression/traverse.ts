import type { Expression, SortOrder, WindowCall } from "./expression.js";

/** The direct children of an expression, resolved or not. */
export function expressionChildren(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case "alias":
    case "cast":
    case "sortOrder":
    case "unresolvedCast":
    case "multiAlias":
      return [e.child];
    case "call":
      return e.args;
    case "aggregateCall":
    case "unresolvedFunction":
      return e.filter === null ? e.args : [...e.args, e.filter];
    case "namedArgument":
      return [e.value];
    case "unresolvedSubquery":
      return e.values;
    case "subquery":
      return [...e.values, ...e.given];
    case "windowCall":
      return [...e.args, ...(e.filter === null ? [] : [e.filter]), ...e.partition, ...e.order];
    case "unresolvedExtract":
      return [e.child, e.key];
    case "lambda":
      return [e.body];
    default:
      return [];
  }
}

/** The expression over other children; the expression itself when they are the ones it has. */
export function mapChildren(e: Expression, map: (child: Expression) => Expression): Expression {
  const before = expressionChildren(e);
  const after = before.map(map);
  if (after.every((child, i) => child === before[i])) return e;
  switch (e.kind) {
    case "alias":
    case "cast":
    case "sortOrder":
    case "unresolvedCast":
    case "multiAlias":
      return { ...e, child: after[0]! };
    case "call":
      return { ...e, args: after };
    case "aggregateCall":
    case "unresolvedFunction":
      return { ...e, args: after.slice(0, e.args.length), filter: e.filter === null ? null : after.at(-1)! };
    case "namedArgument":
      return { ...e, value: after[0]! };
    case "unresolvedSubquery":
      return { ...e, values: after };
    case "subquery":
      return { ...e, values: after.slice(0, e.values.length), given: after.slice(e.values.length) };
    case "windowCall":
      return overParts(e, after);
    case "unresolvedExtract":
      return { ...e, child: after[0]!, key: after[1]! };
    case "lambda":
      return { ...e, body: after[0]! };
    default:
      return e;
  }
}

function overParts(e: WindowCall, parts: readonly Expression[]): WindowCall {
  const rest = parts.slice(e.args.length);
  const filter = e.filter === null ? null : rest.shift()!;
  const partition = rest.slice(0, e.partition.length);
  return {
    ...e,
    args: parts.slice(0, e.args.length),
    filter,
    partition,
    order: rest.slice(e.partition.length) as readonly Expression[] as readonly SortOrder[],
  };
}

/** A node whose children are being rewritten. */
interface Rewriting {
  readonly e: Expression;
  readonly children: readonly Expression[];
  readonly rewritten: Expression[];
}

function rewriting(e: Expression): Rewriting {
  return { e, children: expressionChildren(e), rewritten: [] };
}

/** Applies `rewrite` to the children first, then to the expression over the rewritten children. Any depth: nothing here recurses. */
export function rewriteExpression(e: Expression, rewrite: (e: Expression) => Expression): Expression {
  const stack = [rewriting(e)];
  for (;;) {
    const top = stack.at(-1)!;
    const next = top.children[top.rewritten.length];
    if (next !== undefined) {
      stack.push(rewriting(next));
      continue;
    }
    stack.pop();
    let place = 0;
    const done = rewrite(mapChildren(top.e, () => top.rewritten[place++]!));
    const parent = stack.at(-1);
    if (parent === undefined) return done;
    parent.rewritten.push(done);
  }
}

/** Whether the expression or one below it is as asked. */
export function someExpression(e: Expression, holds: (e: Expression) => boolean): boolean {
  for (const part of expressionNodes(e)) if (holds(part)) return true;
  return false;
}

/** The expression and all below it, outermost first. */
export function* expressionNodes(e: Expression): Generator<Expression> {
  const stack = [e];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    const children = expressionChildren(node);
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
}

/** The ids of the attributes that an expression reads. */
export function referencesOf(e: Expression): Set<number> {
  const ids = new Set<number>();
  for (const node of expressionNodes(e)) if (node.kind === "attribute") ids.add(node.id);
  return ids;
}
