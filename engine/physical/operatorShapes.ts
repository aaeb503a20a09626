import type { Json } from "../contract/json.js";
import { typeName } from "../arrow/types.js";
import { typeOf } from "../expression/types/typeOf.js";
import type { StatefulOperator } from "./operator.js";
import { nodesOf, type PhysicalNode } from "./plan.js";
import type { AggregateSpec } from "./stateful/aggregateSpec.js";

/**
 * What each stateful operator is, by id, as far as its state depends on it and the state's own columns do not say so: two functions, or two windows, may
 * well keep columns of the same types.
 */
export function operatorShapes(root: PhysicalNode, stateful: readonly StatefulOperator[]): Record<string, Json> {
  const aggregates = new Map(
    nodesOf(root).flatMap((node) => (node.kind === "aggregate" ? [[node.spec.operatorId, node.spec] as const] : [])),
  );
  return Object.fromEntries(
    stateful.map(({ operatorId, schemas }) => {
      const spec = aggregates.get(operatorId);
      return [operatorId, { kind: schemas.map(({ operatorName }) => operatorName), ...(spec && aggregateShape(spec)) }];
    }),
  );
}

function aggregateShape({ window, aggregates }: AggregateSpec): Record<string, Json> {
  return {
    window: window && { durationMs: window.durationUs / 1000, slideMs: window.slideUs / 1000, startMs: window.startUs / 1000 },
    functions: aggregates.map(({ call }) => {
      const args = call.args.map((arg) => typeName(typeOf(arg))).join(", ");
      return `${call.name}(${call.distinct ? "DISTINCT " : ""}${args})${call.filter === null ? "" : " FILTER"}`;
    }),
  };
}
