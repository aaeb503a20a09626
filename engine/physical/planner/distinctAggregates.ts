import { types } from "../../arrow/types.js";
import { freshId, type Attribute } from "../../expression/expression.js";
import type { PhysicalNode } from "../plan.js";
import type { BoundAggregate } from "../stateful/aggregateSpec.js";
import type { DistinctColumns } from "../stateless/firstOccurrence.js";

/** The columns whose combinations the DISTINCT aggregates count once; aggregates over the same ones share a mark. */
export interface DistinctSets {
  readonly sets: readonly DistinctColumns[];
  /** The place of the mark of an aggregate. */
  placeOf(aggregate: number): number;
}

/** @param groups how many grouping columns come first */
export function distinctSets(aggregates: readonly BoundAggregate[], groups: number): DistinctSets {
  const sets: DistinctColumns[] = [];
  const keys = new Map<string, number>();
  const places = aggregates.map(({ call, args, filter }) => {
    if (!call.distinct) return -1;
    const columns = [...Array.from({ length: groups }, (_, i) => i), ...args];
    const key = JSON.stringify([columns, filter]);
    if (!keys.has(key)) keys.set(key, sets.push({ columns, filter }) - 1);
    return keys.get(key)!;
  });
  return { sets, placeOf: (aggregate) => places[aggregate]! };
}

/** The aggregate over the rows that are marked as the first of their values. */
export function overFirst({ call, args }: BoundAggregate, mark: number): BoundAggregate {
  return { call: { ...call, distinct: false }, args, filter: mark };
}

/** The input with the marks behind its columns. */
export function withMarks(input: PhysicalNode, sets: readonly DistinctColumns[]): PhysicalNode {
  if (sets.length === 0) return input;
  const marks = sets.map((): Attribute => ({
    kind: "attribute",
    id: freshId(),
    name: "first",
    type: types.boolean,
    nullable: false,
    qualifier: [],
  }));
  return { kind: "firstOccurrence", sets, input, output: [...input.output, ...marks] };
}
