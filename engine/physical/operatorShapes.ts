import type { Json } from "../contract/json.js";
import type { StatefulOperator } from "./operator.js";
import { factsOf, nodesOf, type PlanRoot } from "./plan.js";

/** What each stateful operator is, by id, as far as its state depends on it. */
export function operatorShapes(roots: readonly PlanRoot[], stateful: readonly StatefulOperator[]): Record<string, Json> {
  const nodes = new Map(nodesOf(roots).map((node) => [factsOf(node).operatorId(node), node] as const));
  return Object.fromEntries(
    stateful.map(({ operatorId, schemas }) => {
      const node = nodes.get(operatorId)!;
      return [operatorId, { kind: schemas.map(({ operatorName }) => operatorName), ...factsOf(node).shape(node) }];
    }),
  );
}
