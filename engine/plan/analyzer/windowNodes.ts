import { freshId, type Alias, type Expression, type WindowCall } from "../../expression/expression.js";
import { mapChildren, someExpression } from "../../expression/traverse.js";
import { attributeOf } from "../attributeOf.js";
import { expressionKey } from "../../expression/expressionKey.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { isStreaming } from "../streamingPlan.js";
import { sqlText } from "../sqlText.js";

/** Expressions without window calls, over an input whose Window nodes give their values. */
export interface Windowed<E extends Expression> {
  readonly expressions: readonly E[];
  readonly input: LogicalPlan;
}

/** Takes the window calls out of expressions; calls of the same partitions and order share a node. A call inside of another's window comes first. */
export function extractWindowCalls<E extends Expression>(expressions: readonly E[], given: LogicalPlan): Windowed<E> {
  let current = expressions;
  let input = given;
  while (current.some(holdsWindowCall)) {
    const calls = new Map<string, Alias>();
    // The refusal of a stream says which column it is of.
    const nameOf = (e: Expression): string | null => (e.kind === "alias" && isStreaming(given) ? e.name : null);
    current = current.map((e) => takeInnermost(e, calls, nameOf(e)) as E);
    const nodes = new Map<string, Alias[]>();
    for (const alias of calls.values()) {
      const key = windowKey(alias.child as WindowCall);
      nodes.set(key, [...(nodes.get(key) ?? []), alias]);
    }
    for (const aliases of nodes.values()) input = { kind: "window", calls: aliases, input };
  }
  return { expressions: current, input };
}

function holdsWindowCall(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "windowCall");
}

function takeInnermost(e: Expression, calls: Map<string, Alias>, name: string | null): Expression {
  const inner = mapChildren(e, (child) => takeInnermost(child, calls, name));
  if (inner !== e || e.kind !== "windowCall") return inner;
  const key = expressionKey(e);
  let alias = calls.get(key);
  if (alias === undefined) calls.set(key, (alias = { kind: "alias", child: e, name: name ?? sqlText(e), id: freshId() }));
  return attributeOf(alias);
}

function windowKey({ partition, order }: WindowCall): string {
  return `${partition.map(expressionKey).join()}|${order.map(expressionKey).join()}`;
}
