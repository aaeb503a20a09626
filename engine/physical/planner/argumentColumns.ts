import type { AggregateCall, Expression } from "../../expression/expression.js";
import { isDeterministic } from "../../expression/determinism.js";
import { expressionKey } from "../../expression/expressionKey.js";
import { guarded } from "../../expression/guards.js";
import type { BoundAggregate } from "../stateful/aggregateSpec.js";

/** Adds the columns of an aggregate's arguments; equal ones are shared. */
export function bindAggregate(call: AggregateCall, columns: ArgumentColumns): BoundAggregate {
  const { filter } = call;
  return {
    call,
    // FILTER decides before the arguments are evaluated: for the rows it leaves out they must not fail.
    args: call.args.map((arg) => columns.add(filter === null || isLeaf(arg) ? arg : guarded(arg, filter))),
    filter: filter === null ? null : columns.add(filter),
  };
}

/** The columns that the operator is given, each once. */
export class ArgumentColumns {
  readonly #places = new Map<string, number>();

  constructor(readonly expressions: Expression[]) {
    expressions.forEach((e, place) => this.#note(e, place));
  }

  add(e: Expression): number {
    const known = isDeterministic(e) ? this.#places.get(expressionKey(e)) : undefined;
    if (known !== undefined) return known;
    this.expressions.push(e);
    this.#note(e, this.expressions.length - 1);
    return this.expressions.length - 1;
  }

  #note(e: Expression, place: number): void {
    const key = expressionKey(e);
    if (!this.#places.has(key)) this.#places.set(key, place);
  }
}

function isLeaf(e: Expression): boolean {
  return e.kind === "attribute" || e.kind === "literal";
}
