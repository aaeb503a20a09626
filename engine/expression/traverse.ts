import type { Expression, SortOrder, UpdateFields, WindowCall } from "./expression.js";

// Walks over expressions. None of them recurses: a program may chain as many operators as it likes.

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
    case "updateFields":
      return [e.child, ...e.updates.flatMap(({ value }) => (value === null ? [] : [value]))];
    case "lambda":
      return [e.body];
    default:
      return [];
  }
}

/** The expression over other children, as many; the expression itself when they are the ones it has. */
export function withExpressionChildren(e: Expression, after: readonly Expression[]): Expression {
  if (expressionChildren(e).every((child, i) => child === after[i])) return e;
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
    case "updateFields":
      return withUpdates(e, after);
    case "lambda":
      return { ...e, body: after[0]! };
    default:
      return e;
  }
}

function withUpdates(e: UpdateFields, [child, ...values]: readonly Expression[]): UpdateFields {
  return { ...e, child: child!, updates: e.updates.map(({ name, value }) => ({ name, value: value === null ? null : values.shift()! })) };
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

/** The expression with its direct children mapped. */
export function mapChildren(e: Expression, map: (child: Expression) => Expression): Expression {
  return withExpressionChildren(e, expressionChildren(e).map(map));
}

/** What is known of expressions already. */
export interface Known<T> {
  get(e: Expression): T | undefined;
  set(e: Expression, value: T): unknown;
}

/** How a fold goes through an expression. */
export interface Folding<T> {
  /** Results that hold for the same object anywhere; default: those of this fold. */
  readonly known?: Known<T>;
  /** The parts whose results are asked for; default: all children. */
  readonly parts?: (e: Expression) => readonly Expression[];
}

/** A part whose own parts are being computed. */
interface Frame<T> {
  readonly e: Expression;
  readonly parts: readonly Expression[];
  readonly results: T[];
}

/** Computes something of an expression from the same of its parts, left before right; a part that stands in several places is computed once. */
export function foldExpression<T extends {}>(
  e: Expression,
  compute: (e: Expression, results: readonly T[]) => T,
  { known = new Map<Expression, T>(), parts = expressionChildren }: Folding<T> = {},
): T {
  const before = known.get(e);
  if (before !== undefined) return before;
  const open = (part: Expression): Frame<T> => ({ e: part, parts: parts(part), results: [] });
  const stack = [open(e)];
  for (;;) {
    const top = stack.at(-1)!;
    const next = top.parts[top.results.length];
    if (next !== undefined) {
      const result = known.get(next);
      if (result === undefined) stack.push(open(next));
      else top.results.push(result);
      continue;
    }
    stack.pop();
    const done = compute(top.e, top.results);
    known.set(top.e, done);
    const parent = stack.at(-1);
    if (parent === undefined) return done;
    parent.results.push(done);
  }
}

/** Applies `rewrite` to the children first, then to the expression over the rewritten children. */
export function rewriteExpression(e: Expression, rewrite: (e: Expression) => Expression): Expression {
  return foldExpression<Expression>(e, (part, children) => rewrite(withExpressionChildren(part, children)));
}

/** Whether the expression or one below it is as asked. */
export function someExpression(e: Expression, holds: (e: Expression) => boolean): boolean {
  for (const part of expressionNodes(e)) if (holds(part)) return true;
  return false;
}

/**
 * The expression and all below it (or what `parts` gives of each), outermost first; an object that stands in several places comes once, but for leaves.
 */
export function* expressionNodes(
  e: Expression,
  parts: (e: Expression) => readonly Expression[] = expressionChildren,
): Generator<Expression> {
  const seen = new Set<Expression>();
  const stack = [e];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const children = parts(node);
    if (children.length > 0) {
      if (seen.has(node)) continue;
      seen.add(node);
    }
    yield node;
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
}

/** The ids of the attributes that an expression reads. */
export function referencesOf(e: Expression): Set<number> {
  const ids = new Set<number>();
  for (const node of expressionNodes(e)) if (node.kind === "attribute") ids.add(node.id);
  return ids;
}

const heights = new WeakMap<Expression, number>();

/** How many expressions stand on the longest way down; a leaf has height 1. */
export function heightOf(e: Expression): number {
  return foldExpression<number>(e, (_, children) => children.reduce((most, height) => Math.max(most, height), 0) + 1, { known: heights });
}
