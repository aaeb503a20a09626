import type { Expression } from "../expression/expression.js";
import { factsOf, type LogicalPlan } from "./logicalPlan.js";

// Walks over plans. None of them recurses: a plan may be as deep as a program has verbs.

/** The inputs of a node. */
export function childrenOf(plan: LogicalPlan): readonly LogicalPlan[] {
  return factsOf(plan).children(plan);
}

/** The expressions that a node holds itself. */
export function expressionsOf(plan: LogicalPlan): readonly Expression[] {
  return factsOf(plan).expressions(plan);
}

/** The node over other inputs; the node itself when they are the ones it has. */
export function withChildren(plan: LogicalPlan, children: readonly LogicalPlan[]): LogicalPlan {
  const before = childrenOf(plan);
  return before.every((child, i) => child === children[i]) ? plan : factsOf(plan).withChildren(plan, children);
}

/** The node with its expressions rewritten; the node itself when none changes. */
export function mapExpressions(plan: LogicalPlan, rewrite: (e: Expression) => Expression): LogicalPlan {
  const before = expressionsOf(plan);
  const after = before.map(rewrite);
  return after.every((e, i) => e === before[i]) ? plan : factsOf(plan).withExpressions(plan, after);
}

/** Applies `rewrite` to the inputs first, then to the node over the rewritten inputs. */
export function transformUp(plan: LogicalPlan, rewrite: (node: LogicalPlan) => LogicalPlan): LogicalPlan {
  return foldUp<LogicalPlan>(plan, new Map(), (node, children) => rewrite(withChildren(node, children)));
}

/** Applies `rewrite` to the node first, then to the inputs of what it gave. */
export function transformDown(plan: LogicalPlan, rewrite: (node: LogicalPlan) => LogicalPlan): LogicalPlan {
  return transformDownWith(plan, null, (node) => ({ node: rewrite(node), below: null }));
}

/** A node that was rewritten on the way down, and what its inputs are told: each the same, or its own. */
interface Descent<T> {
  readonly node: LogicalPlan;
  readonly below: T;
}

interface Frame<T> extends Descent<T> {
  readonly children: readonly LogicalPlan[];
  readonly done: LogicalPlan[];
}

/** The same, with something that is told from above: `rewrite` gives what the inputs of the node it gives are told. */
export function transformDownWith<T>(plan: LogicalPlan, told: T, rewrite: (node: LogicalPlan, told: T) => Descent<T>): LogicalPlan {
  const open = (node: LogicalPlan, fromAbove: T): Frame<T> => {
    const descent = rewrite(node, fromAbove);
    return { ...descent, children: childrenOf(descent.node), done: [] };
  };
  const frames = [open(plan, told)];
  for (;;) {
    const frame = frames.at(-1)!;
    if (frame.done.length < frame.children.length) {
      frames.push(open(frame.children[frame.done.length]!, frame.below));
      continue;
    }
    frames.pop();
    const node = withChildren(frame.node, frame.done);
    const above = frames.at(-1);
    if (above === undefined) return node;
    above.done.push(node);
  }
}

/** The nodes, each before its inputs. */
export function* nodesOf(plan: LogicalPlan): Generator<LogicalPlan> {
  const waiting = [plan];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i]!);
  }
}

/** The nodes, each after its inputs. */
export function nodesUp(plan: LogicalPlan): readonly LogicalPlan[] {
  const nodes: LogicalPlan[] = [];
  foldUp<true>(plan, new Map(), (node) => {
    nodes.push(node);
    return true;
  });
  return nodes;
}

interface Known<T> {
  get(plan: LogicalPlan): T | undefined;
  set(plan: LogicalPlan, value: T): unknown;
}

/** Computes something of a plan from the same of its inputs, left before right; what is known already is not computed again. */
export function foldUp<T extends object | boolean>(
  plan: LogicalPlan,
  known: Known<T>,
  compute: (node: LogicalPlan, inputs: readonly T[]) => T,
): T {
  const waiting = [plan];
  for (let node = waiting.at(-1); node !== undefined; node = waiting.at(-1)) {
    const children = childrenOf(node);
    let missing = false;
    for (let i = children.length - 1; i >= 0; i--) {
      if (known.get(children[i]!) !== undefined) continue;
      missing = true;
      waiting.push(children[i]!);
    }
    if (missing) continue;
    waiting.pop();
    if (known.get(node) !== undefined) continue;
    known.set(
      node,
      compute(
        node,
        children.map((child) => known.get(child)!),
      ),
    );
  }
  return known.get(plan)!;
}
