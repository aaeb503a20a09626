/**
 * A kind of node that is forgotten in a look-up, or that is none, does not compile. Checked by `tsc` (see `types.test.ts`); nothing here runs.
 */
import { factsOf as physicalFactsOf, operatorFactsOf, type FactsOfEach, type PhysicalNode } from "../../engine/physical/plan.js";
import type { Planner, Planners } from "../../engine/physical/planner/context.js";
import { planners } from "../../engine/physical/planner/planner.js";
import type { LimitNode } from "../../engine/physical/stateless/limit.js";
import { limit } from "../../engine/physical/stateless/limit.js";
import { sort } from "../../engine/physical/stateless/sort.js";
import { factsOf, type LogicalPlan } from "../../engine/plan/logicalPlan.js";

declare const physical: PhysicalNode;
declare const logical: LogicalPlan;
declare const planLimit: Planner<"limit">;

export function forgottenAndUnknownKinds(): void {
  const { join: _join, ...withoutJoin } = planners;
  // @ts-expect-error a kind of logical node without a planner
  const forgotten: Planners = withoutJoin;
  // @ts-expect-error a planner of a kind that is none
  const unknown: Planners = { ...planners, teleport: planLimit };
  // @ts-expect-error the planner of another kind
  const swapped: Planners = { ...planners, sort: planLimit };

  type Two = Extract<PhysicalNode, { readonly kind: "limit" | "sort" }>;
  const both: FactsOfEach<Two> = { limit, sort };
  // @ts-expect-error a kind of physical node without facts
  const one: FactsOfEach<Two> = { limit };
  // @ts-expect-error the facts of another kind
  const other: FactsOfEach<Two> = { limit, sort: limit };

  // @ts-expect-error a logical node of no kind
  factsOf({ ...logical, kind: "teleport" });
  // @ts-expect-error a physical node of no kind
  physicalFactsOf({ ...physical, kind: "teleport" });
  // @ts-expect-error rows come in at a scan: no operator runs it
  operatorFactsOf(physical as Extract<PhysicalNode, { readonly kind: "scan" }>);
  // @ts-expect-error a node without what its kind holds
  const incomplete: LimitNode = { kind: "limit", output: [], input: physical };

  void [forgotten, unknown, swapped, both, one, other, incomplete];
}
