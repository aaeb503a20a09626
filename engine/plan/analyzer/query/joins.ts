import type { JoinType } from "../../joinType.js";
import type { Attribute, Expression } from "../../../expression/expression.js";
import type { AnalyzedPlan } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import type { NaturalJoin, ParsedPlan } from "../../unresolved.js";
import { analyze, finish } from "../analyze.js";
import type { Environment } from "./environment.js";

/** A join by names or by a condition. */
export interface WrittenJoin {
  readonly joinType: JoinType;
  readonly condition: Expression | null;
  readonly using: readonly string[] | null;
  readonly left: ParsedPlan;
  readonly right: ParsedPlan;
}

/** JOIN … ON and USING. */
export function resolveWrittenJoin({ joinType, condition, using, left, right }: WrittenJoin, environment: Environment): AnalyzedPlan {
  const sides = { left: environment.analyze(left, environment), right: environment.analyze(right, environment) };
  return join(joinType, condition, using, sides, environment);
}

/** NATURAL JOIN: by the columns that both sides have; all pairs where they share none. */
export function resolveNaturalJoin({ joinType, left, right }: NaturalJoin, environment: Environment): AnalyzedPlan {
  const sides = { left: environment.analyze(left, environment), right: environment.analyze(right, environment) };
  const rightNames = new Set(visible(sides.right).map(({ name }) => name.toLowerCase()));
  const shared = visible(sides.left).flatMap(({ name }) => (rightNames.has(name.toLowerCase()) ? [name] : []));
  return join(joinType, null, shared.length === 0 ? null : shared, sides, environment);
}

interface Sides {
  readonly left: AnalyzedPlan;
  readonly right: AnalyzedPlan;
}

/** The keys of USING come out once; those of each side are there for whoever writes `t.k`. */
function join(
  joinType: JoinType,
  condition: Expression | null,
  using: readonly string[] | null,
  sides: Sides,
  { context }: Environment,
): AnalyzedPlan {
  const joined = analyze({ kind: "join", joinType, condition, using, ...sides }, context);
  if (using === null || joined.kind !== "project" || joined.input.kind !== "join") return joined;
  const shown = new Set(joined.expressions.flatMap((e) => (e.kind === "attribute" ? [e.id] : [])));
  const place = ({ name }: Attribute): number => using.findIndex((key) => key.toLowerCase() === name.toLowerCase());
  const sideOf = ({ id }: Attribute): number => (outputOf(sides.left).some((each) => each.id === id) ? 0 : 1);
  const hidden = outputOf(joined.input).filter(({ id }) => !shown.has(id));
  const behind = hidden
    .toSorted((a, b) => sideOf(a) - sideOf(b) || place(a) - place(b))
    .map((column): Attribute => ({ ...column, hidden: "key" }));
  const [keys, others] = [joined.expressions.slice(0, using.length), joined.expressions.slice(using.length)];
  return finish({ ...joined, expressions: [...keys, ...behind, ...others] }, context);
}

function visible(plan: AnalyzedPlan): readonly Attribute[] {
  return outputOf(plan).filter(({ hidden }) => hidden === undefined);
}
