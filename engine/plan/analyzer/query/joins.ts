import type { AnalyzedPlan } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import type { NaturalJoin } from "../../unresolved.js";
import { analyze } from "../analyze.js";
import type { Environment } from "./environment.js";

/** NATURAL JOIN: by the columns that both sides have; all pairs where they share none. */
export function resolveNaturalJoin({ joinType, left, right }: NaturalJoin, environment: Environment): AnalyzedPlan {
  const sides = { left: environment.analyze(left, environment), right: environment.analyze(right, environment) };
  const rightNames = new Set(outputOf(sides.right).map(({ name }) => name.toLowerCase()));
  const shared = outputOf(sides.left).flatMap(({ name }) => (rightNames.has(name.toLowerCase()) ? [name] : []));
  const using = shared.length === 0 ? null : shared;
  return analyze({ kind: "join", joinType, condition: null, using, ...sides }, environment.context);
}
