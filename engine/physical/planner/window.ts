import { assert } from "../../errors/assert.js";
import { isWindowFunctionName } from "../../plan/analyzer/windowCalls.js";
import type { AggregateCall, Expression, SortOrder, WindowCall } from "../../expression/expression.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { attributeOf } from "../../plan/attributeOf.js";
import type { PhysicalNode } from "../plan.js";
import type { SortKey } from "../stateless/rowOrder.js";
import type { BoundWindowCall } from "../stateless/windowSpec.js";
import { select, withColumns } from "./columns.js";
import type { Planning } from "./context.js";

/** Functions OVER windows: the rows sorted by partition and order, then an operator that looks at whole partitions. */
export function* planWindow(node: NodeOf<"window">): Planning {
  const calls = node.calls.map(({ child }) => callOf(child));
  const [first] = calls;
  const wanted = [...first!.partition, ...first!.order.map(({ child }) => child), ...calls.flatMap(operandsOf)];
  const { input, indexes } = withColumns(yield node.input, wanted);
  const places = new Map(wanted.map((e, k) => [e, indexes[k]!]));
  const column = (e: Expression): number => places.get(e)!;
  const partition = first!.partition.map(column);
  const order = first!.order.map((item: SortOrder): SortKey => ({
    column: column(item.child),
    descending: item.descending,
    nullsFirst: item.nullsFirst,
  }));
  const keys: readonly SortKey[] = [...partition.map((place) => ({ column: place, descending: false, nullsFirst: true })), ...order];
  const sorted: PhysicalNode = keys.length === 0 ? input : { kind: "sort", keys, first: null, input, output: input.output };
  const output = [...input.output, ...node.calls.map(attributeOf)];
  return select(
    { kind: "window", spec: { partition, order, calls: calls.map((call) => bound(call, column)) }, input: sorted, output },
    outputOf(node),
  );
}

function callOf(e: Expression): WindowCall {
  assert(e.kind === "windowCall", "a Window node holds window calls");
  return e;
}

function operandsOf({ args, filter }: WindowCall): readonly Expression[] {
  return filter === null ? args : [...args, filter];
}

function bound(call: WindowCall, column: (e: Expression) => number): BoundWindowCall {
  const { name, args, filter, frame, ignoreNulls, type } = call;
  const constants = args.map((arg) => (arg.kind === "literal" ? arg.value : null));
  const places = args.map(column);
  const aggregate: AggregateCall | null = isWindowFunctionName(name)
    ? null
    : { kind: "aggregateCall", name, args, distinct: false, filter, type, nullable: call.nullable, evalMode: call.evalMode };
  return { name, args: places, constants, filter: filter === null ? null : column(filter), frame, ignoreNulls, type, aggregate };
}
